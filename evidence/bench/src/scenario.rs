//! What the functions are asked.

use std::error::Error;
use std::path::Path;

use jiff::SignedDuration;
use sandbox::events::{self, Sample};
use sandbox::lambda::Answer;
use sandbox::{Issuer, Sample as User, TABLE, TokenRequest};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

/// The event of a function's success, as it is in `events/`.
pub(crate) fn success(function: &str) -> Result<String, Box<dyn Error>> {
    let samples = events::of(function)?;
    let success = samples.into_iter().find(|sample: &Sample| sample.case == "success");
    Ok(success.ok_or_else(|| format!("{function} has no event of success"))?.event)
}

/// Two renames that can be repeated for ever: to a new name, and back to the old one. The token says
/// what the name is, so each is the common rename.
pub(crate) fn renames() -> Result<[String; 2], Box<dyn Error>> {
    let [old, new] = [User::PLAIN.username, "new_username123"];
    Ok([rename(old, new)?, rename(new, old)?])
}

fn rename(from: &str, to: &str) -> Result<String, Box<dyn Error>> {
    let now = SystemClock.now();
    let token = Issuer::development().issue(&TokenRequest {
        sub: User::PLAIN.id,
        roles: User::PLAIN.roles,
        username: Some(from),
        issued_at: now,
        expires_at: now + SignedDuration::from_hours(24),
    })?;
    let mut event: Value = serde_json::from_str(&success("change-username")?)?;
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event["body"] = json!(json!({ "newUsername": to }).to_string());
    Ok(event.to_string())
}

/// The settings of a function that talks to that DynamoDB. Nobody has to wait between two renames.
pub(crate) fn settings(dynamo_db: &str, root: Option<&Path>) -> Vec<(&'static str, String)> {
    let issuer = Issuer::development();
    let root = root.map(|root| ("AWS_CA_BUNDLE", root.display().to_string()));
    [
        ("STAGE", "local".to_owned()),
        ("TABLE_NAME", TABLE.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo_db.to_owned()),
        ("JWT_ISSUER", issuer.issuer),
        ("JWT_AUDIENCE", issuer.audience),
        ("JWT_HS256_SECRET", issuer.secret),
        ("USERNAME_COOLDOWN", "0s".to_owned()),
    ]
    .into_iter()
    .chain(root)
    .collect()
}

/// Only success counts.
pub(crate) fn check(answer: &Answer) -> Result<(), Box<dyn Error>> {
    match answer {
        Answer::Response(response)
            if [200, 201].map(Value::from).contains(&response["statusCode"]) =>
        {
            Ok(())
        }
        other => Err(format!("not a success: {other:?}").into()),
    }
}
