//! The API with a user who signs in.

use std::error::Error;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use axum::http::Method;
use sandbox::CREDENTIALS_TABLE;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::attempt::AttemptPolicy;
use shared::domain::password::HashSettings;
use shared::domain::role::Role;
use shared::domain::session::{Randomness, Session, SessionId, SessionPolicy, SignedIn};
use shared::domain::status::Status;
use shared::domain::user_id::UserId;
use shared::sign_in::{SignIn, SignInSettings, Signer, StoredKeys, random, rotate};
use shared::store::{Credential, CredentialUpdate, Custody, Store};
use shared::token::{OwnTokens, SigningAlgorithm};

use super::mutant::Mutant;
use super::scenario::{
    AccessToken, NAMES, Operation, Password, RefreshToken, Response, TokenParts, Tokens, USER,
};
use super::subject::Sessions;
use crate::server::{Answer, ApiCall, Foundation, NewUser, RequestError, Server};

/// The API, and everything that it works with.
pub struct World {
    server: Server<Sessions>,
    store: Store,
    /// The ids of the sessions, by their numbers.
    sessions: Mutex<Vec<[u8; 16]>>,
}

impl Deref for World {
    type Target = Server<Sessions>;

    fn deref(&self) -> &Self::Target {
        &self.server
    }
}

impl World {
    /// Starts the API, makes a key, and creates the user.
    ///
    /// # Errors
    /// When the API cannot start, or the user cannot be created.
    pub async fn start(seed: u64, mutant: Option<Mutant>) -> Result<Self, Box<dyn Error>> {
        let mut foundation = Foundation::lay(seed, mutant)?;
        let (store, now) = (foundation.parts.store.clone(), foundation.clock.now());
        let settings = settings();
        let lifetime = settings.sessions.access_token;
        rotate(&store, &Custody::Embedded, settings.algorithm, lifetime, now).await?;
        let parts = &mut foundation.parts;
        let keys = Arc::new(StoredKeys(store.clone()));
        parts.tokens = std::mem::take(&mut parts.tokens).and_own(&settings.tokens, keys);
        parts.tokens.warm_up(now).await;
        let signer = Signer::new(store.clone(), Custody::Embedded);
        signer.warm_up(now).await;
        parts.sessions = Some(settings.sessions);
        parts.sign_in = Some(SignIn::new(settings, signer));
        let password = Some(sandbox::password_hash().map_err(ToString::to_string)?);
        let [username, _] = NAMES;
        NewUser { id: USER, username, roles: &[Role::ApiUser], password }
            .create(&store, now)
            .await?;
        let server = Box::pin(Server::start(foundation)).await?;
        let world = Self { server, store, sessions: Mutex::default() };
        world.import_password(Password::FIRST)?;
        Ok(world)
    }

    /// Writes a hash of the password that came from elsewhere. It is quick to verify, and the first success hashes
    /// the password anew.
    ///
    /// # Errors
    /// When it cannot be hashed or written.
    pub fn import_password(&self, password: Password) -> Result<(), Box<dyn Error>> {
        let params = Params::new(8, 1, 1, Some(32)).map_err(|error| error.to_string())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(password.text().as_bytes());
        let hash = hash.map_err(|error| error.to_string())?.to_string();
        let update = json!({
            "TableName": CREDENTIALS_TABLE,
            "Key": { "pk": { "S": format!("CREDENTIAL#{USER}") } },
            "UpdateExpression": "SET #hash = :hash",
            "ExpressionAttributeNames": { "#hash": "hash" },
            "ExpressionAttributeValues": { ":hash": { "S": hash } },
        });
        match self.server.table.call("UpdateItem", update.to_string().as_bytes()) {
            (200, _) => Ok(()),
            (_, error) => Err(error.into()),
        }
    }

    /// Carries out the operation.
    ///
    /// # Errors
    /// [`RequestError`] when the API gives no response, or one that it may not give.
    pub async fn send(&self, operation: &Operation) -> Result<Response, RequestError> {
        if *operation == Operation::Begin {
            return self.begin_session().await;
        }
        let Call { method, path, token, device, body } = self.call(operation);
        let call =
            ApiCall { method, path, token: token.as_deref(), device: device.as_deref(), body };
        self.read(operation, &self.server.send(call).await?)
    }

    /// Begins a session as a log-in does once the password is verified: it reads the user and the password, and
    /// writes the session.
    async fn begin_session(&self) -> Result<Response, RequestError> {
        let unexpected = |error: String| RequestError::Unexpected(error);
        let id = UserId::parse(USER).map_err(|error| unexpected(error.to_string()))?;
        let found = self.store.candidate(Some(&id), None).await;
        let found = found.map_err(|_| RequestError::Unavailable)?;
        let both = found.user.zip(found.credential);
        let (user, before) = both.ok_or(RequestError::Unavailable)?;
        if user.status != Status::Active {
            return Ok(Response::NotActive);
        }
        let signed_in = SignedIn {
            user_id: id.clone(),
            epoch: user.session_epoch,
            is_staff: false,
            device: None,
            platform: "web".to_owned(),
        };
        let randomness = randomness().map_err(|error| unexpected(error.to_string()))?;
        let policy = SessionPolicy::default();
        let (session, token) =
            Session::begin(signed_in, &randomness, &policy, self.server.clock.now());
        let begun = self.store.begin_session(&session, unchanged(&id, &before)).await;
        begun.map_err(|_| RequestError::Unavailable)?;
        let text = token.expose().expose_secret().to_owned();
        let refresh = self.refresh_token(&text).ok_or_else(|| unexpected("a token".to_owned()))?;
        Ok(Response::SignedIn(Tokens { refresh, access: None }))
    }

    /// Returns the HTTP request of an operation.
    fn call(&self, operation: &Operation) -> Call {
        let by_admin = |mut fields: Value| {
            fields["userId"] = json!(USER);
            let token = Some(self.server.admin_token().to_owned());
            Call { token, ..Call::new(Method::PATCH, "/v1/users/update", fields) }
        };
        let post = |path, body| Call::new(Method::POST, path, body);
        match operation {
            Operation::Begin => Call::new(Method::GET, "/v1/users/me", Value::Null),
            Operation::LogIn { password, device } => {
                let [username, _] = NAMES;
                let body = json!({ "username": username, "password": password.text() });
                let device = device.map(|device| format!("device-{device}"));
                Call { device, ..post("/v1/auth/login", body) }
            }
            Operation::Refresh { token, .. } => {
                post("/v1/auth/refresh", json!({ "refreshToken": token.text }))
            }
            Operation::Read { access } => {
                let token = Some(access.text.clone());
                Call { token, ..Call::new(Method::GET, "/v1/users/me", Value::Null) }
            }
            Operation::LogOut { token, everywhere } => {
                let body = json!({ "refreshToken": token.text, "everywhere": everywhere });
                post("/v1/auth/logout", body)
            }
            Operation::ChangePassword { access, old, new } => {
                let (old, new) = (old.text(), new.text());
                let body = json!({ "userId": USER, "oldPassword": old, "newPassword": new });
                let token = Some(access.text.clone());
                Call { token, ..post("/v1/users/change-password", body) }
            }
            Operation::SetPassword { new } => by_admin(json!({ "password": new.text() })),
            Operation::SetActive { active } => {
                let status = if *active { Status::Active } else { Status::Blocked };
                by_admin(json!({ "status": status.as_str() }))
            }
            Operation::Rename { to } => by_admin(json!({ "username": to })),
        }
    }

    fn read(&self, operation: &Operation, answer: &Answer) -> Result<Response, RequestError> {
        let Answer { status, code, body } = answer;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let access = |session| {
            let text = text("accessToken")?;
            Some(AccessToken { session, issued: 0, at: 0, text })
        };
        let response = match (*status, code.as_str()) {
            (200, _) => match operation {
                Operation::LogIn { .. } | Operation::Refresh { .. } => {
                    let refresh = text("refreshToken").and_then(|text| self.refresh_token(&text));
                    refresh.and_then(|refresh| {
                        let access = Some(access(refresh.session)?);
                        Some(Response::SignedIn(Tokens { refresh, access }))
                    })
                }
                Operation::ChangePassword { access: by, .. } => {
                    access(by.session).map(Response::PasswordChanged)
                }
                _ => Some(Response::User),
            },
            (204, _) => Some(Response::SignedOut),
            (401, "REFRESH_TOKEN_INVALID") => Some(Response::RefreshTokenInvalid),
            (401, "TOKEN_REVOKED") => Some(Response::TokenRevoked),
            (401, "TOKEN_EXPIRED") => Some(Response::TokenExpired),
            (401, "CREDENTIALS_INVALID") => Some(Response::CredentialsInvalid),
            (429, "TOO_MANY_ATTEMPTS") => Some(Response::TooManyAttempts),
            (403, "ACCOUNT_NOT_ACTIVE") => Some(Response::NotActive),
            (409, "CONCURRENT_CHANGE") => Some(Response::Conflict),
            _ => None,
        };
        response.ok_or_else(|| answer.unexpected())
    }

    /// Reads a refresh token, and numbers its session.
    fn refresh_token(&self, text: &str) -> Option<RefreshToken> {
        let TokenParts { session_id, generation, .. } = TokenParts::read(text)?;
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sessions.iter().position(|id| *id == session_id);
        let session = known.unwrap_or_else(|| {
            sessions.push(session_id);
            sessions.len() - 1
        });
        Some(RefreshToken { session, generation, text: text.to_owned() })
    }
}

/// A request that owns its parts.
struct Call {
    method: Method,
    path: &'static str,
    token: Option<String>,
    device: Option<String>,
    body: Value,
}

impl Call {
    fn new(method: Method, path: &'static str, body: Value) -> Self {
        Self { method, path, token: None, device: None, body }
    }
}

fn settings() -> SignInSettings {
    SignInSettings {
        tokens: OwnTokens {
            issuer: sandbox::events::SIGN_IN_ISSUER.to_owned(),
            audience: "nameplate".to_owned(),
        },
        sessions: SessionPolicy::default(),
        attempts: AttemptPolicy::default(),
        hashes: HashSettings::default(),
        // Making an RSA key takes long.
        algorithm: SigningAlgorithm::EdDsa,
    }
}

fn randomness() -> Result<Randomness, shared::error::Error> {
    Ok(Randomness { id: SessionId(random()?), secret: random()?, tag_key: random()? })
}

/// A success that changes nothing of the credential.
fn unchanged<'a>(user_id: &'a UserId, before: &'a Credential) -> CredentialUpdate<'a> {
    CredentialUpdate { user_id, before, device: None, rehashed: None, strangers: None }
}
