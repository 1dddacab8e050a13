//! The settings on a laptop: the environment, with a default for everything.

use sandbox::{Issuer, TABLE};
use shared::config::{Config, ConfigError, env};
use shared::store::DynamoDb;

/// The value of a setting. What concerns AWS is never taken from the environment: nothing that runs
/// here may reach a real account. The table is the embedded DynamoDB's own.
fn look_up(name: &str) -> Option<String> {
    let issuer = Issuer::development();
    let default = match name {
        "TABLE_NAME" => return Some(TABLE.to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" | "AWS_SESSION_TOKEN" | "AWS_CA_BUNDLE" => return None,
        name if name.starts_with("AWS_") => return Some("local".to_owned()),
        "STAGE" => Some("local".to_owned()),
        "JWT_ISSUER" => Some(issuer.issuer),
        "JWT_AUDIENCE" => Some(issuer.audience),
        "JWT_HS256_SECRET" => Some(issuer.secret),
        "LOG_FINGERPRINT_KEY" => Some("nameplate-local".to_owned()),
        _ => None,
    };
    env(name).filter(|value| !value.is_empty()).or(default)
}

/// The settings for that DynamoDB.
pub(crate) fn config(dynamo_db: DynamoDb) -> Result<Config, ConfigError> {
    // There is always a shared secret here, for the sample tokens, and prod refuses one.
    if look_up("STAGE").as_deref() == Some("prod") {
        let problem = "is prod, which is for AWS; set it to dev or local here, or leave it out";
        return Err(ConfigError::new("STAGE", problem));
    }
    Ok(Config { dynamo_db, ..Config::read(look_up)? })
}

/// An issuer whose tokens the server with these settings accepts.
pub(crate) fn issuer() -> Issuer {
    let default = Issuer::development();
    Issuer {
        issuer: look_up("JWT_ISSUER").unwrap_or(default.issuer),
        audience: look_up("JWT_AUDIENCE").unwrap_or(default.audience),
        secret: look_up("JWT_HS256_SECRET").unwrap_or(default.secret),
    }
}
