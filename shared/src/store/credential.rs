//! A user's password hash, and what belongs to it: `CREDENTIAL#<userId>` in the table of credentials.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{CorruptItem, Item, PK, Reader, n, s};
use crate::domain::password::PasswordHash;
use crate::domain::user_id::UserId;

/// The attribute with the hash.
pub(super) const HASH: &str = "hash";
/// The attribute with the devices on which the user has signed in.
pub(super) const KNOWN_DEVICES: &str = "knownDevices";
/// The attribute that counts failures since the last success.
pub(super) const FAILURES: &str = "failures";

/// The attribute with the version of the user with which the password was set.
pub(super) const PASSWORD_VERSION: &str = "passwordVersion";

/// What signing in reads of a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The hash.
    pub hash: PasswordHash,
    /// Hashes of the devices on which the user has signed in, the latest last.
    pub known_devices: Vec<String>,
    /// The failures since the last success.
    pub failures: u64,
    /// The version of the user with which the password was set.
    pub password_version: Option<u64>,
}

/// The key of a user's credential.
pub(super) fn key(id: &UserId) -> AttributeValue {
    s(format!("CREDENTIAL#{id}"))
}

/// The key of the credential of a user that does not exist: no id is empty.
pub(super) fn nobody_key() -> AttributeValue {
    s("CREDENTIAL#")
}

/// The item of a password that was just set.
pub(super) fn new_item(id: &UserId, hash: &PasswordHash, version: u64) -> Item {
    let attributes = [(PK, key(id)), (HASH, s(hash.expose())), (PASSWORD_VERSION, n(version))];
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The value of the attribute with known devices.
pub(super) fn devices<'a>(devices: impl IntoIterator<Item = &'a str>) -> AttributeValue {
    AttributeValue::L(devices.into_iter().map(s).collect())
}

/// Reads the item.
pub(super) fn from_item(item: &Item) -> Result<Credential, CorruptItem> {
    let reader = Reader(item);
    let device = |device: &AttributeValue| device.as_s().ok().cloned();
    let devices = match item.get(KNOWN_DEVICES) {
        Some(AttributeValue::L(devices)) => devices.iter().map(device).collect(),
        Some(_) => return Err(CorruptItem(KNOWN_DEVICES)),
        None => Some(Vec::new()),
    };
    Ok(Credential {
        hash: PasswordHash::stored(reader.string(HASH)?.to_owned()),
        known_devices: devices.ok_or(CorruptItem(KNOWN_DEVICES))?,
        failures: reader.optional_number(FAILURES)?.unwrap_or(0),
        password_version: reader.optional_number(PASSWORD_VERSION)?,
    })
}
