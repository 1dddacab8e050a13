//! `GET /.well-known/jwks.json`: the keys with which anybody verifies our access tokens.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::app::App;
use shared::error::Error;
use shared::http::context::ClientContext;
use shared::http::reply::Published;
use shared::http::visitor::Visitor;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use utoipa::ToSchema;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "get-key-set",
        method: Method::GET,
        path: "/.well-known/jwks.json",
        quota: CallerQuota::Visit,
    };
    Endpoint::new(route, get_key_set, errors)
}

/// The handler itself has no errors.
fn errors(_: Timestamp) -> Vec<Error> {
    Vec::new()
}

/// A JSON Web Key Set (RFC 7517 section 5).
#[derive(Serialize, ToSchema)]
struct KeySet {
    /// The public keys that verify now, and those that will sign.
    #[schema(value_type = Vec<Object>)]
    keys: Value,
}

async fn get_key_set(
    State(app): State<App>,
    _: Visitor,
    _: ClientContext,
) -> Result<Published<KeySet>, Error> {
    let mut set =
        app.tokens.published(app.now()).await?.ok_or(Error::RouteNotFound { meant: None })?;
    Ok(Published(KeySet { keys: set["keys"].take() }))
}
