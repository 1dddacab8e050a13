//! A function whose handler panics, to see what a function does then.

use axum::extract::State;
use axum::http::Method;
use shared::app::App;
use shared::error::Error;
use shared::http::reply::UserReply;
use shared::http::{Endpoint, Route};

#[expect(clippy::panic, reason = "this is what it is for")]
async fn panicking(_: State<App>) -> Result<UserReply, Error> {
    panic!("a secret that nobody may see")
}

fn main() -> std::process::ExitCode {
    let route = Route { operation: "panic", method: Method::PATCH, path: "/api/v1/users/username" };
    shared::lambda::run(Endpoint::new(route, panicking, |_| Vec::new()))
}
