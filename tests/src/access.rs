//! The access matrix: the response of every endpoint to every caller. An endpoint without a row fails a
//! test. `attack::owasp::fields` has the table for every field.

use std::collections::BTreeSet;

use axum::http::Method;
use sandbox::{PASSWORD, SampleSession};
use serde_json::json;
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{NewUser, Request, TestApp, TestUser};

/// The callers of the matrix, in the order of its columns.
const CALLERS: [&str; 8] = [
    "no token",
    "stranger",
    "the user",
    "POWER_USER",
    "ADMIN",
    "blocked ADMIN",
    "service with ADMIN",
    "demoted ADMIN",
];

/// The response of each endpoint to each caller. The request is about another user, or about the
/// caller's own account where the endpoint has no other target.
const MATRIX: [(&str, [&str; 8]); 14] = [
    (
        "change-username",
        [
            "401 TOKEN_MISSING",
            "200",
            "200",
            "200",
            "200",
            "403 ACCOUNT_NOT_ACTIVE",
            "404 USER_NOT_FOUND",
            "200",
        ],
    ),
    (
        "update-user",
        [
            "401 TOKEN_MISSING",
            "403 NOT_YOURS",
            "200",
            "200",
            "200",
            "403 ACCOUNT_NOT_ACTIVE",
            "200",
            "403 NOT_YOURS",
        ],
    ),
    (
        "create-user",
        [
            "401 TOKEN_MISSING",
            "403 NOT_YOURS",
            "403 NOT_YOURS",
            "403 NOT_YOURS",
            "201",
            "403 ACCOUNT_NOT_ACTIVE",
            "201",
            "403 NOT_YOURS",
        ],
    ),
    (
        "get-user",
        [
            "401 TOKEN_MISSING",
            "403 NOT_YOURS",
            "200",
            "200",
            "200",
            "403 ACCOUNT_NOT_ACTIVE",
            "200",
            "403 NOT_YOURS",
        ],
    ),
    (
        "get-me",
        [
            "401 TOKEN_MISSING",
            "200",
            "200",
            "200",
            "200",
            "403 ACCOUNT_NOT_ACTIVE",
            "404 USER_NOT_FOUND",
            "200",
        ],
    ),
    (
        "update-account",
        [
            "401 TOKEN_MISSING",
            "403 NOT_YOURS",
            "200",
            "200",
            "200",
            "403 ACCOUNT_NOT_ACTIVE",
            "200",
            "403 NOT_YOURS",
        ],
    ),
    (
        "check-username",
        ["401 TOKEN_MISSING", "200", "200", "200", "200", "403 ACCOUNT_NOT_ACTIVE", "200", "200"],
    ),
    (
        "find-user",
        ["401 TOKEN_MISSING", "200", "200", "200", "200", "403 ACCOUNT_NOT_ACTIVE", "200", "200"],
    ),
    // These ask for no token and look at none.
    ("log-in", ["200"; 8]),
    ("refresh-session", ["401 REFRESH_TOKEN_INVALID"; 8]),
    ("log-out", ["204"; 8]),
    (
        "change-password",
        [
            "401 TOKEN_MISSING",
            "403 NOT_YOURS",
            "200",
            "403 NOT_YOURS",
            "403 NOT_YOURS",
            "403 ACCOUNT_NOT_ACTIVE",
            "404 USER_NOT_FOUND",
            "403 NOT_YOURS",
        ],
    ),
    ("get-key-set", ["200"; 8]),
    ("get-discovery", ["200"; 8]),
];

/// Returns a fresh app with one caller of every kind. The requests are about the third caller.
pub(crate) async fn app_with_callers() -> (TestApp, Vec<Option<TestUser>>) {
    let app = TestApp::start().await;
    let stranger = app.user("stranger").await;
    let user = app.user_with_password("ada").await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let root = app.user_with("grace", Role::Admin).await;
    let roles = &[Role::ApiUser, Role::Admin];
    let blocked =
        app.create(NewUser { status: Status::Blocked, roles, ..NewUser::named("blocked") }).await;
    let token = app.token("service", &[Role::Admin], None);
    let service = TestUser { id: "service".to_owned(), username: "service".to_owned(), token };
    let demoted = app.user("demoted").await;
    let token = app.token(&demoted.id, roles, Some("demoted"));
    let demoted = TestUser { token, ..demoted };
    let callers = [stranger, user, power, root, blocked, service, demoted];
    (app, std::iter::once(None).chain(callers.into_iter().map(Some)).collect())
}

/// Returns a valid request to the endpoint.
pub(crate) fn request(app: &TestApp, operation: &str, target: &TestUser) -> Request {
    match operation {
        "change-username" => {
            app.patch("/api/v1/users/username").json(&json!({ "newUsername": "fresh_name" }))
        }
        "update-user" => {
            app.patch("/v1/users/update").json(&json!({ "userId": target.id, "firstName": "New" }))
        }
        "create-user" => {
            let body = json!({ "username": "fresh_user", "firstName": "A", "lastName": "B" });
            app.post("/v1/users").json(&body)
        }
        "get-user" => app.get(&format!("/v1/users/{}", target.id)),
        "get-me" => app.get("/v1/users/me"),
        "update-account" => app
            .patch("/v1/accounts/update")
            .json(&json!({ "userId": target.id, "location": "Istanbul" })),
        "check-username" => app.get("/api/v1/users/username/availability?username=fresh_name"),
        "find-user" => app.get(&format!("/api/v1/users/by-username/{}", target.username)),
        "log-in" => app
            .post("/v1/auth/login")
            .json(&json!({ "username": target.username, "password": PASSWORD })),
        "refresh-session" => {
            app.post("/v1/auth/refresh").json(&json!({ "refreshToken": unknown_token() }))
        }
        "log-out" => app.post("/v1/auth/logout").json(&json!({ "refreshToken": unknown_token() })),
        "change-password" => app.post("/v1/users/change-password").json(&json!({
            "userId": target.id,
            "oldPassword": PASSWORD,
            "newPassword": "Difference-Engine-1822",
        })),
        "get-key-set" => app.get("/.well-known/jwks.json"),
        "get-discovery" => app.get("/.well-known/openid-configuration"),
        other => panic!("{other} has no request in the access matrix"),
    }
}

/// Returns a refresh token of the right form, of a session that this table has not.
fn unknown_token() -> String {
    SampleSession::REFRESHED.refresh_token().expect("a token")
}

#[test]
fn every_endpoint_has_a_row_and_every_row_an_endpoint() {
    let endpoints: BTreeSet<&str> =
        api::endpoints().iter().map(|endpoint| endpoint.route.operation).collect();
    let rows: BTreeSet<&str> = MATRIX.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(endpoints, rows);
}

#[test]
fn every_endpoint_has_a_folder_and_every_folder_an_endpoint() {
    let functions = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
    let folders: BTreeSet<String> = std::fs::read_dir(functions)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let endpoints: BTreeSet<String> =
        api::endpoints().iter().map(|endpoint| endpoint.route.operation.to_owned()).collect();
    assert_eq!(folders, endpoints);
}

#[tokio::test]
async fn every_endpoint_answers_every_caller_as_the_matrix_says() {
    for (operation, outcomes) in MATRIX {
        for (column, outcome) in outcomes.into_iter().enumerate() {
            let (app, callers) = app_with_callers().await;
            let target = callers[2].as_ref().unwrap();
            let mut request = request(&app, operation, target);
            if let Some(caller) = &callers[column] {
                request = request.bearer(caller);
            }
            let answer = request.send().await;
            assert_eq!(answer.outcome(), outcome, "{operation} by {}", CALLERS[column]);
        }
    }
}

#[tokio::test]
async fn every_endpoint_answers_its_own_method_only() {
    let (app, callers) = app_with_callers().await;
    let root = callers[4].as_ref().unwrap();
    for endpoint in api::endpoints() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let known = api::endpoints()
                .iter()
                .any(|e| e.route.path == endpoint.route.path && e.route.method == method);
            let path =
                endpoint.route.path.replace("{userId}", "nobody").replace("{username}", "nobody");
            let answer =
                app.request(method.clone(), &path).bearer(root).json(&json!({})).send().await;
            let refused = answer.outcome() == "405 METHOD_NOT_ALLOWED";
            assert_eq!(refused, !known, "{method} {path}: {}", answer.outcome());
        }
    }
}
