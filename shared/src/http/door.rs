//! The door that every request comes in by and every answer goes out by.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use uuid::Uuid;

use super::context::Client;
use super::failure::{self, ERROR_CODE};
use crate::app::App;
use crate::error::Error;

/// The longest that a request may take; API Gateway would wait 30 s.
const TIME_LIMIT: Duration = Duration::from_millis(4500);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in the log and in `X-Request-Id`. Whoever receives the request from a
/// gateway puts the gateway's id into its extensions; the door makes one where there is none.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The routes behind the door: every answer has the common headers, every error the form that the
/// client asked for, and one line goes to the log.
pub fn open(routes: Router<App>, app: App) -> Router {
    routes
        .fallback(async || Error::RouteNotFound)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(middleware::from_fn_with_state(app.clone(), through))
        .with_state(app)
}

async fn through(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = app.now();
    let client = Arc::new(Client::read(request.headers()));
    request.extensions_mut().insert(Arc::clone(&client));
    let id = match request.extensions().get::<RequestId>() {
        Some(RequestId(id)) => id.clone(),
        None => Uuid::new_v4().to_string(),
    };
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = bounded(next.run(request)).await;

    let error = response.extensions_mut().remove::<Arc<Error>>();
    if let Some(error) = &error {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = failure::answer(error, &client, app.now());
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    add_common_headers(&mut response, &client, &id);
    let taken = app.now().duration_since(started);
    tracing::info!(
        request_id = %id,
        method = %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        code = response.headers().get(ERROR_CODE).and_then(|code| code.to_str().ok()),
        cause = error.as_deref().and_then(hidden_cause),
        platform = client.platform,
        app_version = client.app_version.as_deref(),
        duration_ms = u64::try_from(taken.as_millis()).unwrap_or(0),
        "request"
    );
    response
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
