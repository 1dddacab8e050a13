//! Validation errors: what is wrong with a part of a request.

use std::borrow::Cow;

use crate::domain::password::InvalidPassword;
use crate::domain::role::InvalidRoles;
use crate::domain::text::InvalidText;
use crate::domain::username::InvalidUsername;
use crate::json::JsonError;

/// One rule that a part of a request breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The part of the request.
    pub location: Location,
    /// The rule, and what the value is instead.
    pub kind: ViolationKind,
}

impl Violation {
    /// The violation at that location.
    pub fn new(location: Location, kind: impl Into<ViolationKind>) -> Self {
        Self { location, kind: kind.into() }
    }

    /// Whether the body is not JSON, whatever its fields would say.
    pub(super) fn is_malformed_json(&self) -> bool {
        matches!(self.kind, ViolationKind::Json(_))
    }
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The body as a whole.
    Body,
    /// A field of the body; the parts of the path to a nested one are separated by `/`.
    Field(Cow<'static, str>),
    /// A header.
    Header(&'static str),
    /// A parameter of the path or the query.
    Parameter(&'static str),
}

impl Location {
    /// The field of that name.
    pub const fn field(name: &'static str) -> Self {
        Self::Field(Cow::Borrowed(name))
    }
}

/// The rules that a part of a request can break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViolationKind {
    /// The body is not JSON, or repeats a key.
    Json(JsonError),
    /// The part is required and absent.
    Missing,
    /// The value is `null`.
    Null,
    /// The value has another type than this one.
    NotA(JsonType),
    /// The API has no such field.
    Unknown,
    /// Only the server sets the field.
    ReadOnly,
    /// The part was sent twice, with different values.
    SentTwice,
    /// The value is not among these.
    NotOneOf(&'static [&'static str]),
    /// The value is not visible ASCII of 1 to this many characters.
    NotVisibleAscii(usize),
    /// The value is not a user id.
    NotAUserId,
    /// The value is a user id that no path could lead to.
    PathWord,
    /// The value is not a locale.
    NotALocale,
    /// The value is not a time zone.
    NotATimeZone,
    /// The value is not a telephone number.
    NotAPhoneNumber,
    /// The value is not a constant in capitals.
    NotALabel,
    /// The value is not an `https` URL.
    NotAUrl,
    /// The value is not a username.
    Username(InvalidUsername),
    /// The value is not a text of the field's form.
    Text(InvalidText),
    /// The value is not an acceptable password.
    Password(InvalidPassword),
    /// The value is not a set of roles.
    Roles(InvalidRoles),
}

/// A JSON type that a field may be required to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// An object.
    Object,
    /// An array of strings, or one string.
    Strings,
}

/// A value's own error is a violation of the same meaning.
macro_rules! from_invalid {
    ($($invalid:ty => $kind:ident;)+) => {$(
        impl From<$invalid> for ViolationKind {
            fn from(invalid: $invalid) -> Self {
                Self::$kind(invalid)
            }
        }
    )+};
}

from_invalid! {
    JsonError => Json;
    InvalidUsername => Username;
    InvalidText => Text;
    InvalidPassword => Password;
    InvalidRoles => Roles;
}
