//! The tokens, the passwords, the operations and the responses of a history.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The user's id.
pub const USER: &str = "ada";
/// The names that the administrator gives the user.
pub const NAMES: [&str; 2] = ["lovelace", "countess"];

/// The kinds of histories. Hashing a password takes real time, so most do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Devices refresh, read and log out; an administrator blocks and renames.
    Refreshing,
    /// Devices log in and change the password as well.
    Passwords,
    /// Strangers guess, while the user logs in.
    Guessing,
}

impl Kind {
    /// Returns the kind of the history of that seed.
    pub fn of(seed: u64) -> Self {
        match seed % 10 {
            8 => Self::Passwords,
            9 => Self::Guessing,
            _ => Self::Refreshing,
        }
    }
}

/// A refresh token. Traces show the session and the generation, and never the secret, which is random.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The number of the session.
    pub session: usize,
    /// The generation.
    pub generation: u32,
    /// The token.
    pub text: String,
}

/// What a refresh token consists of.
#[derive(Debug)]
pub struct TokenParts {
    /// The id of the session.
    pub session_id: [u8; 16],
    /// The generation.
    pub generation: u32,
    /// The secret.
    pub secret: [u8; 32],
}

impl TokenParts {
    /// Reads a refresh token by a rule of its own: version, id, generation, secret.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix("npr_")?).ok()?;
        let (session_id, rest) = bytes.get(1..)?.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (secret, _) = rest.split_first_chunk()?;
        let generation = u32::from_be_bytes(*generation);
        Some(Self { session_id: *session_id, generation, secret: *secret })
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}/{}", self.session, self.generation)
    }
}

/// An access token.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The number of the session.
    pub session: usize,
    /// The position of the answer with it in the history.
    pub issued: u32,
    /// The earliest instant at which it can have been issued, in milliseconds since 1970.
    pub at: i64,
    /// The token.
    pub text: String,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}@{}", self.session, self.issued)
    }
}

/// A password. The first one has the number 0, and each later one is chosen once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password(pub u32);

impl Password {
    /// The user's first password.
    pub const FIRST: Self = Self(0);
    /// A password that is never the user's.
    pub const WRONG: Self = Self(u32::MAX);

    /// Returns the password itself.
    pub fn text(self) -> String {
        match self {
            Self::FIRST => sandbox::PASSWORD.to_owned(),
            Self::WRONG => "Nobodys-Guess-Is-Right-1666".to_owned(),
            Self(number) => format!("Difference-Engine-{number}-of-1822"),
        }
    }
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// A session is begun by the store alone, as a log-in does once the password is verified.
    Begin,
    /// `POST /v1/auth/login`.
    LogIn {
        /// The password.
        password: Password,
        /// The device, if the client names one.
        device: Option<u8>,
    },
    /// `POST /v1/auth/refresh`.
    Refresh {
        /// The token.
        token: RefreshToken,
        /// Whether a thief presents it.
        stolen: bool,
    },
    /// `GET /v1/users/me`.
    Read {
        /// The token.
        access: AccessToken,
    },
    /// `POST /v1/auth/logout`.
    LogOut {
        /// The token.
        token: RefreshToken,
        /// Whether all sessions end.
        everywhere: bool,
    },
    /// `POST /v1/users/change-password`.
    ChangePassword {
        /// The token.
        access: AccessToken,
        /// The present password.
        old: Password,
        /// The next one.
        new: Password,
    },
    /// The administrator sets the password.
    SetPassword {
        /// The password.
        new: Password,
    },
    /// The administrator makes the user `ACTIVE` or `BLOCKED`.
    SetActive {
        /// Whether the user is `ACTIVE`.
        active: bool,
    },
    /// The administrator changes the user's name.
    Rename {
        /// The name.
        to: &'static str,
    },
}

/// A pair of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The refresh token.
    pub refresh: RefreshToken,
    /// The access token. A session that the store began has none before the first refresh.
    pub access: Option<AccessToken>,
}

/// The response to an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Tokens.
    SignedIn(Tokens),
    /// The password is changed.
    PasswordChanged(AccessToken),
    /// 204 of a log-out.
    SignedOut,
    /// The user.
    User,
    /// `REFRESH_TOKEN_INVALID`.
    RefreshTokenInvalid,
    /// `TOKEN_REVOKED`.
    TokenRevoked,
    /// `TOKEN_EXPIRED`.
    TokenExpired,
    /// `CREDENTIALS_INVALID`.
    CredentialsInvalid,
    /// `TOO_MANY_ATTEMPTS`.
    TooManyAttempts,
    /// `ACCOUNT_NOT_ACTIVE`.
    NotActive,
    /// `CONCURRENT_CHANGE`.
    Conflict,
}

impl Response {
    /// Whether the operation was carried out.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::SignedIn(_) | Self::PasswordChanged(_) | Self::SignedOut | Self::User)
    }
}
