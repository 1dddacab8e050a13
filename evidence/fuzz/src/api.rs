//! The whole API over a table in memory, without quotas: no response depends on earlier requests. A
//! process builds it once.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt;
use lambda_http::{Context, LambdaEvent};
use sandbox::{Issuer, Sample, TokenRequest, tables};
use serde_json::{Value, json};
use shared::app::{App, Parts};
use shared::clock::Clock;
use shared::config::Stage;
use shared::domain::password::PasswordText;
use shared::domain::rename::RenamePolicy;
use shared::fingerprint::FingerprintKey;
use shared::limit::CallerQuotas;
use shared::log::RequestLog;
use shared::store::{Backoff, Store};
use shared::token::{TokenSettings, TokenVerifier};
use tokio::runtime::Runtime;

use crate::table::Table;

/// The API.
pub(crate) struct Api {
    runtime: Runtime,
    router: Router,
    /// The table.
    pub(crate) table: Table,
    /// A token of each sample user, in the order of [`Sample::ALL`].
    pub(crate) tokens: Vec<String>,
}

/// A clock that always shows the same instant.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// Returns the instant that the clock shows.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_768_473_000).expect("an instant")
}

/// Returns the API of this process.
pub(crate) fn api() -> MutexGuard<'static, Api> {
    static API: OnceLock<Mutex<Api>> = OnceLock::new();
    let api = API.get_or_init(|| Mutex::new(Api::new()));
    api.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a runtime for one thread.
pub(crate) fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime")
}

/// Returns the store over that table.
pub(crate) fn store(table: &Table) -> Store {
    let backoff = Backoff { first: Duration::ZERO, ..Backoff::default() };
    Store::new(table.client(), tables()).with_backoff(backoff)
}

/// Returns an app over that store, with these settings for tokens.
pub(crate) fn app(store: Store, tokens: &TokenSettings) -> App {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock);
    App::new(Parts {
        policy: RenamePolicy::default(),
        store,
        tokens: TokenVerifier::new(tokens).expect("usable keys"),
        quotas: CallerQuotas::off(),
        reserved: Arc::default(),
        fingerprints: FingerprintKey::new("fuzz"),
        sessions: None,
        sign_in: None,
        clock,
        log: RequestLog::emf(Stage::Local, std::io::sink()),
    })
}

impl Api {
    fn new() -> Self {
        let (runtime, table) = (runtime(), Table::default());
        runtime.block_on(put_samples(&table));
        let tokens = Sample::ALL.iter().map(token).collect();
        let router = router(&table);
        Self { runtime, router, table, tokens }
    }

    /// Handles the event, and returns the response that API Gateway receives.
    pub(crate) fn handle(&mut self, event: LambdaRequest) -> Value {
        let router = self.router.clone();
        let event = LambdaEvent::new(event, Context::default());
        let response = self.runtime.block_on(shared::lambda::service(router).oneshot(event));
        serde_json::to_value(response.expect("a response")).expect("JSON")
    }
}

fn router(table: &Table) -> Router {
    shared::http::serve(
        api::endpoints(),
        app(store(table), &Issuer::development().token_settings()),
    )
}

/// Issues a token for the sample user that is valid for 100 days.
fn token(sample: &Sample) -> String {
    let request = TokenRequest {
        sub: sample.id,
        roles: sample.roles,
        username: Some(sample.username),
        issued_at: now(),
        expires_at: now() + SignedDuration::from_hours(100 * 24),
    };
    Issuer::development().issue(&request).expect("a token")
}

/// Puts the sample users into the table. The table keeps nothing of a write, so the items come from the
/// list of puts of another table.
async fn put_samples(table: &Table) {
    let scratch = Table::default();
    Sample::create_all(&store(&scratch), now()).await.expect("sample users");
    for item in scratch.take_puts() {
        let pk = item["pk"]["S"].as_str().expect("a key").to_owned();
        table.insert(&pk, item);
    }
    // The list has no updates, so the rename of this sample user is not in it.
    let (renamed, yesterday) = (Sample::RENAMED, now() - SignedDuration::from_hours(24));
    table.modify(&format!("USER#{}", renamed.id), |item| {
        item["previousUsername"] = item["username"].clone();
        item["username"] = json!({ "S": renamed.username });
        item["usernameChangedAt"] = json!({ "N": yesterday.as_millisecond().to_string() });
    });
}

/// Whether the API might hash a password of this body. A hash takes as long as a hundred requests. This
/// function makes the checks that come before the hash.
pub(crate) fn would_hash(body: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return false };
    let password = body["password"].as_str().map(PasswordText::prepare);
    // The user's own data can only make it weaker.
    password.is_some_and(|password| password.judge(&[]).is_ok())
}
