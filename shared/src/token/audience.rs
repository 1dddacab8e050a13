//! Whom a token is for.

use serde_json::{Map, Value};

use super::error::{AudienceError, TokenError};
use super::list;
use crate::config::error::ConfigError;

const SETTING: &str = "JWT_AUDIENCE";

/// Whom a token has to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One of these.
    AnyOf(Vec<String>),
    /// Anybody: the issuer serves this application alone.
    Anybody,
}

impl Audience {
    /// Reads names that are separated by commas, or `none`.
    ///
    /// # Errors
    /// [`ConfigError`] when a name is empty, or `none` is not alone.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let names = list::entries(SETTING, text)?;
        if names == ["none"] {
            return Ok(Self::Anybody);
        }
        if names.contains(&"none") {
            let problem = "has none beside another audience; write none alone, or leave it out";
            return Err(ConfigError::new(SETTING, problem));
        }
        Ok(Self::AnyOf(names.into_iter().map(str::to_owned).collect()))
    }

    /// Checks `aud`. Where that is absent, `null` or an empty array, `client_id` says whom the token is
    /// for, and without it `azp`. An `aud` that does not fit is saved by neither.
    pub(super) fn check(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let Self::AnyOf(accepted) = self else { return Ok(()) };
        let accepts = |name: &str| accepted.iter().any(|audience| audience == name);
        match claims.get("aud") {
            None | Some(Value::Null) => check_client(claims, accepts),
            Some(Value::Array(names)) if names.is_empty() => check_client(claims, accepts),
            Some(Value::String(name)) if accepts(name) => Ok(()),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                let is_one = names.iter().filter_map(Value::as_str).any(accepts);
                if is_one { Ok(()) } else { Err(AudienceError::NotAccepted.into()) }
            }
            Some(Value::String(_)) => Err(AudienceError::NotAccepted.into()),
            Some(_) => Err(TokenError::Malformed("aud".into())),
        }
    }
}

/// Checks who the token was issued to, where nothing says whom it is for.
fn check_client(
    claims: &Map<String, Value>,
    accepts: impl Fn(&str) -> bool,
) -> Result<(), TokenError> {
    let named = |claim| claims.get(claim).and_then(Value::as_str);
    let (name, error) = match (named("client_id"), named("azp")) {
        (Some(client), _) => (client, AudienceError::ClientId),
        (None, Some(party)) => (party, AudienceError::AuthorizedParty),
        (None, None) => return Err(AudienceError::Absent.into()),
    };
    if accepts(name) { Ok(()) } else { Err(error.into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(accepted: &str, claims: &Value) -> Result<(), TokenError> {
        Audience::parse(accepted).unwrap().check(claims.as_object().unwrap())
    }

    #[test]
    fn the_setting_is_a_list_or_none_alone() {
        let parsed = Audience::parse(" a , b ").unwrap();
        assert_eq!(parsed, Audience::AnyOf(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(Audience::parse("none").unwrap(), Audience::Anybody);
        for text in ["", " ", "a,,b", "a,", "none,a", "a, none"] {
            let error = Audience::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("JWT_AUDIENCE has "), "{text}: {error}");
        }
    }

    #[test]
    fn aud_is_text_or_an_array_of_texts_and_one_of_them_counts() {
        for aud in [json!("api"), json!(["x", "api"]), json!(["other"])] {
            assert_eq!(check("api,other", &json!({ "aud": aud })), Ok(()), "{aud}");
        }
        for aud in
            [json!("API"), json!("api/"), json!(""), json!(["x"]), json!([""]), json!("api,other")]
        {
            let refused = Err(AudienceError::NotAccepted.into());
            assert_eq!(check("api,other", &json!({ "aud": aud })), refused, "{aud}");
        }
        for aud in [json!(5), json!(true), json!({ "api": 1 }), json!(["api", 5]), json!([["api"]])]
        {
            let refused = Err(TokenError::Malformed("aud".into()));
            assert_eq!(check("api", &json!({ "aud": aud, "client_id": "api" })), refused, "{aud}");
        }
        assert_eq!(check("none", &json!({ "aud": 5 })), Ok(()));
    }

    #[test]
    fn without_aud_the_client_id_counts_and_without_that_the_authorized_party() {
        for absent in [json!({}), json!({ "aud": null }), json!({ "aud": [] })] {
            let with = |more: Value| {
                let mut claims = absent.clone();
                claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                check("api", &claims)
            };
            assert_eq!(with(json!({ "client_id": "api" })), Ok(()));
            assert_eq!(with(json!({ "client_id": "api", "azp": "x" })), Ok(()));
            assert_eq!(with(json!({ "azp": "api" })), Ok(()));
            assert_eq!(with(json!({ "client_id": 5, "azp": "api" })), Ok(()));
            assert_eq!(with(json!({})), Err(AudienceError::Absent.into()));
            assert_eq!(with(json!({ "client_id": ["api"] })), Err(AudienceError::Absent.into()));
            let client = Err(AudienceError::ClientId.into());
            assert_eq!(with(json!({ "client_id": "x", "azp": "api" })), client);
            let party = Err(AudienceError::AuthorizedParty.into());
            assert_eq!(with(json!({ "azp": "x" })), party);
        }
    }

    #[test]
    fn an_aud_that_does_not_fit_is_saved_by_no_other_claim() {
        for aud in [json!("x"), json!(["x"]), json!(""), json!([""])] {
            let claims = json!({ "aud": aud, "client_id": "api", "azp": "api" });
            assert_eq!(check("api", &claims), Err(AudienceError::NotAccepted.into()), "{aud}");
        }
    }
}
