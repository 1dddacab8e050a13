//! The program itself, started as a newcomer starts it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up, or is answered otherwise, has to fail"
)]

mod data;
mod reference;
mod refusals;
mod screen;
mod tokens;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The options for ports that are free.
const ANY_PORT: [&str; 4] = ["--port", "0", "--dynamodb-port", "0"];

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
        let mut command = nameplate(&[&ANY_PORT, arguments].concat());
        Self::spawn(command.envs(environment.iter().copied()).stderr(Stdio::null()))
    }

    /// Starts the server, and waits until it serves.
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
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

/// A folder of this test alone.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()))
}

/// The rest of the guide's line that begins so.
fn line_of<'a>(guide: &'a str, name: &str) -> &'a str {
    let line = guide.lines().find_map(|line| line.trim_start().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name}: {guide}")).trim()
}

/// What the program says when it does not start.
fn complaint(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}
