//! The door: what a request must be to come in, and in what form every answer goes out.

pub mod body;
pub mod caller;
pub mod context;
pub mod cors;
mod door;
mod failure;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod path;
pub mod precondition;
pub mod query;
pub mod read;
pub mod reply;
mod sentence;
pub(crate) mod uri;
pub mod user_fields;
pub mod user_view;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
pub use door::{RequestId, serve};
use jiff::Timestamp;

use crate::app::App;
use crate::error::Error;

/// One endpoint: an operation's name, where it is, and what handles it.
pub struct Endpoint {
    /// The operation, as in the function's folder: verb-noun.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// What handles it.
    pub handler: MethodRouter<App>,
    #[cfg(feature = "openapi")]
    describe: fn() -> openapi::Description,
    #[cfg(feature = "openapi")]
    failures: fn(Timestamp) -> Vec<Error>,
}

impl Endpoint {
    /// The endpoint with that handler. `failures` gives, as of an instant, what the handler fails with for
    /// reasons of its own; what its extractors refuse, they know themselves.
    ///
    /// # Panics
    /// When the method is not among those that a route can have: a programming error.
    pub fn new<H, T>(
        operation: &'static str,
        method: Method,
        path: &'static str,
        handler: H,
        failures: fn(Timestamp) -> Vec<Error>,
    ) -> Self
    where
        H: Handler<T, App> + Documented<T>,
        T: 'static,
    {
        #[cfg(not(feature = "openapi"))]
        let _ = failures;
        #[expect(clippy::expect_used, reason = "every method that HTTP defines has a filter")]
        let filter = MethodFilter::try_from(method.clone()).expect("a standard method");
        Self {
            operation,
            method,
            path,
            handler: on(filter, handler),
            #[cfg(feature = "openapi")]
            describe: H::describe,
            #[cfg(feature = "openapi")]
            failures,
        }
    }

    /// What the API reference says of it.
    #[cfg(feature = "openapi")]
    pub fn description(&self) -> openapi::Description {
        let mut description = (self.describe)();
        description.fails_with((self.failures)(openapi::NOW));
        description
    }
}

#[cfg(feature = "openapi")]
pub use openapi::Documented;
/// What has a schema in the API reference.
#[cfg(feature = "openapi")]
pub use utoipa::ToSchema as Described;

/// What has a schema in the API reference, where there is one.
#[cfg(not(feature = "openapi"))]
pub trait Described {}
#[cfg(not(feature = "openapi"))]
impl<T: ?Sized> Described for T {}

/// A handler of which the API reference knows what it takes and answers, where there is one.
#[cfg(not(feature = "openapi"))]
pub trait Documented<T> {}
#[cfg(not(feature = "openapi"))]
impl<H, T> Documented<T> for H {}
