//! Signing in with the password that is stored here: `docs/contract.md`, section "Signing in".

mod changing_password;
mod guessing;
mod keys;
mod logging_in;
mod logging_out;
mod races;
mod refreshing;
mod revocation;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::PASSWORD;
use serde_json::{Value, json};

use crate::{Answer, Request, TestApp};

/// The tokens of somebody who signed in.
#[derive(Debug, Clone, PartialEq)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self { access: text("accessToken"), refresh: text("refreshToken") }
    }
}

fn log_in(app: &TestApp, username: &str, password: &str) -> Request {
    let body = json!({ "username": username, "password": password });
    app.post("/v1/auth/login").json(&body)
}

fn refresh(app: &TestApp, token: &str) -> Request {
    app.post("/v1/auth/refresh").json(&json!({ "refreshToken": token }))
}

fn log_out(app: &TestApp, token: &str, everywhere: bool) -> Request {
    let body = json!({ "refreshToken": token, "everywhere": everywhere });
    app.post("/v1/auth/logout").json(&body)
}

fn change_password(app: &TestApp, access: &str, id: &str, old: &str, new: &str) -> Request {
    let body = json!({ "userId": id, "oldPassword": old, "newPassword": new });
    app.post("/v1/users/change-password").token(access).json(&body)
}

fn me(app: &TestApp, access: &str) -> Request {
    app.request(Method::GET, "/v1/users/me").token(access)
}

/// Signs in with the password of the tests' users.
async fn signed_in(app: &TestApp, username: &str) -> Tokens {
    Tokens::of(&log_in(app, username, PASSWORD).send().await.expect("200"))
}

/// Refreshes once.
async fn refreshed(app: &TestApp, token: &str) -> Tokens {
    Tokens::of(&refresh(app, token).send().await.expect("200"))
}

/// The claims of a token, unverified.
fn claims(access: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}
