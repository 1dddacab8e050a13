//! `GET /.well-known/openid-configuration`: where whoever verifies our access tokens finds the keys. It names
//! nothing that we do not do.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::error::Error;
use shared::http::context::ClientContext;
use shared::http::reply::Published;
use shared::http::visitor::Visitor;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::token::SigningAlgorithm;
use utoipa::ToSchema;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "get-discovery",
        method: Method::GET,
        path: "/.well-known/openid-configuration",
        quota: CallerQuota::Visit,
    };
    Endpoint::new(route, get_discovery, errors)
}

/// The handler itself has no errors.
fn errors(_: Timestamp) -> Vec<Error> {
    Vec::new()
}

/// The metadata of an issuer (OpenID Connect Discovery section 3, RFC 8414 section 2).
#[derive(Serialize, ToSchema)]
struct Discovery {
    /// What our tokens have for `iss`.
    issuer: String,
    /// Where our keys are.
    jwks_uri: String,
    /// Required, and empty: nobody is sent here to sign in.
    response_types_supported: Vec<&'static str>,
    /// Required: everybody has the same id everywhere.
    subject_types_supported: Vec<&'static str>,
    /// Required, and the algorithms of our access tokens; we issue no id tokens.
    id_token_signing_alg_values_supported: Vec<&'static str>,
}

async fn get_discovery(
    State(app): State<App>,
    _: Visitor,
    _: ClientContext,
) -> Result<Published<Discovery>, Error> {
    let issuer = app.tokens.own_issuer().ok_or(Error::RouteNotFound { meant: None })?;
    Ok(Published(Discovery {
        issuer: issuer.to_owned(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        response_types_supported: Vec::new(),
        subject_types_supported: vec!["public"],
        id_token_signing_alg_values_supported: SigningAlgorithm::ALL
            .map(SigningAlgorithm::as_str)
            .to_vec(),
    }))
}
