//! The options of the command line.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::{Args, Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Provider, Sample};
use shared::config::{Stage, parse_duration};
use shared::domain::role::Role;
use shared::token::SigningAlgorithm;

/// Runs the whole Nameplate API on this machine.
#[derive(Debug, Parser)]
#[command(name = "nameplate", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
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
    /// Make, list and withdraw the keys that sign the access tokens of a deployment on AWS.
    #[command(subcommand)]
    Keys(Keys),
}

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key and publish it. The first one signs at once, a later one in two hours.
    Rotate {
        #[command(flatten)]
        deployment: Deployment,
        /// The KMS key that encrypts the private half.
        #[arg(long, value_name = "ARN")]
        kms_key: String,
        /// What the key is for: RS256, ES256 or EdDSA.
        #[arg(long, default_value = "RS256", value_parser = algorithm)]
        algorithm: SigningAlgorithm,
        /// The lifetime of the access tokens, as the deployment has it.
        #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = lifetime)]
        access_token_lifetime: SignedDuration,
    },
    /// List the keys: id, algorithm, from when on each signs, until when it verifies.
    List {
        #[command(flatten)]
        deployment: Deployment,
    },
    /// Withdraw a key at once: the access tokens that it signed count no longer.
    Revoke {
        #[command(flatten)]
        deployment: Deployment,
        /// The id of the key.
        kid: String,
    },
    /// Let no sign-in count that is from before an instant, after tables were restored.
    NotBefore {
        #[command(flatten)]
        deployment: Deployment,
        /// The instant, as in 2026-01-31T12:00:00Z.
        instant: Timestamp,
    },
}

/// Which deployment.
#[derive(Debug, Args)]
pub(crate) struct Deployment {
    /// The Region.
    #[arg(long)]
    pub(crate) region: String,
    /// The stage: dev or prod.
    #[arg(long, value_parser = stage)]
    pub(crate) stage: Stage,
    /// The table of users and names.
    #[arg(long, value_name = "NAME")]
    pub(crate) users_table: String,
    /// The table of credentials.
    #[arg(long, value_name = "NAME")]
    pub(crate) credentials_table: String,
}

/// What the reference is to say, and where it is to be.
#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// The folder to write it to; made if it is not there.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The URL of the API that real users call, as in <https://api.example.com>.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) production: Option<String>,
    /// The URL of the API to try things with.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) development: Option<String>,
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port of the API; 0 for any that is free.
    #[arg(short, long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// The address of the API; 0.0.0.0 lets other machines reach it, with tokens that anybody can make.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST, value_parser = ipv4)]
    pub(crate) host: Ipv4Addr,
    /// The port of the embedded DynamoDB; 0 for any that is free.
    #[arg(long, default_value_t = 8000)]
    pub(crate) dynamodb_port: u16,
    /// The address of the embedded DynamoDB; another one than the default lets containers reach it.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST, value_parser = ipv4)]
    pub(crate) dynamodb_host: Ipv4Addr,
    /// Use a DynamoDB that runs already and has the tables, such as another nameplate's, in place of an
    /// embedded one.
    #[arg(
        long,
        value_name = "URL",
        value_parser = base_url,
        conflicts_with_all = ["dynamodb_port", "dynamodb_host", "data"],
    )]
    pub(crate) dynamodb_endpoint: Option<String>,
    #[command(flatten)]
    pub(crate) issuer: IssuerOptions,
    /// Keep the data in this folder; without it, it lives in memory and is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Which sample issuer's tokens the server takes, instead of its own.
#[derive(Debug, Args)]
pub(crate) struct IssuerOptions {
    /// Take the tokens of a sample issuer in the shape of cognito or keycloak, which runs here as well.
    #[arg(long = "issuer", value_name = "PROVIDER", value_parser = provider)]
    pub(crate) provider: Option<Provider>,
    /// The port of the sample issuer; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub(crate) issuer_port: u16,
}

/// What the token is to say, or the token to explain. Settings in the environment, such as `JWT_ISSUER`, have to be those
/// of the server.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Say what of a token holds by the present settings and what does not; - reads it from standard input.
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["sub", "roles", "username", "expires", "expired", "sample"])]
    pub(crate) explain: Option<String>,
    /// Ask the issuer for its keys, to check the signature as well.
    #[arg(long, requires = "explain")]
    pub(crate) fetch: bool,
    #[command(flatten)]
    pub(crate) issuer: IssuerOptions,
    /// The user's id. For a sample user, `--as` is shorter.
    #[arg(long, value_name = "ID", required_unless_present_any = ["explain", "sample"])]
    pub(crate) sub: Option<String>,
    /// A sample user, as in `old_username` or `sample_admin`: the id, the roles and the username at once.
    #[arg(long = "as", value_name = "USERNAME", conflicts_with_all = ["sub", "roles", "username"], value_parser = sample)]
    pub(crate) sample: Option<Sample>,
    /// A role, as in `POWER_USER` or `ADMIN`, which alone give rights here; may be given several times.
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    pub(crate) roles: Vec<Role>,
    /// The username, as a hint that saves a database call.
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// How long it is valid, as in 30m, 1h or 30d.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub(crate) expires: SignedDuration,
    /// Make it one that has expired an hour ago, to see what a client does then.
    #[arg(long, conflicts_with = "expires")]
    pub(crate) expired: bool,
}

/// Reads the name of a provider.
fn provider(text: &str) -> Result<Provider, String> {
    let named = Provider::ALL.into_iter().find(|(name, _)| *name == text);
    named
        .map(|(_, provider)| provider)
        .ok_or_else(|| "the sample issuers are cognito and keycloak".to_owned())
}

/// Reads the username of a sample user.
fn sample(text: &str) -> Result<Sample, String> {
    let found = Sample::ALL.into_iter().find(|sample| sample.username == text);
    found.ok_or_else(|| {
        let all = Sample::ALL.map(|sample| sample.username).join(", ");
        format!("the sample users are {all}; for anybody else give --sub")
    })
}

/// Reads the base URL of an API.
fn base_url(text: &str) -> Result<String, String> {
    let url = text.strip_suffix('/').unwrap_or(text);
    match url.parse::<Uri>() {
        Ok(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none() => {
            Ok(url.to_owned())
        }
        _ => Err("give it with http:// or https://, as in https://api.example.com".to_owned()),
    }
}

/// Reads an address to listen on.
fn ipv4(text: &str) -> Result<Ipv4Addr, String> {
    let address = if text == "localhost" { Ok(Ipv4Addr::LOCALHOST) } else { text.parse() };
    address.map_err(|_| "give an IPv4 address, as in 127.0.0.1 or 0.0.0.0".to_owned())
}

/// Reads a role.
fn role(text: &str) -> Result<Role, String> {
    let all = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("the roles are {}", all()))
}

/// Reads a stage on AWS.
fn stage(text: &str) -> Result<Stage, String> {
    let mut stages = [Stage::Dev, Stage::Prod].into_iter();
    stages
        .find(|stage| stage.as_str() == text)
        .ok_or_else(|| "the stages are dev and prod".to_owned())
}

/// Reads an algorithm.
fn algorithm(text: &str) -> Result<SigningAlgorithm, String> {
    let unknown = || "the algorithms are RS256, ES256 and EdDSA".to_owned();
    SigningAlgorithm::parse(text).ok_or_else(unknown)
}

/// Reads the lifetime of access tokens.
fn lifetime(text: &str) -> Result<SignedDuration, String> {
    parse_duration("--access-token-lifetime", text).map_err(|error| error.to_string())
}

/// Reads a duration.
fn duration(text: &str) -> Result<SignedDuration, String> {
    parse_duration("--expires", text).map_err(|error| error.to_string())
}
