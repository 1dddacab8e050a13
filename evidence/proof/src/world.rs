//! The whole API over a DynamoDB in this process, with three users, an administrator, and a clock that only
//! the history moves.

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use sandbox::{FakeClock, InProcessDynamoDb, Issuer, TABLE, TokenRequest};
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
use shared::limit::CallerLimit;
use shared::log::RequestLog;
use shared::store::{Change, DynamoDb, Outcome, Store};
use shared::token::TokenVerifier;
use std::sync::Arc;
use tower::ServiceExt;
use uuid::Uuid;

use crate::cast::{Name, Told, USERS, Wish, user_id};
use crate::mutant::Mutant;
use crate::wire::Wire;

/// The instant at which every history begins.
const BEGINNING: &str = "2026-01-15T10:30:00.000Z";
const ADMIN: &str = "admin";

/// The API and what is around it.
pub struct World {
    router: Router,
    issuer: Issuer,
    admin_token: String,
    table: InProcessDynamoDb,
    /// The time.
    pub clock: FakeClock,
    /// The way to DynamoDB.
    pub wire: Wire,
}

impl World {
    /// A new one, with its users.
    ///
    /// # Errors
    /// When it cannot be made.
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
            store: Store::new(dynamo_db.client(wire.http()), TABLE),
            tokens: TokenVerifier::new(&issuer.token_settings())?,
            caller_limit: CallerLimit::new(Arc::new(clock.clone())),
            clock: Arc::new(clock.clone()),
            log: RequestLog::emf(Stage::Local, std::io::sink()),
        });
        for user in 0..USERS {
            let name = Name::of_key(user).text();
            create(&app, &user_id(user), name, &[Role::ApiUser]).await?;
        }
        create(&app, ADMIN, "grace_hopper", &[Role::Admin]).await?;
        let router = shared::http::serve(api::endpoints(), app);
        let admin_token = token(&issuer, &clock, ADMIN, &[Role::Admin], None)?;
        wire.inspect();
        Ok(Self { router, issuer, admin_token, table, clock, wire })
    }

    /// Asks for something. `hint` is the name that the token says the user has, if it says one.
    ///
    /// # Errors
    /// [`Unanswered`] when it is not known what became of it.
    pub async fn ask(&self, wish: Wish, hint: Option<Name>) -> Result<Told, Unanswered> {
        if wish == Wish::Sweep {
            return self.sweep().map_err(Unanswered::Broken);
        }
        let request = self.request(wish, hint);
        let request = request.map_err(|error| Unanswered::Broken(error.to_string()))?;
        let answer = match self.router.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let status = answer.status();
        let code = answer.headers().get("x-error-code").and_then(|code| code.to_str().ok());
        let code = code.unwrap_or_default().to_owned();
        let body = answer.into_body().collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        understand(status, &code, &serde_json::from_slice(&body).unwrap_or_default())
    }

    fn request(&self, wish: Wish, hint: Option<Name>) -> Result<Request<Body>, Box<dyn Error>> {
        let update = |user: u8, mut fields: Value| {
            fields["userId"] = json!(user_id(user));
            (Method::PATCH, "/v1/users/update".to_owned(), fields)
        };
        let (by, (method, path, body)) = match wish {
            Wish::Rename { user, to } => {
                let body = json!({ "newUsername": to.text() });
                (Some(user), (Method::PATCH, "/api/v1/users/username".to_owned(), body))
            }
            Wish::RenameByUpdate { user, to } => {
                (Some(user), update(user, json!({ "username": to.text() })))
            }
            Wish::Reassign { user, to } => (None, update(user, json!({ "username": to.text() }))),
            Wish::SetFirstName { user, letter } => {
                (None, update(user, json!({ "firstName": letter.to_string() })))
            }
            Wish::SetStatus { user, status } => {
                (None, update(user, json!({ "status": status.as_str() })))
            }
            Wish::Read { user } => {
                (None, (Method::GET, format!("/v1/users/{}", user_id(user)), Value::Null))
            }
            Wish::Sweep => return Err("nobody asks for a sweep".into()),
        };
        let token = match by {
            Some(user) => token(&self.issuer, &self.clock, &user_id(user), &[Role::ApiUser], hint)?,
            None => self.admin_token.clone(),
        };
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        Ok(request.body(body)?)
    }

    /// DynamoDB deletes what is over.
    fn sweep(&self) -> Result<Told, String> {
        let names = || -> Result<u8, String> {
            let items = self.table.items()?;
            let names = items.iter().filter(|item| item.get("userId").is_some());
            let names = names.filter_map(|item| Name::parse(item["username"]["S"].as_str()?));
            Ok(names.fold(0, |keys, name| keys | 1 << name.key()))
        };
        let before = names()?;
        self.table.sweep()?;
        Ok(Told::Swept { keys: before & !names()? })
    }
}

/// The request was not answered, or not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// 503: what was asked for may have happened, or may happen yet.
    Unknown,
    /// An answer that the API never gives in these circumstances.
    Broken(String),
}

fn understand(status: StatusCode, code: &str, body: &Value) -> Result<Told, Unanswered> {
    let broken = || Unanswered::Broken(format!("{status} {code} {body}"));
    let name = |value: &Value| value.as_str().and_then(Name::parse).ok_or_else(broken);
    match (status.as_u16(), code) {
        (200, _) if body.get("isSuccess").is_some() => {
            let next = body["data"]["nextChangeAllowedAt"].as_str();
            let next = next.and_then(|next| next.parse::<Timestamp>().ok()).ok_or_else(broken)?;
            Ok(Told::Renamed {
                old: name(&body["data"]["oldUsername"])?,
                new: name(&body["data"]["newUsername"])?,
                next: next.as_millisecond(),
            })
        }
        (200, _) => {
            let first_name = body["firstName"].as_str().and_then(|name| name.chars().next());
            Ok(Told::User {
                name: name(&body["username"])?,
                first_name: first_name.ok_or_else(broken)?,
                status: body["status"].as_str().and_then(Status::parse).ok_or_else(broken)?,
            })
        }
        (409, "USERNAME_TAKEN") => Ok(Told::Taken),
        (409, "USERNAME_TOO_SIMILAR") => Ok(Told::TooSimilar),
        (409, "USERNAME_COOLDOWN") => Ok(Told::CoolingDown),
        (409, "CONCURRENT_CHANGE") => Ok(Told::Conflict),
        (403, "ACCOUNT_NOT_ACTIVE") => Ok(Told::NotActive),
        (404, "USER_NOT_FOUND") => Ok(Told::NotFound),
        (503, "UNAVAILABLE") => Err(Unanswered::Unknown),
        _ => Err(broken()),
    }
}

/// A token that is valid for longer than a history lasts.
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

async fn create(app: &App, id: &str, username: &str, roles: &[Role]) -> Result<(), Box<dyn Error>> {
    let required = RequiredFields {
        id: UserId::parse(id)?,
        username: Username::claimed(username.to_owned()),
        first_name: Text::parse("A")?,
        last_name: Text::parse("B")?,
        account_id: Uuid::nil(),
    };
    let mut user = User::new(required, app.now());
    user.roles = roles.iter().copied().collect();
    match app.store.commit(&Change::Create(Box::new(user))).await? {
        Outcome::Committed => Ok(()),
        other => Err(format!("{id} cannot be created: {other:?}").into()),
    }
}
