//! Nothing in the tables is a secret of a token or a password.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sandbox::{CREDENTIALS_TABLE, InProcessDynamoDb, TABLE};

use super::record::Record;
use super::scenario::{Operation, Password, Response, TokenParts};

/// Returns a sentence about the first item that contains a secret which the API gave or was given.
pub fn violation(record: &Record, table: &InProcessDynamoDb) -> Option<String> {
    let secrets: Vec<_> = record.entries.iter().flat_map(secrets_of).collect();
    for of in [TABLE, CREDENTIALS_TABLE] {
        let items = match table.items(of) {
            Ok(items) => items,
            Err(error) => return Some(format!("the table cannot be read: {error}")),
        };
        for item in items {
            let text = item.to_string();
            if secrets.iter().any(|secret| text.contains(secret)) {
                return Some(format!("an item contains a secret: {}", item["pk"]["S"]));
            }
        }
    }
    None
}

/// Returns the secrets of a request and its answer, in each form that an item could have.
fn secrets_of(entry: &super::record::Entry) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut passwords = |all: &[Password]| secrets.extend(all.iter().map(|p| p.text()));
    match &entry.operation {
        Operation::LogIn { password, .. } => passwords(&[*password]),
        Operation::ChangePassword { old, new, .. } => passwords(&[*old, *new]),
        Operation::SetPassword { new } => passwords(&[*new]),
        _ => {}
    }
    if let Some(Response::SignedIn(tokens)) = &entry.response {
        let text = &tokens.refresh.text;
        secrets.push(text.trim_start_matches("npr_").to_owned());
        if let Some(TokenParts { secret, .. }) = TokenParts::read(text) {
            secrets.extend([STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret)]);
        }
        secrets.extend(tokens.access.iter().map(|access| access.text.clone()));
    }
    secrets
}
