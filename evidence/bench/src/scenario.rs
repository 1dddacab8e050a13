//! The events that the benchmark sends, and the settings of the functions.

use std::error::Error;
use std::path::Path;

use jiff::SignedDuration;
use sandbox::events::{self, SIGN_IN_ISSUER, Sample};
use sandbox::lambda::Answer;
use sandbox::{CREDENTIALS_TABLE, Issuer, Sample as User, TABLE, TokenRequest};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::upstream::DynamoDb;

/// Returns the sample event of a function that ends with success.
pub(crate) fn success(function: &str) -> Result<String, Box<dyn Error>> {
    let samples = events::of(function)?;
    let success = samples.into_iter().find(|sample: &Sample| sample.case == "success");
    Ok(success.ok_or_else(|| format!("{function} has no event of success"))?.event)
}

/// Whether a token has the user's present name, so that a rename costs one call of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    Given,
    Absent,
}

/// Returns two renames that can alternate without end: to a new name, and back to the old one.
pub(crate) fn renames(hint: Hint) -> Result<[String; 2], Box<dyn Error>> {
    let [old, new] = [User::PLAIN.username, "new_username123"];
    let of = |name| Some(name).filter(|_| hint == Hint::Given);
    Ok([rename(of(old), new)?, rename(of(new), old)?])
}

/// Returns the event of a rename, by a token with that name.
fn rename(username: Option<&str>, to: &str) -> Result<String, Box<dyn Error>> {
    let now = SystemClock.now();
    let token = Issuer::development().issue(&TokenRequest {
        sub: User::PLAIN.id,
        roles: User::PLAIN.roles,
        username,
        issued_at: now,
        expires_at: now + SignedDuration::from_hours(24),
    })?;
    let mut event: Value = serde_json::from_str(&success("change-username")?)?;
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event["body"] = json!(json!({ "newUsername": to }).to_string());
    Ok(event.to_string())
}

/// Returns the settings of a function that uses the DynamoDB at that address. The cooldown is zero.
pub(crate) fn settings(dynamo_db: &str, root: Option<&Path>) -> Vec<(&'static str, String)> {
    let issuer = Issuer::development();
    let root = root.map(|root| ("AWS_CA_BUNDLE", root.display().to_string()));
    [
        ("STAGE", "local".to_owned()),
        ("TABLE_NAME", TABLE.to_owned()),
        ("CREDENTIALS_TABLE_NAME", CREDENTIALS_TABLE.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo_db.to_owned()),
        ("JWT_ISSUER", issuer.issuer),
        ("JWT_AUDIENCE", issuer.audience),
        ("JWT_HS256_SECRET", issuer.secret),
        ("JWT_USERNAME_CLAIM", "username".to_owned()),
        ("LOG_FINGERPRINT_KEY", "bench".to_owned()),
        // One caller makes thousands of requests.
        ("CALLER_QUOTAS", "off".to_owned()),
        ("USERNAME_COOLDOWN", "0s".to_owned()),
    ]
    .into_iter()
    .chain(root)
    .collect()
}

/// Returns the settings of a function whose users sign in with that DynamoDB and its KMS.
pub(crate) fn signing_in(dynamo_db: &DynamoDb) -> Vec<(&'static str, String)> {
    let mut settings = settings(&format!("http://{}", dynamo_db.address), None);
    settings.extend([
        ("AWS_ENDPOINT_URL_KMS", dynamo_db.kms.clone()),
        ("SIGN_IN", "on".to_owned()),
        ("SIGN_IN_ISSUER", SIGN_IN_ISSUER.to_owned()),
        // The most that the setting takes: the benchmark fails on purpose.
        ("SIGN_IN_ATTEMPTS", "100".to_owned()),
    ]);
    settings
}

/// Checks that the response is a success.
pub(crate) fn check(response: &Answer) -> Result<(), Box<dyn Error>> {
    check_status(response, &[200, 201, 204])
}

/// Checks that the response has one of these statuses.
pub(crate) fn check_status(response: &Answer, statuses: &[u16]) -> Result<(), Box<dyn Error>> {
    match response {
        Answer::Response(content)
            if statuses.iter().any(|status| content["statusCode"] == *status) =>
        {
            Ok(())
        }
        other => Err(format!("not of status {statuses:?}: {other:?}").into()),
    }
}
