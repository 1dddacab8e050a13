//! What a token's claims must say beside what every token says.

use serde_json::{Map, Value};

use super::error::TokenError;
use super::list;
use super::path::ClaimPath;
use crate::config::error::ConfigError;

const SETTING: &str = "JWT_REQUIRED_CLAIMS";

/// A claim that every token must have, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredClaim {
    path: ClaimPath,
    value: String,
}

impl RequiredClaim {
    /// Reads claims as in `scp=access_as_user,is_anonymous=false`.
    ///
    /// # Errors
    /// [`ConfigError`] when one has no path or no value.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, ConfigError> {
        list::entries(SETTING, text)?.into_iter().map(Self::parse).collect()
    }

    fn parse(entry: &str) -> Result<Self, ConfigError> {
        match entry.split_once('=').map(|(path, value)| (path.trim(), value.trim())) {
            Some((path, value)) if !path.is_empty() && !value.is_empty() => {
                Ok(Self { path: ClaimPath::parse(SETTING, path)?, value: value.to_owned() })
            }
            _ => {
                let problem = format!(
                    "has {entry:?}; write a claim, an equals sign and its value, as in scp=access_as_user"
                );
                Err(ConfigError::new(SETTING, problem))
            }
        }
    }

    /// Checks that the claim is the value as text, has it among its texts or between spaces, or is the
    /// number, `true` or `false` that the value spells.
    pub(super) fn check(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let has_value = match self.path.find(claims) {
            Some(Value::String(text)) => {
                *text == self.value || text.split(' ').any(|part| part == self.value)
            }
            Some(Value::Array(values)) => values.iter().any(|value| *value == *self.value),
            Some(Value::Bool(value)) => self.value == if *value { "true" } else { "false" },
            Some(Value::Number(value)) => *self.value == *value.to_string(),
            _ => false,
        };
        if has_value {
            Ok(())
        } else {
            Err(TokenError::Required(self.path.as_str().to_owned().into()))
        }
    }

    /// The path of the claim.
    pub fn path(&self) -> &ClaimPath {
        &self.path
    }

    /// The value as the setting spells it.
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(setting: &str, claims: &Value) -> bool {
        let required = RequiredClaim::parse_list(setting).unwrap();
        required.iter().all(|claim| claim.check(claims.as_object().unwrap()).is_ok())
    }

    #[test]
    fn a_required_value_is_the_text_one_of_several_or_the_literal() {
        for claim in [json!("a"), json!("x a"), json!(["x", "a"]), json!("a x")] {
            assert!(holds("scp=a", &json!({ "scp": claim })), "{claim}");
        }
        for claim in [
            json!("A"),
            json!("ab"),
            json!("x,a"),
            json!(["x a"]),
            json!({ "a": true }),
            json!(null),
        ] {
            assert!(!holds("scp=a", &json!({ "scp": claim })), "{claim}");
        }
        for claim in [json!(false), json!("false")] {
            assert!(holds("is_anonymous=false", &json!({ "is_anonymous": claim })), "{claim}");
        }
        for claims in [json!({}), json!({ "is_anonymous": null }), json!({ "is_anonymous": true })]
        {
            assert!(!holds("is_anonymous=false", &claims), "{claims}");
        }
        assert!(holds("level=2", &json!({ "level": 2 })));
        assert!(!holds("level=2", &json!({ "level": 20 })));
    }

    #[test]
    fn every_one_of_the_required_claims_must_hold() {
        let setting = "azp=app, a.b=x=y";
        assert!(holds(setting, &json!({ "azp": "app", "a": { "b": "x=y" } })));
        assert!(!holds(setting, &json!({ "azp": "app" })));
        assert!(!holds(setting, &json!({ "a": { "b": "x=y" } })));
    }

    #[test]
    fn a_required_claim_without_path_or_value_stops_the_start() {
        for text in ["", "scp", "=a", "scp=", "scp=a,", "scp=a,,b=c"] {
            let error = RequiredClaim::parse_list(text).unwrap_err().to_string();
            assert!(error.starts_with("JWT_REQUIRED_CLAIMS has "), "{text}: {error}");
        }
    }
}
