//! The settings, from the environment. Nothing else reads the environment.

mod duration;
pub mod error;
mod sign_in;
pub mod stage;
mod tokens;

use std::path::PathBuf;

pub use duration::parse_duration;
pub use error::ConfigError;
pub use stage::Stage;

use jiff::SignedDuration;
use secrecy::SecretString;

use crate::domain::rename::RenamePolicy;
use crate::domain::username::{NotAWord, ReservedWords};
use crate::sign_in::SignInSettings;
use crate::store::{DynamoDb, Tables};
use crate::token::TokenSettings;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// `STAGE`: `local`, `dev` or `prod`.
    pub stage: Stage,
    /// `TABLE_NAME`: the table of users and names. `CREDENTIALS_TABLE_NAME`: the table of what signs them in.
    pub tables: Tables,
    /// `AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB` (optional), `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` (optional); Lambda sets them itself.
    /// `AWS_CA_BUNDLE` (optional), as the AWS tools read it.
    pub dynamo_db: DynamoDb,
    /// `JWT_ISSUER` and `JWT_AUDIENCE`. Optional: `JWT_JWKS_URL`, `JWT_JWKS` and `JWT_HS256_SECRET`, without
    /// which the issuer is asked where its keys are; `JWT_USER_ID_CLAIM`, `JWT_ROLES_CLAIM`,
    /// `JWT_ROLE_NAMES`, `JWT_REQUIRED_CLAIMS` and `JWT_USERNAME_CLAIM`. Where users sign in here, there need be
    /// no other issuer.
    pub tokens: Option<TokenSettings>,
    /// `SIGN_IN`: `on` where users sign in with the password that is stored here, else `off`. With it
    /// `SIGN_IN_ISSUER`; optional: `SIGN_IN_AUDIENCE`, `SIGN_IN_ALGORITHM`, `SIGN_IN_ATTEMPTS`,
    /// `SIGN_IN_WINDOW`, `ACCESS_TOKEN_LIFETIME`, `SESSION_IDLE`, `SESSION_LIFETIME`, `STAFF_SESSION_IDLE`,
    /// `STAFF_SESSION_LIFETIME`, `REFRESH_GRACE` and `REFRESH_LATE_REPEATS`.
    pub sign_in: Option<SignInSettings>,
    /// `AWS_ENDPOINT_URL_KMS` (optional): another address of AWS KMS than the Region's own.
    pub kms_endpoint: Option<String>,
    /// `USERNAME_COOLDOWN` (default `30d`) and `USERNAME_HOLD` (default `37d`), which is not shorter.
    pub policy: RenamePolicy,
    /// `USERNAME_RESERVED` (optional): words that nobody may have as a username, beside the built-in
    /// ones, separated by commas.
    pub reserved: ReservedWords,
    /// `CALLER_QUOTAS`: `on` unless it says `off`, which only `STAGE=local` may.
    pub quotas: bool,
    /// `LOG_FINGERPRINT_KEY`: the key of the fingerprints in the log.
    pub fingerprint_key: SecretString,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(env)
    }

    /// Reads the settings that `lookup` finds.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting that is missing or bad.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name: &'static str| lookup(name).filter(|value| !value.is_empty());
        let required = |name: &'static str, example: &str| {
            optional(name).ok_or_else(|| {
                ConfigError::new(name, format!("is not set; set it, for example to {example}"))
            })
        };
        let duration = |name: &'static str, default: SignedDuration| match optional(name) {
            Some(text) => parse_duration(name, &text),
            None => Ok(default),
        };
        let default = RenamePolicy::default();
        let stage = Stage::parse(&required("STAGE", "prod")?)?;
        let is_sign_in_only =
            optional("SIGN_IN").as_deref() == Some("on") && optional("JWT_ISSUER").is_none();
        let tokens = if is_sign_in_only {
            None
        } else {
            let issuer = required("JWT_ISSUER", "https://login.example.com/")?;
            Some(tokens::read(stage, issuer, &required("JWT_AUDIENCE", "nameplate")?, optional)?)
        };
        let audience = tokens.as_ref().map(|tokens| &tokens.audience);
        let config = Self {
            stage,
            tables: Tables {
                users: required("TABLE_NAME", "nameplate")?,
                credentials: required("CREDENTIALS_TABLE_NAME", "nameplate-credentials")?,
            },
            dynamo_db: DynamoDb {
                region: required("AWS_REGION", "eu-central-1")?,
                endpoint: optional("AWS_ENDPOINT_URL_DYNAMODB"),
                access_key_id: required("AWS_ACCESS_KEY_ID", "an access key's id")?,
                secret_access_key: required("AWS_SECRET_ACCESS_KEY", "a secret access key")?.into(),
                session_token: optional("AWS_SESSION_TOKEN").map(SecretString::from),
                ca_bundle: optional("AWS_CA_BUNDLE").map(PathBuf::from),
            },
            sign_in: sign_in::read(stage, audience, optional)?,
            tokens,
            kms_endpoint: optional("AWS_ENDPOINT_URL_KMS"),
            policy: RenamePolicy {
                cooldown: duration("USERNAME_COOLDOWN", default.cooldown)?,
                hold: duration("USERNAME_HOLD", default.hold)?,
            },
            reserved: reserved_words(&optional("USERNAME_RESERVED").unwrap_or_default())?,
            quotas: match optional("CALLER_QUOTAS").as_deref() {
                None | Some("on") => true,
                Some("off") => false,
                Some(other) => {
                    let problem = format!("is {other:?}; it has to be on or off");
                    return Err(ConfigError::new("CALLER_QUOTAS", problem));
                }
            },
            fingerprint_key: required("LOG_FINGERPRINT_KEY", "a random text")?.into(),
        };
        config.check_policy()?;
        config.check_stage()?;
        Ok(config)
    }

    /// Refuses a hold that ends before the owner could take the name back.
    fn check_policy(&self) -> Result<(), ConfigError> {
        if self.policy.hold < self.policy.cooldown {
            let problem = "is shorter than USERNAME_COOLDOWN, so that a user could not take an old \
                           name back in time; make it at least as long (it is 37d unless it is set)";
            return Err(ConfigError::new("USERNAME_HOLD", problem));
        }
        Ok(())
    }

    /// Refuses in prod what only development may use.
    fn check_stage(&self) -> Result<(), ConfigError> {
        match self.stage {
            Stage::Prod if self.tokens.iter().any(|tokens| tokens.hs256_secret.is_some()) => {
                let problem =
                    "is refused when STAGE=prod; leave it out, so that the issuer's keys count";
                Err(ConfigError::new("JWT_HS256_SECRET", problem))
            }
            Stage::Dev | Stage::Prod if !self.quotas => {
                let problem = "can be off only when STAGE=local; leave it out";
                Err(ConfigError::new("CALLER_QUOTAS", problem))
            }
            _ => Ok(()),
        }
    }
}

/// Reads words that are separated by commas.
fn reserved_words(text: &str) -> Result<ReservedWords, ConfigError> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    ReservedWords::with(words).map_err(|NotAWord(word)| {
        let problem = format!(
            "has {word:?}, which no username could be; separate words of ASCII letters, digits, _ and . \
             by commas"
        );
        ConfigError::new("USERNAME_RESERVED", problem)
    })
}

/// One variable of the environment; `None` when it is not set or not UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The names of the variables of the environment that are UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn env_names() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, Option<&str>)]) -> Result<Config, String> {
        let whole = [
            ("STAGE", "local"),
            ("TABLE_NAME", "nameplate"),
            ("CREDENTIALS_TABLE_NAME", "nameplate-credentials"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "key"),
            ("JWT_ISSUER", "issuer"),
            ("JWT_AUDIENCE", "audience"),
            ("JWT_HS256_SECRET", "0123456789abcdef0123456789abcdef"),
            ("LOG_FINGERPRINT_KEY", "key"),
        ];
        let lookup = |name: &str| match changes.iter().find(|(changed, _)| *changed == name) {
            Some((_, value)) => value.map(str::to_owned),
            None => whole.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()),
        };
        Config::read(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn cooldown_is_30_days_and_hold_37_unless_set() {
        let day = SignedDuration::from_hours(24);
        let policy = read(&[]).unwrap().policy;
        assert_eq!((policy.cooldown, policy.hold), (day * 30, day * 37));
        assert_eq!(policy.cooldown.as_secs(), 2_592_000);
        let policy = read(&[("USERNAME_COOLDOWN", Some("1h 30m")), ("USERNAME_HOLD", Some("P2D"))]);
        let policy = policy.unwrap().policy;
        assert_eq!((policy.cooldown, policy.hold), (SignedDuration::from_mins(90), day * 2));
    }

    #[test]
    fn a_hold_shorter_than_the_cooldown_stops_the_start() {
        let hold = |hold| read(&[("USERNAME_HOLD", Some(hold))]).map(|config| config.policy.hold);
        assert!(hold("30d").is_ok());
        assert!(hold("31d").is_ok());
        let error = hold("29d 23h 59m 59s").unwrap_err();
        assert!(error.starts_with("USERNAME_HOLD is shorter than USERNAME_COOLDOWN"), "{error}");
    }

    #[test]
    fn an_operator_reserves_words_and_a_word_that_no_name_could_be_stops_the_start() {
        let read = |words| read(&[("USERNAME_RESERVED", Some(words))]);
        assert!(read("acme, acme_corp,,okul").is_ok());
        let error = read("acme,ş").unwrap_err();
        assert!(error.starts_with("USERNAME_RESERVED has \"ş\""), "{error}");
    }

    #[test]
    fn quotas_are_on_and_off_on_a_developers_machine_only() {
        let off = ("CALLER_QUOTAS", Some("off"));
        assert!(read(&[]).unwrap().quotas);
        assert!(!read(&[off]).unwrap().quotas);
        let error = read(&[off, ("STAGE", Some("dev"))]).unwrap_err();
        assert!(error.starts_with("CALLER_QUOTAS can be off only when STAGE=local"), "{error}");
        let error = read(&[("CALLER_QUOTAS", Some("no"))]).unwrap_err();
        assert!(error.starts_with("CALLER_QUOTAS is \"no\"; "), "{error}");
    }

    #[test]
    fn a_missing_setting_is_named_in_one_sentence() {
        for name in [
            "STAGE",
            "TABLE_NAME",
            "CREDENTIALS_TABLE_NAME",
            "AWS_REGION",
            "JWT_ISSUER",
            "JWT_AUDIENCE",
            "LOG_FINGERPRINT_KEY",
        ] {
            for value in [None, Some("")] {
                let error = read(&[(name, value)]).unwrap_err();
                assert!(error.starts_with(&format!("{name} is not set; ")), "{error}");
            }
        }
    }

    #[test]
    fn where_users_sign_in_no_other_issuer_is_needed() {
        let none = [("JWT_ISSUER", None), ("JWT_AUDIENCE", None), ("SIGN_IN", Some("on"))];
        let on = [none.as_slice(), &[("SIGN_IN_ISSUER", Some("http://localhost:8080"))]].concat();
        let config = read(&on).unwrap();
        assert!(config.tokens.is_none() && config.sign_in.is_some());
        let error = read(&none[..2]).unwrap_err();
        assert!(error.starts_with("JWT_ISSUER is not set"), "{error}");
    }

    #[test]
    fn a_bad_duration_is_named_with_an_example() {
        for text in ["soon", "-30d", "1mo", "30", "1y"] {
            let error = read(&[("USERNAME_COOLDOWN", Some(text))]).unwrap_err();
            assert!(error.starts_with("USERNAME_COOLDOWN is not a duration: "), "{text}: {error}");
        }
    }

    #[test]
    fn the_stage_is_local_dev_or_prod() {
        for (text, stage) in [("local", Stage::Local), ("dev", Stage::Dev)] {
            assert_eq!(read(&[("STAGE", Some(text))]).unwrap().stage, stage);
        }
        let error = read(&[("STAGE", Some("production"))]).unwrap_err();
        assert!(error.starts_with("STAGE is \"production\"; "), "{error}");
    }

    #[test]
    fn a_shared_secret_is_refused_in_prod() {
        let prod = ("STAGE", Some("prod"));
        let error = read(&[prod]).unwrap_err();
        assert!(error.starts_with("JWT_HS256_SECRET is refused when STAGE=prod"), "{error}");
        assert!(read(&[prod, ("JWT_HS256_SECRET", None)]).is_ok());
    }

    #[test]
    fn plain_http_is_for_a_developers_machine_alone() {
        for (stage, is_allowed) in [("local", true), ("dev", false), ("prod", false)] {
            let settings = [("STAGE", Some(stage)), ("JWT_HS256_SECRET", None)];
            assert_eq!(read(&settings).unwrap().tokens.unwrap().allow_http, is_allowed, "{stage}");
        }
    }

    #[test]
    fn a_bad_setting_of_tokens_stops_the_start_with_a_sentence_that_names_it() {
        for (name, value) in [
            ("JWT_AUDIENCE", "none,a"),
            ("JWT_USER_ID_CLAIM", "user_metadata.id"),
            ("JWT_ROLES_CLAIM", "unsafe_metadata.role"),
            ("JWT_ROLE_NAMES", "admins"),
            ("JWT_REQUIRED_CLAIMS", "scp"),
            ("JWT_USERNAME_CLAIM", "\""),
        ] {
            let error = read(&[(name, Some(value))]).unwrap_err();
            assert!(error.starts_with(&format!("{name} ")), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let printed = format!("{:?}", read(&[("AWS_SECRET_ACCESS_KEY", Some("s3cr3t"))]).unwrap());
        assert!(!printed.contains("s3cr3t") && !printed.contains("0123456789abcdef"), "{printed}");
    }
}
