//! Nameplate on a laptop: every endpoint on one port over an embedded DynamoDB, without an account.

mod guide;
mod pages;
mod serve;
mod settings;
mod token;

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Runs the whole Nameplate API on this machine.
#[derive(Debug, Parser)]
#[command(name = "nameplate", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a token that the local server accepts.
    Token(Token),
    /// Write openapi.yaml and openapi.tr.yaml, which are made from the code.
    Openapi {
        /// The folder to write them to.
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Write the API reference as plain files, for any web host.
    Docs(Docs),
}

/// What the reference is to say, and where it is to be.
#[derive(Debug, Args)]
struct Docs {
    /// The folder to write it to; made if it is not there.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The URL of the API that real users call, as in <https://api.example.com>.
    #[arg(long, value_name = "URL", value_parser = pages::base_url)]
    production: Option<String>,
    /// The URL of the API to try things with.
    #[arg(long, value_name = "URL", value_parser = pages::base_url)]
    development: Option<String>,
}

/// How to serve.
#[derive(Debug, Args)]
struct Serve {
    /// The port of the API; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port of the embedded DynamoDB; 0 for any that is free.
    #[arg(long, default_value_t = 8000)]
    dynamodb_port: u16,
    /// The address of the embedded DynamoDB; another one than the default lets containers reach it.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST)]
    dynamodb_host: Ipv4Addr,
    /// Keep the data in this folder; without it, it lives in memory and is gone at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// What the token is to say.
#[derive(Debug, Args)]
struct Token {
    /// The user's id.
    #[arg(long, value_name = "ID")]
    sub: String,
    /// A role: `API_USER`, `POWER_USER` or `ADMIN`; may be given several times.
    #[arg(long = "role", value_name = "ROLE", value_parser = token::role)]
    roles: Vec<shared::domain::role::Role>,
    /// The username, as a hint that saves a database call.
    #[arg(long)]
    username: Option<String>,
    /// How long it is valid, as in 30m, 1h or 30d.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = token::duration)]
    expires: jiff::SignedDuration,
    /// Make it one that has expired an hour ago, to see what a client does then.
    #[arg(long, conflicts_with = "expires")]
    expired: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Token(token)) => token::print(&token),
        Some(Command::Openapi { folder }) => pages::write_openapi(&folder),
        Some(Command::Docs(docs)) => pages::write(docs),
        None => serve::run(&cli.serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is where a person reads it")]
fn complain(error: &dyn Error) {
    eprintln!("nameplate: {error}");
}
