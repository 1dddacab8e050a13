//! The API over a DynamoDB in this process, with users, an administrator and a clock.
//!
//! Only the history advances the clock.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use sandbox::{FakeClock, InProcessDynamoDb, Issuer, TokenRequest, tables};
use serde_json::{Value, json};
use shared::app::{App, Parts};
use shared::clock::Clock;
use shared::config::Stage;
use shared::domain::rename::RenamePolicy;
use shared::domain::role::Role;
use shared::domain::status::Status;
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

use crate::mutant::Mutant;
use crate::scenario::{Name, Operation, Response, USERS, user_id};
use crate::wire::Wire;

/// The instant at which every history begins.
const BEGINNING: &str = "2026-01-15T10:30:00.000Z";
/// The id of the administrator.
const ADMIN: &str = "admin";

/// The API, and everything that it works with.
pub struct World {
    router: Router,
    issuer: Issuer,
    admin_token: String,
    table: InProcessDynamoDb,
    /// The clock.
    pub clock: FakeClock,
    /// The connection to DynamoDB.
    pub wire: Wire,
}

impl World {
    /// Starts the API and creates the users.
    ///
    /// # Errors
    /// When the API cannot start, or a user cannot be created.
    pub async fn start(seed: u64, mutant: Option<Mutant>) -> Result<Self, Box<dyn Error>> {
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
        let app = App::new(Parts {
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
        });
        for user in 0..USERS {
            let (id, username) = (user_id(user), Name::of_key(user).text());
            NewUser { id: &id, username, roles: &[Role::ApiUser] }.create(&app).await?;
        }
        NewUser { id: ADMIN, username: "grace_hopper", roles: &[Role::Admin] }.create(&app).await?;
        let router = shared::http::serve(api::endpoints(), app);
        let admin_token = token(&issuer, &clock, ADMIN, &[Role::Admin], None)?;
        wire.check_invariants();
        Ok(Self { router, issuer, admin_token, table, clock, wire })
    }

    /// Carries out the operation. `hint` is the username claim of the token, if the token has one.
    ///
    /// # Errors
    /// [`RequestError`] when the API gives no response, or one that it may not give.
    pub async fn send(
        &self,
        operation: Operation,
        hint: Option<Name>,
    ) -> Result<Response, RequestError> {
        if operation == Operation::Sweep {
            return self.sweep().map_err(RequestError::Unexpected);
        }
        let request = self.request(operation, hint);
        let request = request.map_err(|error| RequestError::Unexpected(error.to_string()))?;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let code = response.headers().get("x-error-code").and_then(|code| code.to_str().ok());
        let code = code.unwrap_or_default().to_owned();
        let body = response.into_body().collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        read_response(status, &code, &serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Returns the HTTP request of an operation.
    fn request(
        &self,
        operation: Operation,
        hint: Option<Name>,
    ) -> Result<Request<Body>, Box<dyn Error>> {
        let update = |user: u8, mut fields: Value| {
            fields["userId"] = json!(user_id(user));
            (Method::PATCH, "/v1/users/update".to_owned(), fields)
        };
        let (caller, (method, path, body)) = match operation {
            Operation::SelfRename { user, to } => {
                let body = json!({ "newUsername": to.text() });
                (Some(user), (Method::PATCH, "/api/v1/users/username".to_owned(), body))
            }
            Operation::SelfRenameByUpdate { user, to } => {
                (Some(user), update(user, json!({ "username": to.text() })))
            }
            Operation::RenameByAdmin { user, to } => {
                (None, update(user, json!({ "username": to.text() })))
            }
            Operation::SetFirstName { user, letter } => {
                (None, update(user, json!({ "firstName": letter.to_string() })))
            }
            Operation::SetStatus { user, status } => {
                (None, update(user, json!({ "status": status.as_str() })))
            }
            Operation::Read { user } => {
                (None, (Method::GET, format!("/v1/users/{}", user_id(user)), Value::Null))
            }
            Operation::Sweep => return Err("a sweep is no request".into()),
        };
        let token = match caller {
            Some(user) => token(&self.issuer, &self.clock, &user_id(user), &[Role::ApiUser], hint)?,
            None => self.admin_token.clone(),
        };
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        Ok(request.body(body)?)
    }

    /// Has DynamoDB delete the expired items. Returns the keys of the deleted name records.
    fn sweep(&self) -> Result<Response, String> {
        let keys = || -> Result<u8, String> {
            let items = self.table.items()?;
            let names = items.iter().filter(|item| item.get("userId").is_some());
            let names = names.filter_map(|item| Name::parse(item["username"]["S"].as_str()?));
            Ok(names.fold(0, |keys, name| keys | 1 << name.key()))
        };
        let before = keys()?;
        self.table.sweep()?;
        Ok(Response::Swept { keys: before & !keys()? })
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

/// Reads a response of the API.
fn read_response(status: StatusCode, code: &str, body: &Value) -> Result<Response, RequestError> {
    let unexpected = || RequestError::Unexpected(format!("{status} {code} {body}"));
    let name = |value: &Value| value.as_str().and_then(Name::parse).ok_or_else(unexpected);
    match (status.as_u16(), code) {
        (200, _) if body.get("isSuccess").is_some() => {
            let next = body["data"]["nextChangeAllowedAt"].as_str();
            let next =
                next.and_then(|next| next.parse::<Timestamp>().ok()).ok_or_else(unexpected)?;
            Ok(Response::Renamed {
                old: name(&body["data"]["oldUsername"])?,
                new: name(&body["data"]["newUsername"])?,
                next: next.as_millisecond(),
            })
        }
        (200, _) => {
            let first_name = body["firstName"].as_str().and_then(|name| name.chars().next());
            let status = body["status"].as_str().and_then(Status::parse);
            Ok(Response::User {
                name: name(&body["username"])?,
                first_name: first_name.ok_or_else(unexpected)?,
                status: status.ok_or_else(unexpected)?,
            })
        }
        (409, "USERNAME_TAKEN") => Ok(Response::Taken),
        (409, "USERNAME_TOO_SIMILAR") => Ok(Response::TooSimilar),
        (409, "USERNAME_COOLDOWN") => Ok(Response::CoolingDown),
        (409, "CONCURRENT_CHANGE") => Ok(Response::Conflict),
        (403, "ACCOUNT_NOT_ACTIVE") => Ok(Response::NotActive),
        (404, "USER_NOT_FOUND") => Ok(Response::NotFound),
        (503, "UNAVAILABLE") => Err(RequestError::Unavailable),
        _ => Err(unexpected()),
    }
}

/// Issues a token that is valid for longer than a history lasts.
fn token(
    issuer: &Issuer,
    clock: &FakeClock,
    sub: &str,
    roles: &[Role],
    username: Option<Name>,
) -> Result<String, Box<dyn Error>> {
    let issued_at = clock.now();
    let expires_at = issued_at + SignedDuration::from_hours(100 * 365 * 24);
    let username = username.map(Name::text);
    Ok(issuer.issue(&TokenRequest { sub, roles, username, issued_at, expires_at })?)
}

/// A user to create before the history begins.
struct NewUser<'a> {
    id: &'a str,
    username: &'a str,
    roles: &'a [Role],
}

impl NewUser<'_> {
    async fn create(&self, app: &App) -> Result<(), Box<dyn Error>> {
        let required = RequiredFields {
            id: UserId::parse(self.id)?,
            username: Username::unvalidated(self.username.to_owned()),
            first_name: Text::parse("A")?,
            account_id: Uuid::nil(),
        };
        let mut user = User::new(required, app.now());
        user.roles = self.roles.iter().copied().collect();
        match app.store.commit(&Change::Create(Box::new(user), None)).await? {
            Outcome::Committed => Ok(()),
            other => Err(format!("{} cannot be created: {other:?}", self.id).into()),
        }
    }
}
