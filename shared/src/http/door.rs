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

use super::body;
use super::context::ClientContext;
use super::endpoint::Endpoint;
use super::request_id::RequestId;
use super::route::Route;
use super::verified_caller::VerifiedCaller;
use super::{error_response, nearest};
use crate::app::App;
use crate::error::Error;
use crate::log::RequestRecord;
use crate::meter::{Meter, RequestCost};
use crate::report::causes;
use crate::token::TokenError;

/// The longest that a request may take; API Gateway would wait 30 s.
const TIME_LIMIT: Duration = Duration::from_millis(4500);

/// The header with the media types of a PATCH.
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the door needs for every request.
#[derive(Clone)]
struct Door {
    app: App,
    routes: Arc<[Route]>,
    /// Whether this process has answered a request before.
    is_warm: Arc<AtomicBool>,
}

/// One router for all of the endpoints, behind the door: every answer has the common headers, every
/// error the form that the client asked for, and one line goes to the log.
pub fn serve(endpoints: impl IntoIterator<Item = Endpoint>, app: App) -> Router {
    let mut router = Router::new();
    let mut known = Vec::new();
    for Endpoint { route, handler, .. } in endpoints {
        router = router.route(route.path, handler);
        known.push(route);
    }
    let door = Door { app: app.clone(), routes: known.into(), is_warm: Arc::default() };
    let (of_path, of_method) = (Arc::clone(&door.routes), Arc::clone(&door.routes));
    let no_path = async move |request: Request| nothing_there(&of_path, &request);
    let no_method = async move |request: Request| other_method(&of_method, &request);
    router
        .fallback(no_path)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(door, handle_request))
        .with_state(app)
}

/// Answers a path that the API does not have.
fn nothing_there(routes: &[Route], request: &Request) -> Error {
    let meant = nearest::route(routes, request.method(), request.uri().path(), None);
    Error::RouteNotFound { meant: meant.map(ToString::to_string) }
}

/// Answers a method that the path does not have. Every path answers `OPTIONS`, the browser's question
/// before a call (CORS preflight); API Gateway adds the headers that allow the call.
fn other_method(routes: &[Route], request: &Request) -> Result<StatusCode, Error> {
    let (method, asked) = (request.method(), matched_path(request));
    if method == Method::OPTIONS {
        return Ok(StatusCode::NO_CONTENT);
    }
    let meant = nearest::route(routes, method, request.uri().path(), Some(asked));
    let meant = meant.map(ToString::to_string);
    Err(Error::MethodNotAllowed { methods: nearest::methods(routes, asked), meant })
}

async fn handle_request(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let app = &door.app;
    let client = Arc::new(ClientContext::read(request.headers()));
    let caller = VerifiedCaller::default();
    request.extensions_mut().insert(Arc::clone(&client));
    request.extensions_mut().insert(caller.clone());
    let route = door.route_of(&request).cloned();
    let takes_patch = door.takes_patch(&request);
    let request_id = request.extensions().get::<RequestId>().cloned();
    let request_id = request_id.unwrap_or_else(RequestId::random);
    request.extensions_mut().insert(request_id.clone());
    let mut record = door.begin(&request, &request_id, &client, route.as_ref());
    if let Some(route) = route {
        request.extensions_mut().insert(route);
    }

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
        record.cause = logged_cause(&error);
        record.token_error = token_error(&error);
    }
    if takes_patch && is_about_media_types(&response) {
        response.headers_mut().insert(ACCEPT_PATCH, HeaderValue::from_static(body::PATCH_TYPES));
    }
    add_common_headers(&mut response, &client, request_id.as_str());
    record.status = response.status().as_u16();
    record.caller = caller.get().map(|id| door.loggable(id.as_str()));
    record.cost = meter.cost();
    record.duration = taken.unsigned_abs();
    app.log.write(&record);
    response
}

impl Door {
    /// The route that the request asks for, if the API has it.
    fn route_of(&self, request: &Request) -> Option<&Route> {
        // A GET endpoint answers HEAD as well (RFC 9110 section 9.3.2).
        match request.method() {
            &Method::HEAD => self.find(&Method::GET, matched_path(request)),
            method => self.find(method, matched_path(request)),
        }
    }

    fn find(&self, method: &Method, path: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.method == method && route.path == path)
    }

    /// Whether the request is a PATCH, or asks what a path takes that has one.
    fn takes_patch(&self, request: &Request) -> bool {
        let has_patch = || self.find(&Method::PATCH, matched_path(request)).is_some();
        matches!(*request.method(), Method::PATCH | Method::OPTIONS) && has_patch()
    }

    /// A text from outside in the form in which it may be logged: a fingerprint, if it could be an
    /// e-mail address or a telephone number.
    fn loggable(&self, text: &str) -> String {
        let is_personal = text.contains('@') || text.starts_with('+');
        if is_personal { self.app.fingerprints.fingerprint(text) } else { text.to_owned() }
    }

    /// Begins the log record of a request.
    fn begin(
        &self,
        request: &Request,
        request_id: &RequestId,
        client: &ClientContext,
        route: Option<&Route>,
    ) -> RequestRecord {
        let method = request.method();
        let logged = match route {
            Some(route) => format!("{method} {}", route.path),
            // The path may hold anything.
            None if self.app.log.is_for_people() => format!("{method} {}", request.uri().path()),
            None => "none".to_owned(),
        };
        RequestRecord {
            at: self.app.now(),
            request_id: request_id.as_str().to_owned(),
            operation: route.map_or("none", |route| route.operation),
            route: logged,
            status: 0,
            code: "OK".to_owned(),
            caller: None,
            platform: client.platform,
            app_version: client.app_version.as_deref().map(|version| self.loggable(version)),
            device: client.device_id.as_deref().map(|id| self.app.fingerprints.fingerprint(id)),
            cost: RequestCost::default(),
            duration: Duration::ZERO,
            cold_start: !self.is_warm.swap(true, Ordering::Relaxed),
            cause: None,
            token_error: None,
        }
    }
}

/// The pattern of the request's path; `none` when the API has no such path.
fn matched_path(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

/// Whether the answer should say which media types a PATCH may have (RFC 5789 section 3.1).
fn is_about_media_types(response: &Response) -> bool {
    [StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::NO_CONTENT].contains(&response.status())
}

/// Runs the request to its answer, to a panic, or to the time limit.
async fn bounded(run: impl Future<Output = Response>) -> Response {
    let run = AssertUnwindSafe(run).catch_unwind();
    match tokio::time::timeout(TIME_LIMIT, run).await {
        Ok(Ok(response)) => response,
        // A panic's message may contain anything; the hook has logged the place.
        Ok(Err(_)) => Error::Internal("a handler panicked".into()).into_response(),
        Err(elapsed) => {
            let retry_after = Duration::from_secs(1);
            Error::Unavailable { cause: elapsed.into(), retry_after }.into_response()
        }
    }
}

fn add_common_headers(response: &mut Response, client: &ClientContext, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(client.language.tag()));
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// What the log has beyond an error's code: the causes that an error does not show to the caller, and
/// why a token is not accepted.
fn logged_cause(error: &Error) -> Option<String> {
    match error {
        Error::Internal(cause) | Error::Unavailable { cause, .. } => Some(causes(cause.as_ref())),
        Error::Token(error) => Some(error.to_string()),
        _ => None,
    }
}

/// Why a token was not accepted. That none was sent is no such case: browsers try without.
fn token_error(error: &Error) -> Option<&'static str> {
    match error {
        Error::Token(TokenError::Missing) => None,
        Error::Token(error) => Some(error.reason()),
        _ => None,
    }
}
