//! How often one caller may ask: counted at the door, for every operation.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;
use shared::domain::role::Role;

use crate::{Request, TestApp, TestUser};

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// A request of each operation with its quota: so many at once, then one in so many milliseconds.
fn operations(app: &TestApp, user: &TestUser) -> Vec<(&'static str, Request, u32, i64)> {
    // Who sends no token is known by the address.
    let address = format!("192.0.2.{}", user.username.len());
    let visit = |request: Request| request.from(&address);
    vec![
        ("change-username", app.rename(user, &user.username), 20, 3000),
        ("update-user", app.update(user, user, json!({})), 20, 3000),
        ("create-user", app.post("/v1/users").bearer(user).json(&json!({})), 20, 3000),
        ("get-user", app.get(&format!("/v1/users/{}", user.id)).bearer(user), 120, 250),
        ("get-me", app.get("/v1/users/me").bearer(user), 120, 250),
        (
            "update-account",
            app.patch("/v1/accounts/update").bearer(user).json(&json!({})),
            20,
            3000,
        ),
        (
            "check-username",
            app.get("/api/v1/users/username/availability?username=free_name").bearer(user),
            40,
            2000,
        ),
        ("find-user", app.get("/api/v1/users/by-username/free_name").bearer(user), 40, 2000),
        ("log-in", visit(app.post("/v1/auth/login")), 30, 2000),
        ("refresh-session", visit(app.post("/v1/auth/refresh")), 30, 2000),
        ("log-out", visit(app.post("/v1/auth/logout")), 30, 2000),
        (
            "change-password",
            app.post("/v1/users/change-password").bearer(user).json(&json!({})),
            20,
            3000,
        ),
        ("get-key-set", visit(app.get("/.well-known/jwks.json")), 30, 2000),
        ("get-discovery", visit(app.get("/.well-known/openid-configuration")), 30, 2000),
    ]
}

async fn is_limited(app: &TestApp, user: &TestUser, operation: usize) -> bool {
    let (_, request, ..) = operations(app, user).swap_remove(operation);
    request.send().await.status == 429
}

#[tokio::test]
async fn each_caller_has_a_quota_for_each_operation_and_429_says_when_to_go_on() {
    let app = TestApp::start_with_quotas().await;
    let (ada, bob) = (app.user("ada").await, app.user("bobby").await);
    let all = operations(&app, &ada);
    assert_eq!(all.len(), api::endpoints().len());
    for (number, (name, _, burst, period)) in all.into_iter().enumerate() {
        for _ in 0..burst {
            assert!(!is_limited(&app, &ada, number).await, "{name}");
        }
        app.wire.take_calls();
        let (_, request, ..) = operations(&app, &ada).swap_remove(number);
        let answer = request.send().await.expect("429 TOO_MANY_REQUESTS");
        let seconds = (u64::try_from(period).unwrap()).div_ceil(1000);
        assert_eq!(answer.header("retry-after"), seconds.to_string(), "{name}");
        assert_eq!(app.wire.take_calls(), Vec::<String>::new(), "{name} costs no call");
        assert!(!is_limited(&app, &bob, number).await, "{name} by another caller");
        app.clock.advance(MILLISECOND * i32::try_from(period - 1).unwrap());
        assert!(is_limited(&app, &ada, number).await, "{name}");
        app.clock.advance(MILLISECOND);
        assert!(!is_limited(&app, &ada, number).await, "{name}");
        assert!(is_limited(&app, &ada, number).await, "{name}");
    }
}

#[tokio::test]
async fn a_head_counts_as_the_get_that_it_asks_for() {
    let app = TestApp::start_with_quotas().await;
    let ada = app.user("ada").await;
    let path = "/api/v1/users/by-username/free_name";
    for _ in 0..20 {
        app.request(Method::HEAD, path).bearer(&ada).send().await.expect("404 USER_NOT_FOUND");
        app.get(path).bearer(&ada).send().await.expect("404 USER_NOT_FOUND");
    }
    app.request(Method::HEAD, path).bearer(&ada).send().await.expect("429 TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn malformed_requests_count_and_requests_without_a_valid_token_count_for_nobody() {
    let app = TestApp::start_with_quotas().await;
    let ada = app.user("ada").await;
    let rename = || app.patch("/api/v1/users/username");
    for _ in 0..100 {
        rename().json(&json!({})).send().await.expect("401 TOKEN_MISSING");
        rename().token("forged").json(&json!({})).send().await.expect("401 TOKEN_INVALID");
    }
    for _ in 0..10 {
        rename().bearer(&ada).body("{").send().await.expect("415 UNSUPPORTED_MEDIA_TYPE");
        app.rename(&ada, "_").send().await.expect("400 VALIDATION_FAILED");
    }
    app.rename(&ada, "lovelace").send().await.expect("429 TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn callers_whose_token_says_power_user_or_admin_have_200_at_once_and_20_a_second() {
    let app = TestApp::start_with_quotas().await;
    let (ada, power) = (app.user("ada").await, app.user_with("hedy", Role::PowerUser).await);
    let token = app.token("service", &[Role::Admin], None);
    let service = TestUser { id: "service".to_owned(), username: String::new(), token };
    for staff in [&power, &service] {
        let update = || app.update(staff, &ada, json!({})).send();
        for _ in 0..200 {
            update().await.expect("200");
        }
        update().await.expect("429 TOO_MANY_REQUESTS");
        app.clock.advance(MILLISECOND * 49);
        update().await.expect("429 TOO_MANY_REQUESTS");
        app.clock.advance(MILLISECOND);
        update().await.expect("200");
        update().await.expect("429 TOO_MANY_REQUESTS");
    }
}

#[tokio::test]
async fn one_token_that_asks_for_a_taken_name_100_times_a_second_takes_nothing_from_others() {
    let app = TestApp::start_with_quotas().await;
    let (flood, _) = (app.user("flood").await, app.user("taken_name").await);
    let mut others = Vec::new();
    for number in 0..60 {
        others.push(app.user(&format!("other{number}x")).await);
    }
    app.wire.take_calls();
    let (mut refused, mut limited) = (0, 0);
    for (second, other) in others.iter().enumerate() {
        for _ in 0..100 {
            match app.rename(&flood, "taken_name").send().await.status.as_u16() {
                409 => refused += 1,
                429 => limited += 1,
                other => panic!("{other}"),
            }
            app.clock.advance(MILLISECOND * 10);
        }
        app.rename(other, &format!("renamed{second}x")).send().await.expect("200");
    }
    // 20 at once, and one in 3 s for a minute.
    assert_eq!((refused, limited), (20 + 19, 6000 - 39));
    assert_eq!(app.wire.take_calls().len(), 39 + others.len());
}
