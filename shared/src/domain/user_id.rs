//! A user's id.

use std::fmt;

use uuid::Uuid;

/// The longest id, in characters.
pub const MAX_LENGTH: usize = 255;

/// A user's id, as their tokens have it. An opaque string of 1–255 characters from
/// `A-Z a-z 0-9 - _ . : | @ + = ~`, which covers UUIDs, the `provider|id` form and Base64 URL text of
/// identity providers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

/// The words of the API's paths, and the segments that a path loses.
pub const PATH_WORDS: [&str; 25] = [
    ".",
    "..",
    "accounts",
    "api",
    "auth",
    "availability",
    "by-username",
    "change-password",
    "create",
    "jwks.json",
    "login",
    "logout",
    "me",
    "openid-configuration",
    "page",
    "password-reset",
    "password-reset-request",
    "profile",
    "refresh",
    "search",
    "update",
    "username",
    "users",
    "v1",
    ".well-known",
];

/// The text is not a user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user id has 1 to 255 characters from A-Z a-z 0-9 - _ . : | @ + = ~")]
pub struct InvalidUserId;

impl UserId {
    /// Reads an id. Case counts.
    ///
    /// # Errors
    /// [`InvalidUserId`] when the text is empty, too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, InvalidUserId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:|@+=~".contains(&byte);
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUserId)
        }
    }

    /// Whether the id is a word that stands in a path of the API, so that no path could lead to its
    /// user (`update`), or a segment that a path loses (`..`, RFC 3986 section 5.2.4).
    pub fn is_path_word(&self) -> bool {
        PATH_WORDS.contains(&self.as_str())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for UserId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_1_to_255_characters() {
        assert_eq!(UserId::parse(""), Err(InvalidUserId));
        assert!(UserId::parse("a").is_ok());
        assert!(UserId::parse(&"a".repeat(254)).is_ok());
        assert!(UserId::parse(&"a".repeat(255)).is_ok());
        assert_eq!(UserId::parse(&"a".repeat(256)), Err(InvalidUserId));
    }

    #[test]
    fn an_id_may_be_a_uuid_or_a_provider_s_id_but_has_no_space_slash_or_other_letters() {
        for id in ["88a52d74-ebee-49a4-9631-cfe492f4bf53", "auth0|5f7c", "a.b_c:d@e", "a+b=c~d"] {
            assert!(UserId::parse(id).is_ok(), "{id}");
        }
        for id in ["a b", "a/b", "a#b", "é", "a\0", "a\n"] {
            assert_eq!(UserId::parse(id), Err(InvalidUserId), "{id:?}");
        }
    }
}
