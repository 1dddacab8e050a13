//! The program itself, started as a newcomer starts it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up, or is answered otherwise, has to fail"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};

/// A fresh command, not influenced by the settings of whoever runs the tests.
fn nameplate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nameplate"));
    for name in [
        "STAGE",
        "JWT_JWKS_URL",
        "JWT_ISSUER",
        "JWT_AUDIENCE",
        "JWT_HS256_SECRET",
        "JWT_JWKS",
        "JWT_USER_ID_CLAIM",
        "JWT_ROLES_CLAIM",
        "JWT_ROLE_NAMES",
        "JWT_REQUIRED_CLAIMS",
        "JWT_USERNAME_CLAIM",
        "USERNAME_COOLDOWN",
        "USERNAME_HOLD",
        "USERNAME_RESERVED",
        "CALLER_QUOTAS",
        "LOG_FINGERPRINT_KEY",
    ] {
        command.env_remove(name);
    }
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running server; killed when dropped.
struct Server {
    child: Child,
    _output: BufReader<ChildStdout>,
    /// What it printed at the start.
    guide: String,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments)
    }

    /// Starts a server with these variables in the environment.
    fn start_in(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let any_port = ["--port", "0", "--dynamodb-port", "0"];
        let mut command = nameplate(&[&any_port, arguments].concat());
        command.envs(environment.iter().copied());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut guide = String::new();
        // The guide ends with the address of the reference.
        while !guide.contains("/docs\n") {
            assert!(output.read_line(&mut guide).unwrap() > 0, "no guide: {guide}");
        }
        let address = guide.split("http://").nth(1).unwrap().split_whitespace().next().unwrap();
        Self { child, _output: output, address: address.to_owned(), guide }
    }

    /// Sends a request with these lines at its head, and gives all of the answer.
    fn exchange(&self, head: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let (address, length) = (&self.address, body.len());
        write!(
            stream,
            "{head}\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Sends a request and gives the status and the body.
    fn send(&self, head: &str, token: &str, body: &str) -> std::io::Result<(u16, Value)> {
        let head = format!(
            "{head} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"
        );
        let answer = self.exchange(&head, body)?;
        let cut = || std::io::Error::other("the answer was cut off");
        let status = answer.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
        let body = answer.split_once("\r\n\r\n").ok_or_else(cut)?.1;
        Ok((status, serde_json::from_str(body)?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL: nothing gets a chance to tidy up.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token from the command line.
fn token(arguments: &[&str]) -> String {
    let output = nameplate(&[&["token"], arguments].concat()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

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

#[test]
fn the_reference_is_served_with_every_file_that_it_needs_and_its_tokens_are_for_its_own_page() {
    let server = Server::start(&[]);
    assert!(server.guide.contains(&format!("http://{}/docs", server.address)), "{}", server.guide);
    let get = |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\norigin: http://elsewhere.test");
        server.exchange(&head, "").unwrap()
    };
    assert!(get("/docs").contains("location: /docs/\r\n"));
    let page = get("/docs/");
    assert!(page.contains("content-type: text/html"), "{page}");
    let references = ["src=\"", "href=\""].map(|attribute| page.split(attribute).skip(1));
    for name in references.into_iter().flatten().filter_map(|rest| rest.split('"').next()) {
        assert!(get(&format!("/docs/{name}")).starts_with("HTTP/1.1 200"), "{name}");
    }
    let page = get("/docs/errors/USERNAME_COOLDOWN");
    assert!(page.contains("content-type: text/html") && page.contains("30 gün"), "{page}");
    let settings = get("/docs/playground.json");
    assert!(!settings.to_lowercase().contains("access-control"), "{settings}");
    let settings: Value = serde_json::from_str(settings.split_once("\r\n\r\n").unwrap().1).unwrap();
    let token = settings["users"][0]["token"].as_str().unwrap();
    let own = "GET /v1/users/3c90c3cc-0d44-4b50-8888-8dd25736052a";
    assert_eq!(server.send(own, token, "").unwrap().0, 200);
}

/// A folder of this test alone.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()))
}

#[test]
fn the_reference_and_the_documents_are_written_to_a_folder() {
    let folder = folder("docs");
    let path = folder.to_str().unwrap();
    let production = ["--production", "https://api.example.org/"];
    for arguments in [["docs", path].as_slice(), &["openapi", path]] {
        let extra = if arguments[0] == "docs" { production.as_slice() } else { &[] };
        let output = nameplate(&[arguments, extra].concat()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        for file in String::from_utf8(output.stdout).unwrap().lines() {
            assert!(Path::new(file).is_file(), "{file}");
        }
    }
    let document = std::fs::read_to_string(folder.join("openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["servers"][1]["url"], "https://api.example.org");
    let settings = std::fs::read_to_string(folder.join("playground.json")).unwrap();
    assert!(settings.contains(r#""users":[]"#), "{settings}");
    std::fs::remove_dir_all(&folder).unwrap();

    std::fs::write(&folder, "in the way").unwrap();
    let error = complaint(&mut nameplate(&["docs", path]));
    assert!(error.starts_with(&format!("nameplate: cannot write {path}: ")), "{error}");
    let error = complaint(&mut nameplate(&["docs", path, "--production", "api.example.org"]));
    assert!(error.contains("https://api.example.com"), "{error}");
    std::fs::remove_file(&folder).unwrap();
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

/// The rest of the guide's line that begins so.
fn line_of<'a>(guide: &'a str, name: &str) -> &'a str {
    let line = guide.lines().find_map(|line| line.trim_start().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name}: {guide}")).trim()
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

/// What the program says when it does not start.
fn complaint(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_stops_the_start_is_said_in_one_sentence() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = complaint(&mut nameplate(&["--port", &port, "--dynamodb-port", "0"]));
    assert!(
        error.contains(&format!("cannot listen on 127.0.0.1 port {port}"))
            && error.contains("--port"),
        "{error}"
    );
    let error = complaint(&mut nameplate(&["-p", "0", "--dynamodb-port", &port]));
    assert!(error.contains("--dynamodb-port"), "{error}");
    let error = complaint(&mut nameplate(&["--port", "4711", "--dynamodb-port", "4711"]));
    assert!(error.contains("--port and --dynamodb-port are both 4711"), "{error}");
    // TEST-NET-1 (RFC 5737) is no address of this machine.
    for option in ["--host", "--dynamodb-host"] {
        let error = complaint(&mut nameplate(
            &[&["--port", "0", "--dynamodb-port", "0"][..], &[option, "192.0.2.1"]].concat(),
        ));
        assert!(
            error.trim_end().ends_with(&format!("choose another one with {option}")),
            "{error}"
        );
    }
    let data = folder("data");
    let start = ["--port", "0", "--dynamodb-port", "0", "--data", data.to_str().unwrap()];
    std::fs::write(&data, "in the way").unwrap();
    let error = complaint(&mut nameplate(&start));
    let told =
        format!("cannot use the folder {}: it is a file; choose another one", data.display());
    assert!(error.contains(&told), "{error}");
    std::fs::remove_file(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    let file = data.join("dynamodb.sqlite");
    std::fs::write(&file, "no database".repeat(100)).unwrap();
    let error = complaint(&mut nameplate(&start));
    assert!(error.contains(&format!("{} cannot be opened", file.display())), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), "no database".repeat(100).as_bytes());
    std::fs::remove_dir_all(&data).unwrap();

    for (name, value) in [
        ("STAGE", "prod"),
        ("STAGE", "test"),
        ("USERNAME_COOLDOWN", "soon"),
        ("USERNAME_HOLD", "-1d"),
        ("JWT_HS256_SECRET", "short"),
        ("JWT_JWKS", "{"),
        ("JWT_JWKS_URL", "jwks"),
        ("JWT_AUDIENCE", "none,a"),
        ("JWT_USER_ID_CLAIM", "user_metadata.id"),
        ("JWT_ROLES_CLAIM", "user_metadata.roles"),
        ("JWT_ROLE_NAMES", "admins"),
        ("JWT_REQUIRED_CLAIMS", "scp"),
    ] {
        let mut command = nameplate(&["--port", "0", "--dynamodb-port", "0"]);
        let error = complaint(command.env(name, value));
        assert!(error.starts_with(&format!("nameplate: {name} ")), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    for arguments in [
        ["--sub", "a b"].as_slice(),
        &["--sub", "a", "--role", "GOD"],
        &["--sub", "a", "--expires", "1"],
    ] {
        complaint(&mut nameplate(&[&["token"], arguments].concat()));
    }
}

/// How many changes are acknowledged before the server is killed.
const ENOUGH: usize = 60;

/// Creates and renames users until the server dies, and says of each acknowledged change what the user
/// is called. A request that the server is too busy for is repeated, as clients do.
fn change_until_it_dies(
    server: &Server,
    client: usize,
    admin: &str,
    acknowledged: &Sender<(String, String)>,
) {
    let ask = |request: &str, body: &Value| loop {
        match server.send(request, admin, &body.to_string()) {
            Ok((503 | 429, _)) => {}
            Ok((status @ (200 | 201), _)) => return Some(status),
            // The server was too busy to say that it had created the user.
            Ok((409, _)) => return Some(409),
            Ok(other) => panic!("{other:?}"),
            Err(_) => return None,
        }
    };
    for number in 0.. {
        let id = format!("user-{client}-{number}");
        let first = format!("first{client}x{number}x");
        let body = json!({ "userId": id, "username": first, "firstName": "A" });
        let Some(_) = ask("POST /v1/users", &body) else { return };
        acknowledged.send((id.clone(), first)).unwrap();
        let second = format!("second{client}x{number}x");
        let Some(_) = ask("PATCH /v1/users/update", &json!({ "userId": id, "username": second }))
        else {
            return;
        };
        acknowledged.send((id, second)).unwrap();
    }
}

#[test]
fn killing_it_under_load_loses_no_acknowledged_change() {
    let folder = folder("kill");
    let data = ["--data", folder.to_str().unwrap()];
    let admin = token(&["--sub", "service", "--role", "ADMIN"]);
    let mut server = Server::start(&data);
    let id = server.child.id().to_string();
    let (sender, receiver) = channel();
    let mut names = BTreeMap::new();
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (server, admin, sender) = (&server, &admin, sender.clone());
            scope.spawn(move || change_until_it_dies(server, client, admin, &sender));
        }
        drop(sender);
        names.extend(receiver.iter().take(ENOUGH));
        let kill = Command::new("kill").args(["-9", &id]).status().unwrap();
        assert!(kill.success());
        names.extend(receiver.iter());
    });
    server.child.wait().unwrap();

    let server = Server::start(&data);
    for (id, name) in names {
        let (status, user) = server.send(&format!("GET /v1/users/{id}"), &admin, "").unwrap();
        assert_eq!(status, 200, "{id} is lost");
        // A rename that was made but not acknowledged may have followed.
        let found = user["username"].as_str().unwrap();
        assert!(
            found == name || found == name.replace("first", "second"),
            "{id}: {found}, not {name}"
        );
    }
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}
