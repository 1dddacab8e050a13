//! Where a claim stands in a token.

use serde_json::{Map, Value};

use crate::config::error::ConfigError;

/// The most bytes of a path.
const MAX_LENGTH: usize = 256;

/// A claim's path: the name of a claim, or names joined by dots that lead into objects. Names may have
/// dots themselves, as URLs and some client ids do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPath(String);

impl ClaimPath {
    /// `sub`, the subject of a token (RFC 7519 section 4.1.2).
    pub(super) fn subject() -> Self {
        Self("sub".to_owned())
    }

    /// `preferred_username` (OpenID Connect Core section 5.1).
    pub(super) fn preferred_username() -> Self {
        Self("preferred_username".to_owned())
    }

    /// `roles`.
    pub(super) fn roles() -> Self {
        Self("roles".to_owned())
    }

    /// Reads the path that the setting of that name has.
    ///
    /// # Errors
    /// [`ConfigError`] when the path is empty or too long, or has characters that no answer could show.
    pub fn parse(setting: &'static str, text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        let is_visible = |c: char| !c.is_control() && c != '"' && c != '\\';
        if text.is_empty() || text.len() > MAX_LENGTH || !text.chars().all(is_visible) {
            let problem = format!(
                "has {text:?}, which names no claim; write a name or a path of 1 to {MAX_LENGTH} bytes, \
                 such as roles or realm_access.roles"
            );
            return Err(ConfigError::new(setting, problem));
        }
        Ok(Self(text.to_owned()))
    }

    /// The claim at the path. The whole text is a name first; then its longest beginning before a dot
    /// that is there, and the next shorter one when that leads nowhere.
    pub(super) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        find(claims, &self.0)
    }

    /// The path as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the last dot; in a URL, behind the last slash.
    pub(super) fn last_part(&self) -> &str {
        let separator = if self.0.contains("://") { '/' } else { '.' };
        self.0.rsplit_once(separator).map_or(&self.0, |(_, last)| last)
    }

    /// Whether the path leads through what users may change themselves at their provider: Supabase and
    /// Auth0 call it `user_metadata`, Clerk `unsafe_metadata`.
    pub(super) fn is_users_own(&self) -> bool {
        self.0.split(['.', '/', ':', '#']).any(|name| {
            let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            ["usermetadata", "unsafemetadata"].contains(&&*letters.to_ascii_lowercase())
        })
    }
}

fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    object.get(path).or_else(|| {
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (name, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            find(object.get(name)?.as_object()?, rest)
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(path: &str, claims: &Value) -> Option<Value> {
        let path = ClaimPath::parse("JWT_ROLES_CLAIM", path).unwrap();
        path.find(claims.as_object().unwrap()).cloned()
    }

    #[test]
    fn a_path_is_a_name_first_then_the_longest_beginning_before_a_dot_that_leads_somewhere() {
        let value = Some(json!("x"));
        assert_eq!(found("a.b", &json!({ "a.b": "x", "a": { "b": "y" } })), value);
        assert_eq!(found("a.b.c", &json!({ "a.b": { "c": "x" }, "a": { "b.c": "y" } })), value);
        assert_eq!(
            found("a.b.c", &json!({ "a.b": "no object", "a": { "b": { "c": "x" } } })),
            value
        );
        assert_eq!(found("a.b.c", &json!({ "a.b": {}, "a": { "b.c": "x" } })), value);
        assert_eq!(found("a.", &json!({ "a": { "": "x" } })), value);
        for claims in
            [json!({}), json!({ "a": null }), json!({ "a": ["b"] }), json!({ "a": { "c": 1 } })]
        {
            assert_eq!(found("a.b", &claims), None, "{claims}");
        }
    }

    #[test]
    fn what_names_no_claim_is_refused_with_the_name_of_the_setting() {
        for text in ["", "  ", "a\nb", "a\"b", &"a".repeat(257)] {
            let error = ClaimPath::parse("JWT_ROLES_CLAIM", text).unwrap_err().to_string();
            assert!(error.starts_with("JWT_ROLES_CLAIM has "), "{error}");
        }
        assert_eq!(ClaimPath::parse("JWT_ROLES_CLAIM", " a ").unwrap().as_str(), "a");
        assert!(ClaimPath::parse("JWT_ROLES_CLAIM", &"a".repeat(256)).is_ok());
    }

    #[test]
    fn the_last_part_stands_behind_the_last_dot_and_in_a_url_behind_the_last_slash() {
        let last = |path| ClaimPath::parse("x", path).unwrap().last_part().to_owned();
        assert_eq!(last("admin"), "admin");
        assert_eq!(last("app_metadata.admin"), "admin");
        assert_eq!(last("https://nameplate.example.com/admin"), "admin");
    }
}
