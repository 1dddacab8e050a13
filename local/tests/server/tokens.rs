//! Tokens: made, explained, and accepted.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::{Server, complaint, line_of, nameplate, token};

#[test]
fn a_printed_token_is_accepted() {
    let server = Server::start(&[]);
    let id = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
    let own = token(&["--sub", id, "--username", "old_username", "--expires", "30m"]);
    let (status, user) = server.send(&format!("GET /v1/users/{id}"), &own, "").unwrap();
    assert_eq!((status, &user["username"]), (200, &json!("old_username")));

    let admin = token(&["--sub", "service", "--role", "POWER_USER", "--role", "ADMIN"]);
    let (status, _) = server.send(&format!("GET /v1/users/{id}"), &admin, "").unwrap();
    assert_eq!(status, 200);
}

#[test]
fn an_expired_token_is_told_to_be_that() {
    let server = Server::start(&[]);
    let id = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
    let expired = token(&["--sub", id, "--expired"]);
    let (status, answer) = server.send(&format!("GET /v1/users/{id}"), &expired, "").unwrap();
    assert_eq!(status, 401);
    assert!(answer["errors"][1].as_str().unwrap().contains("expired"), "{answer}");
}

/// The outcome of `token --explain`, and its lines.
fn explain(environment: &[(&str, &str)], arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = nameplate(&[&["token", "--explain", "-"], arguments].concat());
    command.envs(environment.iter().copied()).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_tokens_of_a_sample_issuer_count_and_its_settings_explain_them_with_and_without_a_network() {
    for provider in ["cognito", "keycloak"] {
        let server = Server::start(&["--issuer", provider, "--issuer-port", "0"]);
        let port = line_of(&server.guide, "Issuer").split([':', '/']).nth(4).unwrap().to_owned();
        let options = ["--issuer", provider, "--issuer-port", &port];
        let id = "8e94a551-5b86-40ba-ae55-b019dee5cc25";
        let admin = token(&[&["--sub", id, "--role", "ADMIN"][..], &options].concat());
        let body = json!({ "username": "by_an_issuer", "firstName": "Ada" }).to_string();
        let (status, answer) = server.send("POST /v1/users", &admin, &body).unwrap();
        assert_eq!(status, 201, "{provider}: {answer}");
        // The development secret does not count beside another issuer.
        let (status, _) = server
            .send("POST /v1/users", &token(&["--sub", id, "--role", "ADMIN"]), &body)
            .unwrap();
        assert_eq!(status, 401, "{provider}");

        let (holds, lines) = explain(&[], &options, &format!("Authorization: Bearer {admin}\n"));
        assert!(holds && lines.contains("not checked  signature"), "{lines}");
        assert!(
            lines
                .lines()
                .any(|line| line.starts_with("holds        roles") && line.ends_with("ADMIN"))
        );
        let (holds, lines) = explain(&[], &[&options[..], &["--fetch"]].concat(), &admin);
        assert!(holds && lines.contains("holds        signature"), "{lines}");
        let (holds, lines) = explain(&[("JWT_AUDIENCE", "other")], &options, &admin);
        let line = lines.lines().find(|line| line.starts_with("FAILS        aud"));
        assert!(!holds && line.is_some_and(|line| line.ends_with("accepted: other")), "{lines}");
    }
}

#[test]
fn with_an_issuer_and_without_keys_the_issuer_is_asked_and_no_secret_counts() {
    let environment = [("JWT_ISSUER", "http://127.0.0.1:9/"), ("JWT_AUDIENCE", "nameplate")];
    let server = Server::start_in(&environment, &[]);
    assert_eq!(line_of(&server.guide, "Issuer"), "http://127.0.0.1:9/");
    let secret = [("JWT_HS256_SECRET", "nameplate-development-secret-not-for-production")];
    let mut command = nameplate(&["token", "--sub", "ada"]);
    let output = command.envs(environment).envs(secret).output().unwrap();
    let token = String::from_utf8(output.stdout).unwrap();
    let (status, _) = server.send("GET /v1/users/ada", token.trim(), "").unwrap();
    assert_eq!(status, 503);
    let error = complaint(nameplate(&["token", "--sub", "ada"]).envs(environment));
    assert!(error.contains("JWT_ISSUER is set, so tokens come from that issuer"), "{error}");
}

#[test]
fn explaining_a_token_says_of_each_rule_whether_it_holds() {
    let good = token(&["--sub", "ada", "--username", "ada_l"]);
    let (holds, lines) = explain(&[], &[], &good);
    assert!(holds && !lines.contains("FAILS"), "{lines}");
    for rule in [
        "form",
        "typ",
        "signature",
        "iss",
        "exp",
        "nbf",
        "aud",
        "kind",
        "user id",
        "roles",
        "username",
    ] {
        assert!(lines.contains(&format!("holds        {rule}")), "{rule}: {lines}");
    }
    let settings = [
        ("JWT_ISSUER", "another"),
        ("JWT_HS256_SECRET", "another-secret-of-at-least-32-bytes"),
        ("JWT_REQUIRED_CLAIMS", "scp=x"),
        ("JWT_USER_ID_CLAIM", "oid"),
        ("JWT_AUDIENCE", "none"),
    ];
    let (holds, lines) = explain(&settings, &[], &good);
    for rule in ["signature", "iss", "required scp", "user id (oid)"] {
        assert!(lines.contains(&format!("FAILS        {rule}")), "{rule}: {lines}");
    }
    assert!(!holds && lines.starts_with("warning"), "{lines}");
    // The keys at an issuer are for no shared secret.
    let discovered =
        [("JWT_ISSUER", "nameplate-local"), ("JWT_JWKS_URL", "http://127.0.0.1:9/keys")];
    let (holds, lines) = explain(&discovered, &[], &good);
    assert!(!holds && lines.contains("FAILS        signature"), "{lines}");
    let (holds, lines) = explain(&[], &[], "ory_at_x.y");
    assert!(!holds && lines.starts_with("FAILS        form"), "{lines}");
}
