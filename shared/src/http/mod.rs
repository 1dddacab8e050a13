//! The door: what a request must be to come in, and in what form every answer goes out.

pub mod body;
pub mod caller;
pub mod context;
pub mod cors;
mod door;
mod failure;
mod json;
pub mod path;
pub mod precondition;
pub mod query;
pub mod read;
pub mod reply;
mod sentence;
pub mod user_fields;
pub mod user_view;

use axum::routing::MethodRouter;
pub use door::{RequestId, serve};

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
