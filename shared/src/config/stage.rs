//! Where the code runs.

use super::error::ConfigError;

/// The setting `STAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A developer's machine.
    Local,
    /// The deployment for tests.
    Dev,
    /// The deployment for users: it refuses a shared secret, and keys over plain HTTP.
    Prod,
}

impl Stage {
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        match text {
            "local" => Ok(Self::Local),
            "dev" => Ok(Self::Dev),
            "prod" => Ok(Self::Prod),
            _ => Err(ConfigError::new(
                "STAGE",
                format!("is {text:?}; it has to be local, dev or prod"),
            )),
        }
    }
}
