//! The program itself, started as a newcomer starts it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up, or is answered otherwise, has to fail"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;

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
        "USERNAME_COOLDOWN",
        "USERNAME_HOLD",
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
        let any_port = ["--port", "0", "--dynamodb-port", "0"];
        let mut child =
            nameplate(&[&any_port, arguments].concat()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut guide = String::new();
        // The guide ends with the end of the second command.
        while !guide.contains("\n}'\n") {
            assert!(output.read_line(&mut guide).unwrap() > 0, "no guide: {guide}");
        }
        let address = guide.split("http://").nth(1).unwrap().split_whitespace().next().unwrap();
        Self { child, _output: output, address: address.to_owned(), guide }
    }

    /// Sends a request and gives the status and the body.
    fn send(&self, head: &str, token: &str, body: &str) -> std::io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{head} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
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
fn the_two_printed_commands_work_as_they_stand() {
    let server = Server::start(&[]);
    let commands: Vec<&str> = server.guide.split("\ncurl ").skip(1).collect();
    for (command, head) in
        commands.iter().zip(["PATCH /api/v1/users/username", "PATCH /v1/users/update"])
    {
        let token = command.split("Bearer ").nth(1).unwrap().split(['"', '\'']).next().unwrap();
        let body = &command[command.find('{').unwrap()..=command.rfind('}').unwrap()];
        let body = body.replace("'\\''", "'");
        let (status, answer) = server.send(head, token, &body).unwrap();
        assert_eq!(status, 200, "{answer}");
        let path = head.split(' ').nth(1).unwrap();
        assert!(command.contains(&format!("http://{}{path}", server.address)), "{command}");
    }
    assert_eq!(commands.len(), 2);
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
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "OPTIONS /api/v1/users/username HTTP/1.1\r\nhost: {}\r\norigin: http://localhost:3000\r\n\
         access-control-request-method: PATCH\r\n\
         access-control-request-headers: authorization,content-type,x-language\r\nconnection: close\r\n\r\n",
        server.address
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    for line in ["access-control-allow-origin: *", "access-control-allow-methods: get,post,patch"] {
        assert!(answer.contains(line), "{answer}");
    }
    assert!(answer.contains("x-language"), "{answer}");
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
    let error = complaint(&mut nameplate(&["--port", "0", "--dynamodb-port", &port]));
    assert!(error.contains("--dynamodb-port"), "{error}");

    for (name, value) in [
        ("USERNAME_COOLDOWN", "soon"),
        ("USERNAME_HOLD", "-1d"),
        ("JWT_HS256_SECRET", "short"),
        ("JWT_JWKS", "{"),
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

/// One client's changes: users that it creates and renames until the server dies. Gives what the
/// server acknowledged last of each.
fn change_until_it_dies(server: &Server, client: usize, admin: &str) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let id = format!("user-{client}-{number}");
        let name = format!("first{client}x{number}x");
        let body = json!({ "userId": id, "username": name, "firstName": "A", "lastName": "B" });
        match server.send("POST /v1/users", admin, &body.to_string()) {
            Ok((201, _)) => acknowledged.push((id.clone(), name)),
            Ok(other) => panic!("{other:?}"),
            Err(_) => break,
        }
        let name = format!("second{client}x{number}x");
        let body = json!({ "userId": id, "username": name });
        match server.send("PATCH /v1/users/update", admin, &body.to_string()) {
            Ok((200, _)) => acknowledged.last_mut().unwrap().1 = name,
            Ok(other) => panic!("{other:?}"),
            Err(_) => break,
        }
    }
    acknowledged
}

#[test]
fn killing_it_under_load_loses_no_acknowledged_change() {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kill-{}", std::process::id()));
    let data = ["--data", folder.to_str().unwrap()];
    let admin = token(&["--sub", "service", "--role", "ADMIN"]);
    let mut server = Server::start(&data);
    let done = Mutex::new(Vec::new());
    let id = server.child.id().to_string();
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (server, admin, done) = (&server, &admin, &done);
            scope.spawn(move || {
                let acknowledged = change_until_it_dies(server, client, admin);
                done.lock().unwrap().extend(acknowledged);
            });
        }
        // Let it run until the database has grown, however fast the machine is.
        let file = folder.join("dynamodb.sqlite-wal");
        while std::fs::metadata(&file).map_or(0, |file| file.len()) < 600_000 {
            std::thread::yield_now();
        }
        let kill = Command::new("kill").args(["-9", &id]).status().unwrap();
        assert!(kill.success());
    });
    server.child.wait().unwrap();

    let server = Server::start(&data);
    let acknowledged = done.into_inner().unwrap();
    assert!(acknowledged.len() > 20, "too little was done: {}", acknowledged.len());
    for (id, name) in acknowledged {
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
