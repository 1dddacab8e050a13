//! Tokens that are something else than access tokens.

use serde_json::{Map, Value};

use super::error::TokenError;
use super::required::RequiredClaim;

/// The values of the claim `typ` in Keycloak's other tokens.
const OTHER_TYPES: [&str; 4] = ["ID", "Refresh", "Offline", "Logout"];
/// The claims that id tokens (OpenID Connect Core sections 3.1.3.6 and 3.3.2.11) and logout tokens (RFC
/// 8417 section 2.2) alone have.
const CLAIMS_OF_OTHERS: [&str; 3] = ["at_hash", "c_hash", "events"];

/// Refuses id, refresh, logout and sender-bound tokens (RFC 7800 section 3.1). A claim that the settings
/// require is judged by that alone. A claim that is `null` is absent.
pub(super) fn check(
    claims: &Map<String, Value>,
    required: &[RequiredClaim],
) -> Result<(), TokenError> {
    let is_left_to_settings =
        |name: &str| required.iter().any(|claim| claim.path().as_str() == name);
    let given = |name: &str| {
        let value = claims.get(name).filter(|value| !value.is_null());
        value.filter(|_| !is_left_to_settings(name))
    };
    if given("token_use").is_some_and(|token_use| token_use != "access") {
        return Err(TokenError::Kind("token_use"));
    }
    let is_other = |typ: &str| OTHER_TYPES.iter().any(|other| other.eq_ignore_ascii_case(typ));
    if given("typ").and_then(Value::as_str).is_some_and(is_other) {
        return Err(TokenError::Kind("typ"));
    }
    if let Some(claim) = CLAIMS_OF_OTHERS.into_iter().find(|name| given(name).is_some()) {
        return Err(TokenError::Kind(claim));
    }
    if given("cnf").is_some() { Err(TokenError::Bound) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(claims: &Value, required: &str) -> Result<(), TokenError> {
        let required = RequiredClaim::parse_list(required).unwrap();
        check(claims.as_object().unwrap(), &required)
    }

    #[test]
    fn id_refresh_logout_and_bound_tokens_are_refused_by_the_claim_that_shows_it() {
        for (claims, error) in [
            (json!({ "token_use": "id" }), TokenError::Kind("token_use")),
            (json!({ "token_use": ["access"] }), TokenError::Kind("token_use")),
            (json!({ "typ": "ID" }), TokenError::Kind("typ")),
            (json!({ "typ": "refresh" }), TokenError::Kind("typ")),
            (json!({ "typ": "Offline" }), TokenError::Kind("typ")),
            (json!({ "typ": "Logout" }), TokenError::Kind("typ")),
            (json!({ "at_hash": "x" }), TokenError::Kind("at_hash")),
            (json!({ "c_hash": "" }), TokenError::Kind("c_hash")),
            (json!({ "events": {} }), TokenError::Kind("events")),
            (json!({ "cnf": { "jkt": "x" } }), TokenError::Bound),
        ] {
            assert_eq!(result(&claims, "x=y"), Err(error), "{claims}");
        }
        for claims in [
            json!({ "token_use": "access", "typ": "Bearer", "nonce": "x", "uid": "y" }),
            json!({ "token_use": null, "typ": null, "at_hash": null, "cnf": null }),
            json!({ "typ": "identity" }),
        ] {
            assert_eq!(result(&claims, "x=y"), Ok(()), "{claims}");
        }
    }

    #[test]
    fn a_claim_that_the_settings_require_is_judged_by_that_alone() {
        assert_eq!(result(&json!({ "token_use": "id" }), "token_use=id"), Ok(()));
        assert_eq!(result(&json!({ "typ": "ID", "at_hash": "x" }), "typ=ID,at_hash=x"), Ok(()));
        let error = Err(TokenError::Kind("at_hash"));
        assert_eq!(result(&json!({ "token_use": "id", "at_hash": "x" }), "token_use=id"), error);
    }
}
