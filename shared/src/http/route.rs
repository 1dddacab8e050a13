//! The route of an operation.

use std::fmt;

use axum::http::Method;

use crate::limit::CallerQuota;

/// Which operation an endpoint is, and where.
#[derive(Debug, Clone)]
pub struct Route {
    /// The operation, as in the function's folder: verb-noun.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// How often one caller may use it.
    pub quota: CallerQuota,
}

/// The method and the path.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
