//! API5, API7, API8, API9: the routes, the headers, and the addresses that the API connects to.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use axum::Router;
use axum::http::{Method, StatusCode, header};
use axum::routing::get;
use sandbox::IssuerKey;
use serde_json::json;
use shared::domain::role::Role;

use crate::access::{app_with_callers, request};
use crate::documented::DOCUMENT;
use crate::tokens::{ask, claims};
use crate::{Answer, TestApp};

/// An address that the API must not connect to.
struct Trap(TcpListener);

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn authority(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// Checks that nobody has connected, and that the trap does notice a connection.
    fn check(&self) {
        assert_eq!(self.0.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let _own = TcpStream::connect(self.0.local_addr().unwrap()).unwrap();
        self.0.accept().unwrap();
    }
}

#[tokio::test]
async fn the_api_never_connects_to_an_address_in_a_request() {
    let trap = Trap::set();
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let authority = trap.authority();
    let mut accepted = 0;
    for (number, url) in [
        format!("https://{authority}/ada.png"),
        format!("https://ada:secret@{authority}/"),
        format!("http://{authority}/ada.png"),
        format!("//{authority}/ada.png"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://localhost/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://example.com/".to_owned(),
        "javascript:alert(1)".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({
            "username": format!("ada{number}@{}", authority.replace(':', ".") + ".example"), "firstName": "A",
            "lastName": "B", "account": { "profilePictureUrl": url }
        });
        let request = app.post("/v1/users").bearer(&root).json(&body);
        let request = request.header("x-forwarded-host", &authority).header("host", &authority);
        let request = request.header("referer", &url).header("origin", &url);
        let answer = request.header("x-callback-url", &url).send().await;
        assert!([StatusCode::CREATED, StatusCode::BAD_REQUEST].contains(&answer.status), "{url}");
        if answer.status == StatusCode::CREATED {
            assert!(answer.header("location").starts_with("/v1/users/"), "never another host");
            app.get(answer.header("location")).bearer(&root).send().await.expect("200");
            accepted += 1;
        }
    }
    assert!(accepted > 0, "an address is stored as it is");
    trap.check();
}

#[tokio::test]
async fn a_redirect_of_the_issuer_s_server_is_not_followed() {
    let trap = Trap::set();
    let location = format!("http://{}/jwks.json", trap.authority());
    for status in [301, 302, 303, 307, 308, 300, 201] {
        let status = StatusCode::from_u16(status).unwrap();
        let headers = [
            (header::LOCATION, location.clone()),
            (header::REFRESH, format!("0; url={location}")),
            (header::LINK, format!("<{location}>; rel=\"next\"")),
        ];
        let router = Router::new().route("/jwks.json", get(async move || (status, headers)));
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        let app = TestApp::start_with(|settings| settings.jwks_url = Some(url)).await;
        let token = IssuerKey::ec("e").unwrap().sign(Some("e"), &claims(&app)).unwrap();
        ask(&app, &token).await.expect("503 UNAVAILABLE");
    }
    trap.check();
}

#[tokio::test]
async fn no_header_overrides_the_method_or_the_path() {
    let (app, callers) = app_with_callers().await;
    let (target, root) = (callers[2].as_ref().unwrap(), callers[4].as_ref().unwrap());
    let before = app.dump().await;
    let body = json!({ "userId": target.id, "firstName": "Eve" });
    for name in ["x-http-method-override", "x-http-method", "x-method-override", "_method"] {
        let request = app.get(&format!("/v1/users/{}", target.id)).bearer(root);
        request.header(name, "DELETE").send().await.expect("200");
        let request = app.post("/v1/users/update").bearer(root).json(&body).header(name, "PATCH");
        request.send().await.expect("405 METHOD_NOT_ALLOWED");
    }
    for name in ["x-original-url", "x-rewrite-url", "x-forwarded-path", "x-forwarded-prefix"] {
        let request = app.get("/nowhere").bearer(root);
        let request = request.header(name, &format!("/v1/users/{}", target.id));
        request.send().await.expect("404 ROUTE_NOT_FOUND");
    }
    for method in ["TRACE", "TRACK", "DEBUG", "PROPFIND", "PURGE", "COPY"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = app.request(method, "/v1/users/update").bearer(root).json(&body);
        request.send().await.expect("405 METHOD_NOT_ALLOWED");
    }
    assert_eq!(app.dump().await, before);
}

/// Checks the headers that a response must have, and those that it must not have. API Gateway sets the
/// headers of CORS, as `template.yaml` says.
/// The operations that answer what everybody may keep for a while.
const PUBLIC: [&str; 2] = ["get-key-set", "get-discovery"];

fn check_headers(answer: &Answer, label: &str) {
    let is_public = answer.status == 200 && PUBLIC.contains(&label);
    let storing = if is_public { "public, max-age=300" } else { "no-store" };
    assert_eq!(answer.header("cache-control"), storing, "{label}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{label}");
    for name in [
        "server",
        "x-powered-by",
        "via",
        "x-aspnet-version",
        "set-cookie",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "server-timing",
        "x-runtime",
        "sourcemap",
    ] {
        assert!(!answer.headers.contains_key(name), "{label}: {name}");
    }
}

#[tokio::test]
async fn every_response_forbids_storing_and_sniffing_and_does_not_identify_the_server() {
    let mut outcomes = BTreeSet::new();
    let mut look_at = |answer: Answer, label: &str| {
        check_headers(&answer, label);
        outcomes.insert(answer.status.as_u16());
    };
    for endpoint in api::endpoints() {
        let (app, callers) = app_with_callers().await;
        let target = callers[2].as_ref().unwrap();
        let send = |by: usize| {
            let request = request(&app, endpoint.route.operation, target);
            let request = request.header("origin", "https://evil.test");
            let request = match &callers[by] {
                Some(caller) => request.bearer(caller),
                None => request,
            };
            request.send()
        };
        for caller in [0, 1, 5, 4, 4] {
            look_at(send(caller).await, endpoint.route.operation);
        }
        let invalid = request(&app, endpoint.route.operation, target).bearer(target);
        look_at(invalid.header("x-language", "de").send().await, endpoint.route.operation);
        for method in [Method::OPTIONS, Method::DELETE] {
            let request =
                app.request(method, endpoint.route.path).header("origin", "https://evil.test");
            look_at(request.send().await, endpoint.route.path);
        }
        app.wire.inject(crate::Injection::exception("ValidationException"));
        look_at(send(4).await, endpoint.route.operation);
        look_at(app.get("/nowhere").send().await, "/nowhere");
    }
    let all = [200, 201, 204, 400, 401, 403, 404, 405, 409, 500];
    assert_eq!(outcomes, BTreeSet::from(all));
}

#[tokio::test]
async fn every_route_is_in_the_reference_and_no_other_version_or_spelling_exists() {
    let mut documented = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            documented.insert((method.to_uppercase(), path.clone()));
        }
    }
    let endpoints = api::endpoints();
    let routes: BTreeSet<(String, String)> =
        endpoints.iter().map(|e| (e.route.method.to_string(), e.route.path.to_owned())).collect();
    assert_eq!(routes, documented);

    let (app, callers) = app_with_callers().await;
    let (target, root) = (callers[2].as_ref().unwrap(), callers[4].as_ref().unwrap());
    for endpoint in &endpoints {
        let path = endpoint.route.path.replace("{userId}", &target.id).replace("{username}", "ada");
        let others = [
            path.replace("/v1/", "/v2/"),
            path.replace("/v1/", "/v0/"),
            path.replace("/v1/", "/v1.1/"),
            path.replace("/v1/", "/beta/"),
            path.replace("/v1/", "/internal/"),
            path.replace("/v1/", "/"),
            path.replace("/v1/", "/V1/"),
            path.replace("/v1/", "//v1/"),
            path.replace("/users", "/Users"),
            path.replace("/users", "/users/."),
            path.replace("/users", "/users/.."),
            path.replace("/users", "/users%2F"),
            format!("{path}/"),
            format!("{path}.json"),
            format!("{path};a=b"),
            format!("/admin{path}"),
            format!("{path}/../../admin"),
        ];
        for other in others.into_iter().filter(|other| *other != path) {
            let request = app.request(endpoint.route.method.clone(), &other).bearer(root);
            let answer = request.json(&json!({})).send().await;
            // The route can treat one more segment as an id or a name, which no user has.
            let outcomes = ["404 ROUTE_NOT_FOUND", "404 USER_NOT_FOUND", "400 VALIDATION_FAILED"];
            let refused = outcomes.contains(&answer.outcome().as_str());
            assert!(
                refused || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{other}: {}",
                answer.outcome()
            );
        }
    }
    for path in [
        "/",
        "/health",
        "/metrics",
        "/debug",
        "/admin",
        "/.env",
        "/.git/config",
        "/docs",
        "/openapi.json",
        "/openapi.yaml",
        "/swagger",
        "/actuator",
        "/graphql",
        "/server-status",
        "/v1",
        "/v1/",
        "/api",
        "/api/v1/users",
        "/favicon.ico",
    ] {
        app.get(path).bearer(root).send().await.expect("404 ROUTE_NOT_FOUND");
    }
}
