//! The settings on a laptop: the environment, with a default for everything.

use sandbox::{DEVELOPMENT_SECRET, Issuer, TABLE};
use shared::config::{Config, ConfigError, env};
use shared::store::DynamoDb;

/// The default of a setting.
fn default(name: &str) -> Option<&'static str> {
    match name {
        "STAGE" => Some("local"),
        "TABLE_NAME" => Some(TABLE),
        "JWT_ISSUER" => Some("nameplate-local"),
        "JWT_AUDIENCE" => Some("nameplate"),
        "JWT_HS256_SECRET" => Some(DEVELOPMENT_SECRET),
        _ => None,
    }
}

/// The value of a setting. What concerns AWS is never taken from the environment: nothing that runs
/// here may reach a real account. The table is the embedded DynamoDB's own.
fn look_up(name: &str) -> Option<String> {
    match name {
        "TABLE_NAME" => default(name).map(str::to_owned),
        "AWS_ENDPOINT_URL_DYNAMODB" | "AWS_SESSION_TOKEN" => None,
        name if name.starts_with("AWS_") => Some("local".to_owned()),
        name => env(name).filter(|value| !value.is_empty()).or(default(name).map(str::to_owned)),
    }
}

/// The settings for that DynamoDB.
pub(crate) fn config(dynamo_db: DynamoDb) -> Result<Config, ConfigError> {
    Ok(Config { dynamo_db, ..Config::read(look_up)? })
}

/// An issuer whose tokens the server with these settings accepts.
pub(crate) fn issuer() -> Issuer {
    let value = |name| look_up(name).unwrap_or_default();
    Issuer {
        issuer: value("JWT_ISSUER"),
        audience: value("JWT_AUDIENCE"),
        secret: value("JWT_HS256_SECRET"),
    }
}
