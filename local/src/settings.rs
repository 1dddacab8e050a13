//! The settings on a laptop: the environment, with a default for everything.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;

use sandbox::{CREDENTIALS_TABLE, Issuer, SampleIssuer, TABLE, TokenRequest};
use shared::config::{Config, ConfigError, env, env_names};
use shared::store::DynamoDb;
use shared::token::TokenSettings;

/// The port of the API unless the command line has another.
const PORT: u16 = 8080;

/// The settings, as the command line completes them.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The sample issuer, if there is one.
    pub(crate) sample: Option<SampleIssuer>,
    /// The port of the API.
    pub(crate) port: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { sample: None, port: PORT }
    }
}

impl Settings {
    /// The settings for that DynamoDB.
    pub(crate) fn config(&self, dynamo_db: DynamoDb) -> Result<Config, ConfigError> {
        Ok(Config { dynamo_db, ..self.read()? })
    }

    /// Which tokens the server accepts.
    pub(crate) fn tokens(&self) -> Result<TokenSettings, ConfigError> {
        let missing = || ConfigError::new("JWT_ISSUER", "is not set");
        self.read()?.tokens.ok_or_else(missing)
    }

    /// Whether users sign in with the password that is stored here.
    pub(crate) fn signs_in(&self) -> Result<bool, ConfigError> {
        Ok(self.read()?.sign_in.is_some())
    }

    /// Whether the issuer is the one that stands in for an identity provider here.
    pub(crate) fn has_own_issuer(&self) -> bool {
        self.sample.is_none() && set("JWT_ISSUER").is_none()
    }

    /// Whether this machine can issue tokens that the server accepts.
    pub(crate) fn can_issue(&self) -> bool {
        self.sample.is_some() || self.look_up("JWT_HS256_SECRET").is_some()
    }

    /// Issues a token that the server accepts.
    pub(crate) fn issue(&self, request: &TokenRequest<'_>) -> Result<String, Box<dyn Error>> {
        if let Some(sample) = &self.sample {
            return sample.issue(request);
        }
        let Some(secret) = self.look_up("JWT_HS256_SECRET") else {
            let problem = "JWT_ISSUER is set, so tokens come from that issuer; leave it out, or set \
                           JWT_HS256_SECRET as well, to get one here";
            return Err(problem.into());
        };
        let issuer = Issuer { secret, ..Issuer::development() };
        Ok(issuer.sign(&request.claims(&self.tokens()?))?)
    }

    /// The variables of the environment that take the place of the sample issuer's own settings.
    pub(crate) fn overridden(&self) -> Vec<&'static str> {
        let own = self.sample.iter().flat_map(SampleIssuer::settings).map(|(name, _)| name);
        own.filter(|name| *name != "JWT_ISSUER" && set(name).is_some()).collect()
    }

    fn read(&self) -> Result<Config, ConfigError> {
        // The table is on this machine, and prod refuses what protects nothing.
        if self.look_up("STAGE").as_deref() == Some("prod") {
            let problem = "is prod, which is for AWS; set it to dev or local here, or leave it out";
            return Err(ConfigError::new("STAGE", problem));
        }
        Config::read(|name| self.look_up(name))
    }

    /// The variables of the environment that look like settings and are none, each with the setting that it is
    /// nearly called: perhaps misspelt.
    pub(crate) fn unknown(&self) -> Result<Vec<(String, Option<String>)>, ConfigError> {
        let known = RefCell::new(BTreeSet::new());
        Config::read(|name| {
            known.borrow_mut().insert(name.to_owned());
            self.look_up(name)
        })?;
        let known = known.into_inner();
        let nearest = |name: &str| {
            let near = known.iter().map(|known| (strsim::osa_distance(known, name), known));
            let near = near.filter(|(slips, known)| *slips <= MOST_SLIPS && is_ours(known)).min();
            near.map(|(_, known)| known.clone())
        };
        let look_alikes = env_names().filter(|name| !known.contains(name)).filter_map(|name| {
            let near = nearest(&name);
            let has_prefix = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
            (has_prefix || near.is_some()).then_some((name, near))
        });
        Ok(look_alikes.collect())
    }

    /// The value of a setting. What concerns AWS is never taken from the environment: nothing that runs
    /// here may reach a real account. The table is the embedded DynamoDB's own.
    fn look_up(&self, name: &str) -> Option<String> {
        match name {
            "TABLE_NAME" => return Some(TABLE.to_owned()),
            "CREDENTIALS_TABLE_NAME" => return Some(CREDENTIALS_TABLE.to_owned()),
            "AWS_ENDPOINT_URL_DYNAMODB"
            | "AWS_ENDPOINT_URL_KMS"
            | "AWS_SESSION_TOKEN"
            | "AWS_CA_BUNDLE" => return None,
            name if name.starts_with("AWS_") => return Some("local".to_owned()),
            _ => {}
        }
        if let Some(sample) = &self.sample {
            // Its keys alone count, as they would with the provider.
            if KEYS.contains(&name) {
                return None;
            }
            match name {
                "JWT_ISSUER" => return Some(sample.issuer()),
                // It publishes its keys over plain HTTP.
                "STAGE" => return Some("local".to_owned()),
                _ => {}
            }
        }
        set(name).or_else(|| self.default_of(name))
    }

    fn default_of(&self, name: &str) -> Option<String> {
        if let Some(sample) = &self.sample
            && name.starts_with("JWT_")
        {
            let mut settings = sample.settings().into_iter();
            return settings.find(|(setting, _)| *setting == name).map(|(_, value)| value);
        }
        let issuer = Issuer::development();
        match name {
            "STAGE" => Some("local".to_owned()),
            "JWT_ISSUER" => Some(issuer.issuer),
            "JWT_AUDIENCE" => Some(issuer.audience),
            // Beside an issuer, a secret that everybody knows does not count.
            "JWT_HS256_SECRET" if set("JWT_ISSUER").is_none() => Some(issuer.secret),
            "JWT_USERNAME_CLAIM" => Some("username".to_owned()),
            "SIGN_IN" => Some("on".to_owned()),
            "SIGN_IN_ISSUER" => Some(format!("http://localhost:{}", self.port)),
            "LOG_FINGERPRINT_KEY" => Some("nameplate-local".to_owned()),
            _ => None,
        }
    }
}

/// How the names of settings begin that are read here whatever the others are.
const PREFIXES: [&str; 2] = ["JWT_", "USERNAME_"];

/// How many letters of the name of a setting may be wrong.
const MOST_SLIPS: usize = 2;

/// Whether nobody else has variables of nearly that name.
fn is_ours(setting: &str) -> bool {
    setting.len() > 6 && !setting.starts_with("AWS_")
}

/// The settings of keys.
const KEYS: [&str; 3] = ["JWT_JWKS_URL", "JWT_JWKS", "JWT_HS256_SECRET"];

/// A setting of the environment, unless it is empty.
fn set(name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}
