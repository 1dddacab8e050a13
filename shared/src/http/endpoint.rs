//! An endpoint: an operation, its route, and its handler.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use jiff::Timestamp;

use super::openapi::documentation::Documentation;
use super::openapi::documented::Documented;
use super::route::Route;
use crate::app::App;
use crate::error::Error;

/// One endpoint.
pub struct Endpoint {
    /// Which operation it is, and where.
    pub route: Route,
    /// The handler.
    pub handler: MethodRouter<App>,
    /// What it keeps for the API reference.
    pub documentation: Documentation,
}

impl Endpoint {
    /// The endpoint with that handler. `errors` gives, as of an instant, the errors that the handler
    /// adds to those of its extractors.
    ///
    /// # Panics
    /// When the method has no filter: a programming error.
    pub fn new<H, T>(route: Route, handler: H, errors: fn(Timestamp) -> Vec<Error>) -> Self
    where
        H: Handler<T, App> + Documented<T>,
        T: 'static,
    {
        #[expect(clippy::expect_used, reason = "every method that HTTP defines has a filter")]
        let filter = MethodFilter::try_from(route.method.clone()).expect("a standard method");
        let documentation = Documentation::of::<H, T>(errors);
        Self { route, handler: on(filter, handler), documentation }
    }
}
