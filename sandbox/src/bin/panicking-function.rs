//! A function whose handler panics, to see what a function does then.

use axum::http::Method;
use axum::routing::patch;
use shared::http::Endpoint;

#[expect(clippy::panic, reason = "this is what it is for")]
fn main() -> std::process::ExitCode {
    shared::lambda::run(Endpoint {
        operation: "panic",
        method: Method::PATCH,
        path: "/api/v1/users/username",
        handler: patch(async || -> &'static str { panic!("a secret that nobody may see") }),
    })
}
