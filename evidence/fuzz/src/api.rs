//! The whole API over a table in memory, built once for the process.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt;
use lambda_http::{Context, LambdaEvent};
use sandbox::{Issuer, Sample, TABLE, TokenRequest};
use serde_json::{Value, json};
use shared::app::{App, Parts};
use shared::clock::Clock;
use shared::config::Stage;
use shared::domain::password::Password;
use shared::domain::rename::RenamePolicy;
use shared::limit::CallerLimit;
use shared::log::RequestLog;
use shared::store::{Backoff, Store};
use shared::token::{TokenSettings, TokenVerifier};
use tokio::runtime::Runtime;

use crate::table::Table;

/// How many requests one app answers: no more than a caller may make at once, or the limit, which
/// remembers, would make the answer to an input depend on those before it.
const REQUESTS: u32 = 32;

/// The API.
pub(crate) struct Api {
    runtime: Runtime,
    router: Router,
    answered: u32,
    /// The table.
    pub(crate) table: Table,
    /// A token of each sample user, by the user's place in [`Sample::ALL`].
    pub(crate) tokens: Vec<String>,
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The present.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_768_473_000).expect("an instant")
}

/// The one API of this process.
pub(crate) fn api() -> MutexGuard<'static, Api> {
    static API: OnceLock<Mutex<Api>> = OnceLock::new();
    let api = API.get_or_init(|| Mutex::new(Api::new()));
    api.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A runtime for one thread.
pub(crate) fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime")
}

/// The store on that table.
pub(crate) fn store(table: &Table) -> Store {
    let backoff = Backoff { first: Duration::ZERO, ..Backoff::default() };
    Store::new(table.client(), TABLE).with_backoff(backoff)
}

/// An app with these tokens.
pub(crate) fn app(store: Store, tokens: &TokenSettings) -> App {
    let clock: Arc<dyn Clock> = Arc::new(Still);
    App::new(Parts {
        policy: RenamePolicy::default(),
        store,
        tokens: TokenVerifier::new(tokens).expect("usable keys"),
        caller_limit: CallerLimit::new(Arc::clone(&clock)),
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
        Self { runtime, router, answered: 0, table, tokens }
    }

    /// What API Gateway is answered.
    pub(crate) fn answer(&mut self, event: LambdaRequest) -> Value {
        if self.answered == REQUESTS {
            (self.router, self.answered) = (router(&self.table), 0);
        }
        self.answered += 1;
        let router = self.router.clone();
        let event = LambdaEvent::new(event, Context::default());
        let answer = self.runtime.block_on(shared::lambda::service(router).oneshot(event));
        serde_json::to_value(answer.expect("an answer")).expect("JSON")
    }
}

fn router(table: &Table) -> Router {
    shared::http::serve(
        api::endpoints(),
        app(store(table), &Issuer::development().token_settings()),
    )
}

/// A token of the sample user, valid for 100 days.
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

/// Puts the sample users into the table, as their creation would.
async fn put_samples(table: &Table) {
    let keeping = Table::default();
    Sample::create_all(&store(&keeping), now()).await.expect("sample users");
    for item in keeping.take_put() {
        let pk = item["pk"]["S"].as_str().expect("a key").to_owned();
        table.insert(&pk, item);
    }
    let (renamed, yesterday) = (Sample::RENAMED, now() - SignedDuration::from_hours(24));
    table.amend(&format!("USER#{}", renamed.id), |item| {
        item["previousUsername"] = item["username"].clone();
        item["username"] = json!({ "S": renamed.username });
        item["usernameChangedAt"] = json!({ "N": yesterday.as_millisecond().to_string() });
    });
}

/// Whether the body may have a password that would be hashed, which takes as long as a hundred requests.
/// What comes before the hash is done here.
pub(crate) fn would_hash(body: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return false };
    let password = body["password"].as_str().and_then(|password| Password::parse(password).ok());
    // The user's own data can only make it weaker.
    password.is_some_and(|password| password.check_strength(&[]).is_ok())
}
