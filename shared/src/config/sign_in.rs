//! The settings of signing in.

use std::ops::RangeInclusive;

use jiff::SignedDuration;

use super::duration::parse_duration;
use super::error::ConfigError;
use super::stage::Stage;
use crate::domain::attempt::AttemptPolicy;
use crate::domain::password::{HashKind, HashSettings, SignerKey};
use crate::domain::session::SessionPolicy;
use crate::sign_in::SignInSettings;
use crate::token::{Audience, OwnTokens, SigningAlgorithm};

/// The shortest duration of everything but the grace.
const MIN_DURATION: SignedDuration = SignedDuration::from_mins(1);
/// The setting that may be zero.
const GRACE: &str = "REFRESH_GRACE";
/// The longest grace.
const MAX_GRACE: SignedDuration = SignedDuration::from_secs(300);
/// The most late repetitions.
const MAX_LATE_REPEATS: u32 = 10;
/// The longest lifetime of an access token: what ends sessions reaches other services only when it is over.
const MAX_ACCESS_TOKEN: SignedDuration = SignedDuration::from_hours(1);

/// Reads the settings, if users sign in here. `audience` is that of the identity provider's tokens, `optional` finds
/// the settings that are not empty.
pub(super) fn read(
    stage: Stage,
    audience: Option<&Audience>,
    optional: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<SignInSettings>, ConfigError> {
    match optional("SIGN_IN").as_deref() {
        Some("on") => {}
        None | Some("off") => return Ok(None),
        Some(other) => {
            return Err(ConfigError::new(
                "SIGN_IN",
                format!("is {other:?}; it has to be on or off"),
            ));
        }
    }
    Ok(Some(SignInSettings {
        tokens: OwnTokens {
            issuer: issuer(stage, optional("SIGN_IN_ISSUER"))?,
            audience: optional("SIGN_IN_AUDIENCE").unwrap_or_else(|| match audience {
                Some(Audience::AnyOf(names)) => names.first().cloned().unwrap_or_default(),
                Some(Audience::Anybody) | None => "nameplate".to_owned(),
            }),
        },
        sessions: sessions(&optional)?,
        attempts: attempts(&optional)?,
        hashes: hashes(&optional)?,
        algorithm: match optional("SIGN_IN_ALGORITHM") {
            None => SigningAlgorithm::default(),
            Some(name) => SigningAlgorithm::parse(&name).ok_or_else(|| {
                let problem = format!("is {name:?}; it has to be RS256, ES256 or EdDSA");
                ConfigError::new("SIGN_IN_ALGORITHM", problem)
            })?,
        },
    }))
}

/// How long sessions and tokens last.
fn sessions(
    optional: impl Fn(&'static str) -> Option<String>,
) -> Result<SessionPolicy, ConfigError> {
    let default = SessionPolicy::default();
    let ever = SignedDuration::from_hours(10 * 365 * 24);
    let duration = |name, default, max| duration(&optional, name, default, max);
    Ok(SessionPolicy {
        access_token: duration("ACCESS_TOKEN_LIFETIME", default.access_token, MAX_ACCESS_TOKEN)?,
        idle: duration("SESSION_IDLE", default.idle, ever)?,
        lifetime: duration("SESSION_LIFETIME", default.lifetime, ever)?,
        staff_idle: duration("STAFF_SESSION_IDLE", default.staff_idle, ever)?,
        staff_lifetime: duration("STAFF_SESSION_LIFETIME", default.staff_lifetime, ever)?,
        grace: duration(GRACE, default.grace, MAX_GRACE)?,
        late_repeats: {
            let allowed = 0..=MAX_LATE_REPEATS;
            count(&optional, "REFRESH_LATE_REPEATS", default.late_repeats, allowed)?
        },
    })
}

/// How many guesses at a password whoever has.
fn attempts(
    optional: impl Fn(&'static str) -> Option<String>,
) -> Result<AttemptPolicy, ConfigError> {
    let (default, day) = (AttemptPolicy::default(), SignedDuration::from_hours(24));
    Ok(AttemptPolicy {
        attempts: count(&optional, "SIGN_IN_ATTEMPTS", default.attempts, 1..=100)?,
        window: duration(&optional, "SIGN_IN_WINDOW", default.window, day)?,
    })
}

/// A duration of a minute or more; the grace may be shorter.
fn duration(
    optional: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    default: SignedDuration,
    max: SignedDuration,
) -> Result<SignedDuration, ConfigError> {
    let duration = optional(name).map_or(Ok(default), |text| parse_duration(name, &text))?;
    if duration > max {
        return Err(ConfigError::new(name, format!("is longer than {max:#}; shorten it")));
    }
    if duration < MIN_DURATION && name != GRACE {
        return Err(ConfigError::new(name, "is shorter than a minute; lengthen it"));
    }
    Ok(duration)
}

fn count(
    optional: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    default: u32,
    allowed: RangeInclusive<u32>,
) -> Result<u32, ConfigError> {
    let Some(text) = optional(name) else { return Ok(default) };
    text.parse().ok().filter(|count| allowed.contains(count)).ok_or_else(|| {
        let (least, most) = (allowed.start(), allowed.end());
        ConfigError::new(name, format!("is {text:?}; it has to be {least} to {most}"))
    })
}

/// Which hashes that came from elsewhere are verified.
fn hashes(optional: impl Fn(&'static str) -> Option<String>) -> Result<HashSettings, ConfigError> {
    const KINDS: &str = "SIGN_IN_HASHES";
    const KEY: &str = "SIGN_IN_FIREBASE_SIGNER_KEY";
    let kinds = optional(KINDS).unwrap_or_default();
    let kinds = kinds.split(',').map(str::trim).filter(|name| !name.is_empty());
    let allowed = kinds.map(|name| {
        HashKind::parse(name).ok_or_else(|| {
            let known = HashKind::ALL.map(HashKind::as_str).join(", ");
            ConfigError::new(KINDS, format!("has {name:?}; it has to be a list of {known}"))
        })
    });
    let allowed = allowed.collect::<Result<Vec<_>, _>>()?;
    let key = optional(KEY).map(|key| {
        let problem = "is not the base64_signer_key of a Firebase project";
        SignerKey::parse(&key).ok_or_else(|| ConfigError::new(KEY, problem))
    });
    let firebase_signer_key = key.transpose()?;
    if allowed.contains(&HashKind::FirebaseScrypt) && firebase_signer_key.is_none() {
        let problem = "is not set, and SIGN_IN_HASHES has firebase-scrypt; take it from the project's console";
        return Err(ConfigError::new(KEY, problem));
    }
    Ok(HashSettings { allowed, firebase_signer_key })
}

/// The issuer of our tokens: the URL at which clients find our keys.
fn issuer(stage: Stage, url: Option<String>) -> Result<String, ConfigError> {
    const SETTING: &str = "SIGN_IN_ISSUER";
    let url = url.ok_or_else(|| {
        let problem = "is not set; set it to the base URL of the API, for example to \
                       https://api.example.com";
        ConfigError::new(SETTING, problem)
    })?;
    let is_allowed =
        url.starts_with("https://") || stage == Stage::Local && url.starts_with("http://");
    if !is_allowed || url.ends_with('/') || url.contains(['?', '#', ' ']) {
        let problem = format!(
            "is {url:?}; it has to be the base URL of the API over https, without a slash at the end"
        );
        return Err(ConfigError::new(SETTING, problem));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stage: Stage, changes: &[(&str, &str)]) -> Result<Option<SignInSettings>, String> {
        let whole = [("SIGN_IN", "on"), ("SIGN_IN_ISSUER", "https://api.example.com")];
        let lookup = |name: &'static str| {
            let mut set = changes.iter().chain(&whole);
            let value = set.find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
            value.filter(|value| !value.is_empty())
        };
        super::read(stage, None, lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_signs_in_unless_the_setting_is_on() {
        assert!(read(Stage::Prod, &[]).unwrap().is_some());
        for off in ["off", ""] {
            assert!(read(Stage::Prod, &[("SIGN_IN", off)]).unwrap().is_none());
        }
        let error = read(Stage::Prod, &[("SIGN_IN", "yes")]).unwrap_err();
        assert!(error.starts_with("SIGN_IN is \"yes\"; "), "{error}");
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let settings = read(Stage::Prod, &[]).unwrap().unwrap();
        assert_eq!(settings.sessions, SessionPolicy::default());
        assert_eq!(settings.attempts, AttemptPolicy::default());
        assert_eq!(settings.algorithm, SigningAlgorithm::Rs256);
        assert_eq!(settings.tokens.audience, "nameplate");
        assert_eq!(settings.sessions.access_token.as_mins(), 10);
    }

    #[test]
    fn the_issuer_is_the_base_url_of_the_api_over_https_but_on_a_developers_machine() {
        let issuer = |stage, url| read(stage, &[("SIGN_IN_ISSUER", url)]);
        assert!(issuer(Stage::Local, "http://localhost:8080").is_ok());
        for (stage, url) in [
            (Stage::Dev, "http://api.example.com"),
            (Stage::Prod, "https://api.example.com/"),
            (Stage::Prod, "api.example.com"),
            (Stage::Prod, "https://api.example.com?x"),
            (Stage::Prod, ""),
        ] {
            let error = issuer(stage, url).unwrap_err();
            assert!(error.starts_with("SIGN_IN_ISSUER is "), "{error}");
        }
    }

    #[test]
    fn a_bad_setting_stops_the_start_with_a_sentence_that_names_it() {
        for (name, value) in [
            ("ACCESS_TOKEN_LIFETIME", "61m"),
            ("ACCESS_TOKEN_LIFETIME", "59s"),
            ("SESSION_IDLE", "soon"),
            ("REFRESH_GRACE", "301s"),
            ("REFRESH_LATE_REPEATS", "11"),
            ("SIGN_IN_ATTEMPTS", "0"),
            ("SIGN_IN_WINDOW", "25h"),
            ("SIGN_IN_WINDOW", "0s"),
            ("SESSION_IDLE", "59s"),
            ("SIGN_IN_ALGORITHM", "HS256"),
            ("SIGN_IN_HASHES", "md5"),
            ("SIGN_IN_FIREBASE_SIGNER_KEY", "short"),
        ] {
            let error = read(Stage::Prod, &[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{name} ")), "{error}");
        }
        let error = read(Stage::Prod, &[("SIGN_IN_HASHES", "firebase-scrypt")]).unwrap_err();
        assert!(error.starts_with("SIGN_IN_FIREBASE_SIGNER_KEY is not set"), "{error}");
        for (name, value) in [("REFRESH_GRACE", "0s"), ("REFRESH_LATE_REPEATS", "0")] {
            assert!(read(Stage::Prod, &[(name, value)]).is_ok(), "{name}");
        }
    }
}
