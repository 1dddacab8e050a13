//! The door: what a request must be to come in, and in what form every answer goes out.

pub mod body;
pub mod caller;
pub mod context;
mod door;
mod failure;
mod json;
pub mod path;
pub mod precondition;
pub mod read;
pub mod reply;
mod sentence;
pub mod user_fields;
pub mod user_view;

use axum::Router;
use axum::routing::MethodRouter;
pub use door::{RequestId, open};

use crate::app::App;

/// One endpoint: an operation's name, and where it is.
pub struct Endpoint {
    /// The operation, as in the function's folder: verb-noun.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: axum::http::Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// What handles it.
    pub handler: MethodRouter<App>,
}

/// One router for all of the endpoints, behind the door.
pub fn serve(endpoints: impl IntoIterator<Item = Endpoint>, app: App) -> Router {
    let routes = endpoints
        .into_iter()
        .fold(Router::new(), |routes, endpoint| routes.route(endpoint.path, endpoint.handler));
    open(routes, app)
}
