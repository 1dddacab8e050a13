//! Nameplate on a laptop: every endpoint on one port over an embedded DynamoDB, without an account.

mod disk;
mod explain;
mod guide;
mod keys;
mod options;
mod pages;
mod serve;
mod settings;
mod token;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use crate::options::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Token(token)) => token::run(&token),
        Some(Command::Openapi { folder }) => pages::write_openapi(&folder),
        Some(Command::Docs(docs)) => pages::write(docs),
        Some(Command::Keys(keys)) => keys::run(&keys),
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
