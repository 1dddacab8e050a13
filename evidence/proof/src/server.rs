//! The API over a DynamoDB in this process, with a clock that only the history advances.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use sandbox::{FakeClock, InProcessDynamoDb, Issuer, TokenRequest, tables};
use serde_json::Value;
use shared::app::{App, Parts};
use shared::clock::Clock;
use shared::config::Stage;
use shared::domain::password::PasswordHash;
use shared::domain::rename::RenamePolicy;
use shared::domain::role::Role;
use shared::domain::text::Text;
use shared::domain::user::{RequiredFields, User};
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::fingerprint::FingerprintKey;
use shared::limit::CallerQuotas;
use shared::log::RequestLog;
use shared::store::{Change, DynamoDb, Outcome, Store};
use shared::token::TokenVerifier;
use tower::ServiceExt;
use uuid::Uuid;

use crate::subject::Subject;
use crate::wire::Wire;

/// The instant at which every history begins.
const BEGINNING: &str = "2026-01-15T10:30:00.000Z";
/// The id of the administrator.
const ADMIN: &str = "admin";

/// What a server is made of.
pub struct Foundation<S: Subject> {
    /// The clock.
    pub clock: FakeClock,
    /// The tables.
    pub table: InProcessDynamoDb,
    /// The connection to DynamoDB.
    pub wire: Wire<S>,
    /// The issuer of the administrator's token.
    pub issuer: Issuer,
    /// The parts of the app. Nobody signs in yet.
    pub parts: Parts,
}

impl<S: Subject> Foundation<S> {
    /// Creates empty tables, a connection to them and the parts of the app.
    ///
    /// # Errors
    /// When the database cannot be created.
    pub fn lay(seed: u64, mutant: Option<S::Mutant>) -> Result<Self, Box<dyn Error>> {
        let clock = FakeClock::at(BEGINNING.parse::<Timestamp>()?);
        let table = InProcessDynamoDb::start(clock.clone())?;
        let random = fastrand::Rng::with_seed(seed);
        let wire = Wire::new(table.clone(), clock.clone(), random, mutant);
        let dynamo_db = DynamoDb {
            region: "eu-central-1".to_owned(),
            endpoint: Some("http://dynamodb.test".to_owned()),
            access_key_id: "none".to_owned(),
            secret_access_key: "none".into(),
            session_token: None,
            ca_bundle: None,
        };
        let issuer = Issuer::development();
        let parts = Parts {
            policy: RenamePolicy::default(),
            store: Store::new(dynamo_db.client(wire.http()), tables()),
            tokens: TokenVerifier::new(&issuer.token_settings())?,
            quotas: CallerQuotas::off(),
            reserved: Arc::default(),
            fingerprints: FingerprintKey::new("proof"),
            sessions: None,
            sign_in: None,
            clock: Arc::new(clock.clone()),
            log: RequestLog::emf(Stage::Local, std::io::sink()),
        };
        Ok(Self { clock, table, wire, issuer, parts })
    }
}

/// The API, and everything that it works with.
pub struct Server<S: Subject> {
    router: Router,
    issuer: Issuer,
    admin_token: String,
    /// The tables.
    pub table: InProcessDynamoDb,
    /// The clock.
    pub clock: FakeClock,
    /// The connection to DynamoDB.
    pub wire: Wire<S>,
}

impl<S: Subject> Server<S> {
    /// Starts the API of that app, and creates an administrator.
    ///
    /// # Errors
    /// When the administrator cannot be created.
    pub async fn start(foundation: Foundation<S>) -> Result<Self, Box<dyn Error>> {
        let Foundation { clock, table, wire, issuer, parts } = foundation;
        let app = App::new(parts);
        NewUser { id: ADMIN, username: "grace_hopper", roles: &[Role::Admin], password: None }
            .create(&app.store, app.now())
            .await?;
        let router = shared::http::serve(api::endpoints(), app);
        let admin_token = token(&issuer, &clock, ADMIN, &[Role::Admin], None)?;
        wire.check_invariants();
        Ok(Self { router, issuer, admin_token, table, clock, wire })
    }

    /// Returns the administrator's token.
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// Issues a token of the user. `hint` is its username claim, if it has one.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn token(&self, sub: &str, hint: Option<&str>) -> Result<String, Box<dyn Error>> {
        token(&self.issuer, &self.clock, sub, &[Role::ApiUser], hint)
    }

    /// Sends the request, and reads the answer.
    ///
    /// # Errors
    /// [`RequestError`] when the API gives no response.
    pub async fn send(&self, call: ApiCall<'_>) -> Result<Answer, RequestError> {
        let request =
            call.request().map_err(|error| RequestError::Unexpected(error.to_string()))?;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status().as_u16();
        let code = response.headers().get("x-error-code").and_then(|code| code.to_str().ok());
        let code = code.unwrap_or_default().to_owned();
        let body = response.into_body().collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        if (status, code.as_str()) == (503, "UNAVAILABLE") {
            return Err(RequestError::Unavailable);
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer { status, code, body })
    }
}

/// A call of the API.
#[derive(Debug, Clone)]
pub struct ApiCall<'a> {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: &'a str,
    /// The bearer token, if any.
    pub token: Option<&'a str>,
    /// `X-Device-ID`, if any.
    pub device: Option<&'a str>,
    /// The body, or null for none.
    pub body: Value,
}

impl ApiCall<'_> {
    fn request(&self) -> Result<Request<Body>, Box<dyn Error>> {
        let mut request = Request::builder().method(&self.method).uri(self.path);
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(device) = self.device {
            request = request.header("x-device-id", device);
        }
        request = request.header("content-type", "application/json");
        let body = &self.body;
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        Ok(request.body(body)?)
    }
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `X-Error-Code`, or nothing.
    pub code: String,
    /// The body, or null.
    pub body: Value,
}

impl Answer {
    /// The answer is one that the API may not give to this request.
    pub fn unexpected(&self) -> RequestError {
        RequestError::Unexpected(format!("{} {} {}", self.status, self.code, self.body))
    }
}

/// The API gave no response, or one that it may not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// 503: the operation may have happened, or may happen later.
    Unavailable,
    /// A response that the API may not give to this request.
    Unexpected(String),
}

/// Issues a token that is valid for longer than a history lasts.
fn token(
    issuer: &Issuer,
    clock: &FakeClock,
    sub: &str,
    roles: &[Role],
    username: Option<&str>,
) -> Result<String, Box<dyn Error>> {
    let issued_at = clock.now();
    let expires_at = issued_at + SignedDuration::from_hours(100 * 365 * 24);
    Ok(issuer.issue(&TokenRequest { sub, roles, username, issued_at, expires_at })?)
}

/// A user to create before the history begins.
pub struct NewUser<'a> {
    /// The id.
    pub id: &'a str,
    /// The username.
    pub username: &'a str,
    /// The roles.
    pub roles: &'a [Role],
    /// The password's hash, if the user has a password.
    pub password: Option<PasswordHash>,
}

impl NewUser<'_> {
    /// Creates the user.
    ///
    /// # Errors
    /// When the user cannot be created.
    pub async fn create(self, store: &Store, now: Timestamp) -> Result<(), Box<dyn Error>> {
        let required = RequiredFields {
            id: UserId::parse(self.id)?,
            username: Username::unvalidated(self.username.to_owned()),
            first_name: Text::parse("A")?,
            account_id: Uuid::nil(),
        };
        let mut user = User::new(required, now);
        user.roles = self.roles.iter().copied().collect();
        if self.password.is_some() {
            user.mark_password(now);
        }
        match store.commit(&Change::Create(Box::new(user), self.password)).await? {
            Outcome::Committed => Ok(()),
            other => Err(format!("{} cannot be created: {other:?}", self.id).into()),
        }
    }
}
