//! The door: every request enters and every answer leaves through it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use uuid::Uuid;

use super::context::ClientContext;
use super::endpoint::Endpoint;
use super::error_response;
use super::verified_caller::VerifiedCaller;
use crate::app::App;
use crate::error::Error;
use crate::log::RequestRecord;
use crate::meter::{Meter, Usage};

/// The longest that a request may take; API Gateway would wait 30 s.
const TIME_LIMIT: Duration = Duration::from_millis(4500);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in the log and in `X-Request-Id`. The code that receives a request from a
/// gateway puts the gateway's id into its extensions; the door makes an id where there is none.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The id, or `None` when the text is empty or has anything but visible ASCII: a header should not
    /// contain more (RFC 9110 section 5.5).
    pub fn new(id: &str) -> Option<Self> {
        let is_visible = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_visible.then(|| Self(id.to_owned()))
    }
}

/// What the door needs for every request.
#[derive(Clone)]
struct Door {
    app: App,
    /// Each operation with its method and the pattern of its path.
    operations: Arc<[(&'static str, Method, &'static str)]>,
    /// Whether this process has answered a request before.
    is_warm: Arc<AtomicBool>,
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

/// Answers a method that the path does not have. Every path answers `OPTIONS`, the browser's question
/// before a call (CORS preflight); API Gateway adds the headers that allow the call.
async fn other_method(method: Method) -> Result<StatusCode, Error> {
    if method == Method::OPTIONS {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::MethodNotAllowed)
    }
}

async fn through(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let app = &door.app;
    let client = Arc::new(ClientContext::read(request.headers()));
    let caller = VerifiedCaller::default();
    request.extensions_mut().insert(Arc::clone(&client));
    request.extensions_mut().insert(caller.clone());
    let mut record = door.begin(&request, &client);

    let meter = Meter::default();
    let started = app.clock.now();
    let mut response = meter.measure(bounded(next.run(request))).await;
    let taken = app.clock.now().duration_since(started);

    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = error_response::answer(&error, &client, app.now());
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        error.code().as_str().clone_into(&mut record.code);
        record.cause = hidden_cause(&error);
    }
    add_common_headers(&mut response, &client, &record.request_id);
    record.status = response.status().as_u16();
    record.caller = caller.get().map(|id| without_email(id.as_str()));
    record.usage = meter.usage();
    record.duration = taken.unsigned_abs();
    app.log.write(&record);
    response
}

impl Door {
    /// Begins the log record of a request.
    fn begin(&self, request: &Request, client: &ClientContext) -> RequestRecord {
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

/// A text from outside in the form in which it may be logged: a fingerprint, if it could be an e-mail
/// address.
fn without_email(text: &str) -> String {
    if text.contains('@') { fingerprint(text) } else { text.to_owned() }
}

/// The first 64 bits of the SHA-256 of a text, in hexadecimal.
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
        // A panic's message may contain anything; the hook has logged the place.
        Ok(Err(_)) => Error::Internal("a handler panicked".into()).into_response(),
        Err(elapsed) => Error::Unavailable(elapsed.into()).into_response(),
    }
}

fn add_common_headers(response: &mut Response, client: &ClientContext, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(client.language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// The causes that an error does not show to the caller. It takes only messages, never the `Debug`
/// form, which for an SDK error contains whole items.
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
