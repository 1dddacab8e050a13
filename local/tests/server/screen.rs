//! The first screen, and what it leads to.

use std::io::{BufRead, BufReader};

use serde_json::json;

use crate::{ANY_PORT, Server, folder, line_of, nameplate, token};

#[test]
fn the_first_screen_has_twelve_lines_of_80_columns_and_its_command_works_as_it_stands() {
    let server = Server::start(&[]);
    let guide = &server.guide;
    let lines: usize = guide.lines().map(|line| line.chars().count().div_ceil(80)).sum();
    assert!(lines <= 12, "{lines}: {guide}");
    assert!(guide.starts_with(&format!("Nameplate {}, ready in ", env!("CARGO_PKG_VERSION"))));
    assert_eq!(guide.matches("eyJ").count(), 2, "one token, of two parts that begin so");
    let command = guide.split("\ncurl ").nth(1).unwrap();
    let path = "/api/v1/users/username";
    assert!(command.contains(&format!("http://{}{path}", server.address)), "{command}");
    let token = command.split("Bearer ").nth(1).unwrap().split('"').next().unwrap();
    let body = &command[command.find('{').unwrap()..=command.rfind('}').unwrap()];
    let (status, answer) = server.send(&format!("PATCH {path}"), token, body).unwrap();
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn the_first_screen_signs_in_with_the_password_and_knows_the_present_names_of_kept_data() {
    let folder = folder("names");
    let data = ["--data", folder.to_str().unwrap()];
    let server = Server::start(&data);
    let password = line_of(&server.guide, "Users").rsplit(' ').next().unwrap().to_owned();
    let body = json!({ "username": "old_username", "password": password }).to_string();
    let (status, signed_in) = server.send("POST /v1/auth/login", "", &body).unwrap();
    assert_eq!(status, 200, "{signed_in}");
    let (token, body) =
        (signed_in["accessToken"].as_str().unwrap(), r#"{"newUsername":"countess"}"#);
    assert_eq!(server.send("PATCH /api/v1/users/username", token, body).unwrap().0, 200);
    drop(server);
    let server = Server::start(&data);
    assert!(line_of(&server.guide, "Users").starts_with("countess "), "{}", server.guide);
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_commands_of_the_api_pages_work_with_a_token_filled_in() {
    let server = Server::start(&[]);
    let pages = [
        ("old_username", "PATCH /api/v1/users/username", r#"{ "newUsername": "new_username123" }"#),
        (
            "sample_admin",
            "PATCH /v1/users/update",
            r#"{
  "userId": "88a52d74-ebee-49a4-9631-cfe492f4bf53",
  "username": "newuser@domain.com",
  "password": "newStr0ng!P@ssw0rd",
  "firstName": "<string>",
  "midName": "<string>",
  "lastName": "<string>",
  "locale": "tr_TR",
  "timezone": "Europe/Istanbul",
  "roles": "['API_USER']",
  "status": "INACTIVE",
  "empty": true
}"#,
        ),
    ];
    for (sample, head, body) in pages {
        let (status, answer) = server.send(head, &token(&["--as", sample]), body).unwrap();
        assert_eq!(status, 200, "{answer}");
    }
}

#[test]
fn a_browser_that_opens_the_address_of_the_api_is_led_to_the_reference() {
    let server = Server::start(&[]);
    let get = |accept: &str| server.exchange(&format!("GET / HTTP/1.1\r\naccept: {accept}"), "");
    let page = get("text/html,application/xhtml+xml").unwrap();
    assert!(page.starts_with("HTTP/1.1 307") && page.contains("location: /docs/"), "{page}");
    assert!(get("*/*").unwrap().starts_with("HTTP/1.1 404"));
}

#[test]
fn a_page_of_another_origin_may_call() {
    let server = Server::start(&[]);
    let answer = server.exchange(
        "OPTIONS /api/v1/users/username HTTP/1.1\r\norigin: http://localhost:3000\r\n\
         access-control-request-method: PATCH\r\n\
         access-control-request-headers: authorization,content-type,x-language",
        "",
    );
    let answer = answer.unwrap();
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    for line in ["access-control-allow-origin: *", "access-control-allow-methods: get,post,patch"] {
        assert!(answer.contains(line), "{answer}");
    }
    assert!(answer.contains("x-language"), "{answer}");
}

/// The first line of the log with that part, of a server with these variables in the environment that got the request.
fn logged(environment: &[(&str, &str)], request: &str, part: &str) -> Option<String> {
    let mut server = Server::spawn(nameplate(&ANY_PORT).envs(environment.iter().copied()));
    server.exchange(&format!("{request} HTTP/1.1"), "").unwrap();
    let log = BufReader::new(server.child.stderr.take().unwrap()).lines();
    let mut lines = log.map_while(Result::ok);
    lines.find(|line| line.contains(part) || line.contains(request))
}

#[test]
fn the_log_shows_the_path_that_was_not_found() {
    let line = logged(&[], "PATCH /v1/users/username", " 405 ");
    let told = "405 METHOD_NOT_ALLOWED PATCH /v1/users/username ";
    assert!(line.as_ref().is_some_and(|line| line.contains(told)), "{line:?}");
}

#[test]
fn a_setting_that_is_misspelt_is_pointed_out_with_the_one_that_was_meant() {
    for (name, told) in [
        ("JWT_ISUER", "JWT_ISUER is no setting of Nameplate: did you mean JWT_ISSUER?"),
        ("SIGNIN", "SIGNIN is no setting of Nameplate: did you mean SIGN_IN?"),
        ("CALLER_QUOTA", "CALLER_QUOTA is no setting of Nameplate: did you mean CALLER_QUOTAS?"),
        ("JWT_CLOCK", "JWT_CLOCK is no setting of Nameplate: docs/operations.md lists them"),
    ] {
        let line = logged(&[(name, "x")], "GET /nowhere", " WARN ");
        assert!(line.as_ref().is_some_and(|line| line.contains(told)), "{line:?}");
    }
    // Nobody else's variables.
    let line = logged(&[("SIGN_OFF", "x"), ("STAGES", "x")], "GET /nowhere", " WARN ");
    assert!(line.as_ref().is_some_and(|line| line.contains("404 ROUTE_NOT_FOUND")), "{line:?}");
}
