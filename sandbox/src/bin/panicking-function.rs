//! A function whose handler panics. Tests check that the function responds and goes on.

use axum::extract::State;
use axum::http::Method;
use shared::app::App;
use shared::error::Error;
use shared::http::reply::UserReply;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;

#[expect(clippy::panic, reason = "the panic is the purpose of this function")]
async fn panicking(_: State<App>) -> Result<UserReply, Error> {
    panic!("a secret that nobody may see")
}

fn main() -> std::process::ExitCode {
    let route = Route {
        operation: "panic",
        method: Method::PATCH,
        path: "/api/v1/users/username",
        quota: CallerQuota::Change,
    };
    shared::lambda::run(Endpoint::new(route, panicking, |_| Vec::new()))
}
