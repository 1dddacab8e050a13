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
    /// The name of the stage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut stages = [Self::Local, Self::Dev, Self::Prod].into_iter();
        stages.find(|stage| stage.as_str() == text).ok_or_else(|| {
            ConfigError::new("STAGE", format!("is {text:?}; it has to be local, dev or prod"))
        })
    }
}
