//! The HTTP door: what a request must be to come in, and in what form every answer goes out.

pub mod body;
pub mod caller;
pub mod context;
pub mod cors;
pub mod credentials;
mod door;
mod endpoint;
mod error_response;
mod nearest;
pub mod openapi;
pub mod path;
pub mod precondition;
pub mod query;
pub mod read;
pub mod reply;
mod request_id;
mod route;
mod sentence;
pub mod signed_in;
pub(crate) mod uri;
pub mod user_fields;
pub mod user_view;
mod verified_caller;
pub mod visitor;
pub mod write;

pub use door::serve;
pub use endpoint::Endpoint;
pub use request_id::RequestId;
pub use route::Route;
