//! What of a token holds by the settings and what does not, rule by rule, for the person who sets up an
//! issuer. It shows what the token says; no answer and no log does.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::audience::Audience;
use super::claims::{ClaimRules, check_beginning, check_expiry};
use super::error::{AudienceError, TokenError};
use super::issuer::Issuer;
use super::path::ClaimPath;
use super::unverified::UnverifiedToken;
use super::verifier::TokenVerifier;
use crate::domain::role::Role;

/// What one rule says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part of the token that the rule is about.
    pub rule: String,
    /// Whether the rule holds.
    pub outcome: Outcome,
    /// Why, or what the token says.
    pub detail: String,
}

/// Whether a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not, so the token is refused.
    Fails,
    /// That cannot be told without asking the issuer for its keys.
    NotChecked,
}

impl Finding {
    fn new(rule: impl Into<String>, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { rule: rule.into(), outcome, detail: detail.into() }
    }

    fn of(rule: impl Into<String>, result: Result<String, TokenError>) -> Self {
        match result {
            Ok(detail) => Self::new(rule, Outcome::Holds, detail),
            Err(error) => Self::new(rule, Outcome::Fails, error.to_string()),
        }
    }

    /// Adds the time in that claim, where the rule fails.
    fn with_time(mut self, claims: &Map<String, Value>, name: &str) -> Self {
        if self.outcome == Outcome::Fails {
            self.detail = format!("{}; the token has {}", self.detail, time(claims, name));
        }
        self
    }

    /// Adds what the token has and what the settings accept, where the rule fails.
    fn with_values(mut self, token: Option<&Value>, accepted: &str) -> Self {
        if self.outcome == Outcome::Fails {
            let token = token.map_or_else(|| "nothing".to_owned(), Value::to_string);
            self.detail = format!("{}; the token has {token}, accepted: {accepted}", self.detail);
        }
        self
    }
}

impl TokenVerifier {
    /// Says of each rule whether the token satisfies it at the instant `now`. The issuer is asked for its
    /// keys only with `fetch`.
    pub async fn explain(&self, token: &str, now: Timestamp, fetch: bool) -> Vec<Finding> {
        let parsed = match UnverifiedToken::parse(token) {
            Ok(parsed) => parsed,
            Err(error) => return vec![Finding::of("form", Err(error))],
        };
        let Some(issuer) = self.issuer_of(&parsed) else {
            return vec![Finding::of("iss", Err(TokenError::Issuer))];
        };
        let form = format!("a JSON Web Token of {} bytes", token.len());
        let mut findings = vec![
            Finding::new("form", Outcome::Holds, form),
            Finding::of("typ", parsed.check_type().map(|()| "that of an access token".to_owned())),
            issuer.signature(&parsed, now, fetch).await,
        ];
        match parsed.claims() {
            Ok(claims) => findings.extend(issuer.rules.findings(&claims, now)),
            Err(error) => findings.push(Finding::of("claims", Err(error))),
        }
        findings
    }
}

impl Issuer {
    async fn signature(&self, token: &UnverifiedToken<'_>, now: Timestamp, fetch: bool) -> Finding {
        const RULE: &str = "signature";
        match self.settings.verify(token) {
            Ok(()) => Finding::new(RULE, Outcome::Holds, "made with a key of the settings"),
            // No published key could be for it.
            Err(own)
                if self.remote.is_none() || token.algorithm.is_err() || !token.is_asymmetric =>
            {
                Finding::of(RULE, Err(own))
            }
            Err(_) if !fetch => {
                let detail = "the keys are at the issuer; add --fetch to ask it for them";
                Finding::new(RULE, Outcome::NotChecked, detail)
            }
            Err(_) => match self.verify_signature(token, now).await {
                Ok(()) => Finding::new(RULE, Outcome::Holds, "made with a key of the issuer"),
                Err(error) => Finding::new(RULE, Outcome::Fails, crate::report::causes(&error)),
            },
        }
    }
}

impl ClaimRules {
    fn findings(&self, claims: &Map<String, Value>, now: Timestamp) -> Vec<Finding> {
        let audience = match &self.audience {
            Audience::AnyOf(names) => names.join(", "),
            Audience::Anybody => "anything".to_owned(),
        };
        let is_for_us = self.audience.check(claims);
        let party = match is_for_us {
            Err(TokenError::Audience(AudienceError::ClientId)) => "client_id",
            Err(TokenError::Audience(AudienceError::AuthorizedParty)) => "azp",
            _ => "aud",
        };
        let said = |text: &str| text.to_owned();
        let mut findings = vec![
            Finding::of("iss", self.check_issuer(claims).map(|()| self.issuer.clone()))
                .with_values(claims.get("iss"), &self.issuer),
            Finding::of("exp", check_expiry(claims, now).map(|()| time(claims, "exp")))
                .with_time(claims, "exp"),
            Finding::of("nbf", check_beginning(claims, now).map(|()| time(claims, "nbf")))
                .with_time(claims, "nbf"),
            Finding::of("aud", is_for_us.map(|()| format!("for {audience}")))
                .with_values(claims.get(party), &audience),
            Finding::of("kind", self.check_kind(claims).map(|()| said("an access token"))),
        ];
        findings.extend(self.required.iter().map(|required| {
            let result = required.check(claims).map(|()| required.value().to_owned());
            Finding::of(format!("required {}", required.path().as_str()), result)
                .with_values(required.path().find(claims), required.value())
        }));
        let id = self.user_id(claims).map(|id| id.to_string());
        findings.push(Finding::of(format!("user id ({})", self.user_id.as_str()), id));
        let roles: Vec<_> = self.roles.of(claims).iter().map(Role::as_str).collect();
        let roles = if roles.is_empty() { said("none that counts") } else { roles.join(", ") };
        let paths: Vec<_> = self.roles.paths().iter().map(ClaimPath::as_str).collect();
        findings.push(Finding::new(format!("roles ({})", paths.join(", ")), Outcome::Holds, roles));
        let hint = match (&self.username, self.hint(claims)) {
            (None, _) => said("JWT_USERNAME_CLAIM is not set; a rename reads the user first"),
            (Some(path), None) => {
                format!("no username in {}; a rename reads the user first", path.as_str())
            }
            (Some(_), Some(hint)) => format!("{hint}; a rename takes one call while it is right"),
        };
        findings.push(Finding::new("username", Outcome::Holds, hint));
        findings
    }
}

/// The time in that claim, for people.
fn time(claims: &Map<String, Value>, name: &str) -> String {
    let Some(value) = claims.get(name) else { return "none".to_owned() };
    let second = value.as_i64().and_then(|second| Timestamp::from_second(second).ok());
    second.map_or_else(|| value.to_string(), |second| second.to_string())
}
