//! How values are written into answers. `read.rs` has the reverse.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::read::Handle;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::role::{Role, Roles};
use crate::domain::status::Status;
use crate::domain::text::{LastName, PersonName};
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::error::ErrorCode;

/// An instant as the API writes it: UTC, RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// Types that clients see as strings.
macro_rules! serialize_as_text {
    ($($type:ty),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

serialize_as_text!(
    UserId,
    Username,
    PersonName,
    LastName,
    AccountText,
    Locale,
    TimeZone,
    Role,
    Status,
    Label,
    PhoneNumber,
    HttpsUrl,
    ErrorCode,
);

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
