//! The door that every request comes in by and every answer goes out by.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use uuid::Uuid;

use super::Endpoint;
use super::context::Client;
use super::failure;
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::error::Error;
use crate::log::RequestRecord;
use crate::meter::{Meter, Usage};

/// The longest that a request may take; API Gateway would wait 30 s.
const TIME_LIMIT: Duration = Duration::from_millis(4500);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in the log and in `X-Request-Id`. Whoever receives the request from a
/// gateway puts the gateway's id into its extensions; the door makes one where there is none.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// None of a text that is empty, or has anything but visible ASCII: no header should hold more
    /// (RFC 9110 section 5.5).
    pub fn new(id: &str) -> Option<Self> {
        let is_visible = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_visible.then(|| Self(id.to_owned()))
    }
}

/// What the door knows.
#[derive(Clone)]
struct Door {
    app: App,
    /// Each operation with its method and the pattern of its path.
    operations: Arc<[(&'static str, Method, &'static str)]>,
    /// Whether a request has come by since the process began.
    is_warm: Arc<AtomicBool>,
}

/// Who the caller is, once the token is verified; the door logs it.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownCaller(Arc<OnceLock<UserId>>);

impl KnownCaller {
    /// Notes who it is.
    pub(super) fn is(&self, id: &UserId) {
        // It is noted once in a request.
        let _ = self.0.set(id.clone());
    }
}

/// One router for all of the endpoints, behind the door: every answer has the common headers, every
/// error the form that the client asked for, and one line goes to the log.
pub fn serve(endpoints: impl IntoIterator<Item = Endpoint>, app: App) -> Router {
    let mut routes = Router::new();
    let mut operations = Vec::new();
    for endpoint in endpoints {
        operations.push((endpoint.operation, endpoint.method, endpoint.path));
        routes = routes.route(endpoint.path, endpoint.handler);
    }
    let (operations, is_warm) = (operations.into(), Arc::default());
    let door = Door { app: app.clone(), operations, is_warm };
    routes
        .fallback(async || Error::RouteNotFound)
        .method_not_allowed_fallback(other_method)
        .layer(middleware::from_fn_with_state(door, through))
        .with_state(app)
}

/// Answers a method that the path does not have. `OPTIONS` is every path's: it is how a browser asks
/// before it calls (CORS preflight), and API Gateway adds the headers that allow it.
async fn other_method(method: Method) -> Result<StatusCode, Error> {
    if method == Method::OPTIONS {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::MethodNotAllowed)
    }
}

async fn through(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let app = &door.app;
    let client = Arc::new(Client::read(request.headers()));
    let caller = KnownCaller::default();
    request.extensions_mut().insert(Arc::clone(&client));
    request.extensions_mut().insert(caller.clone());
    let mut record = door.begin(&request, &client);

    let meter = Meter::default();
    let started = app.clock.now();
    let mut response = meter.measure(bounded(next.run(request))).await;
    let taken = app.clock.now().duration_since(started);

    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = failure::answer(&error, &client, app.now());
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        error.code().clone_into(&mut record.code);
        record.cause = hidden_cause(&error);
    }
    add_common_headers(&mut response, &client, &record.request_id);
    record.status = response.status().as_u16();
    record.caller = caller.0.get().map(|id| without_email(id.as_str()));
    record.usage = meter.usage();
    record.duration = taken.unsigned_abs();
    app.log.write(&record);
    response
}

impl Door {
    /// The record of a request that has just come in.
    fn begin(&self, request: &Request, client: &Client) -> RequestRecord {
        let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
        let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
        let method = request.method();
        let known = self.operations.iter().find(|(_, m, path)| m == method && *path == route);
        RequestRecord {
            at: self.app.now(),
            request_id: id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            operation: known.map_or("none", |(operation, _, _)| operation),
            route: known.map_or_else(|| "none".to_owned(), |_| format!("{method} {route}")),
            status: 0,
            code: "OK".to_owned(),
            caller: None,
            platform: client.platform,
            app_version: client.app_version.as_deref().map(without_email),
            device: client.device_id.as_deref().map(fingerprint),
            usage: Usage::default(),
            duration: Duration::ZERO,
            cold_start: !self.is_warm.swap(true, Ordering::Relaxed),
            cause: None,
        }
    }
}

/// A text from outside as it may be logged: one that could be an e-mail address only as a fingerprint.
fn without_email(text: &str) -> String {
    if text.contains('@') { fingerprint(text) } else { text.to_owned() }
}

/// The first 64 bits of the SHA-256 of a text, in hexadecimal: tells two apart, and says no more.
fn fingerprint(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let half: [u8; 8] = std::array::from_fn(|at| digest.as_ref().get(at).copied().unwrap_or(0));
    format!("{:016x}", u64::from_be_bytes(half))
}

/// Runs the request to its answer, to a panic, or to the time limit.
async fn bounded(run: impl Future<Output = Response>) -> Response {
    let run = AssertUnwindSafe(run).catch_unwind();
    match tokio::time::timeout(TIME_LIMIT, run).await {
        Ok(Ok(response)) => response,
        // What a panic says may hold anything; the hook has logged where it was.
        Ok(Err(_)) => Error::Internal("a handler panicked".into()).into_response(),
        Err(elapsed) => Error::Unavailable(elapsed.into()).into_response(),
    }
}

fn add_common_headers(response: &mut Response, client: &Client, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(client.language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// What an error does not show: its cause, and the cause of that. Only messages, never the `Debug`
/// form: that of an SDK error holds whole items.
fn hidden_cause(error: &Error) -> Option<String> {
    let (Error::Internal(cause) | Error::Unavailable(cause)) = error else { return None };
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    Some(text)
}
