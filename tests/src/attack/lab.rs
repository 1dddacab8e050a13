//! The setup in which forged tokens are tried: one server with the keys of an issuer, and one with a shared
//! secret.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use sandbox::{IssuerKey, key_set};
use serde_json::{Value, json};

pub(super) use crate::jws::{b64, signed};
use crate::{Answer, TestApp, TestUser};

pub(super) const INVALID: &str = "401 TOKEN_INVALID";
pub(super) const EXPIRED: &str = "401 TOKEN_EXPIRED";
pub(super) const MISSING: &str = "401 TOKEN_MISSING";
pub(super) const ACCEPTED: &str = "200";

/// A text in the claims of every token. It must appear neither in a response nor in the log.
const CANARY: &str = "c4n4ry";

/// The items of a table.
type Table = BTreeMap<String, BTreeMap<String, AttributeValue>>;

/// The server on which a case is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum On {
    Both,
    /// The server with the keys of an issuer.
    Keys,
    /// The server with a shared secret.
    Secret,
}

/// A request with a token, and its expected outcome.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) on: On,
    headers: Vec<(&'static str, String)>,
    query: String,
    outcome: &'static str,
}

impl Case {
    /// Returns a case with the token in the `Authorization` header.
    pub(super) fn new(name: impl Into<String>, on: On, token: &str, outcome: &'static str) -> Self {
        Self::sent(name, on, &[("authorization", &format!("Bearer {token}"))], outcome)
    }

    /// Returns a case with these headers.
    pub(super) fn sent(
        name: impl Into<String>,
        on: On,
        headers: &[(&'static str, &str)],
        outcome: &'static str,
    ) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { name: name.into(), on, headers, query: String::new(), outcome }
    }

    /// Returns the case with a query.
    pub(super) fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    /// Returns the texts that may appear neither in a response nor in the log: the pieces of the
    /// request that are long enough to differ from our own words.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        let texts = self.headers.iter().map(|(_, value)| value).chain([&self.query]);
        let pieces = texts.flat_map(|text| text.split(['.', ' ', ',', '\t', '=', '&', '?']));
        pieces.filter(|piece| piece.len() >= 16).chain([CANARY])
    }
}

struct Server {
    is: On,
    app: TestApp,
    /// The user that the requests are about.
    target: TestUser,
    /// A good token.
    good: String,
}

/// The two servers, the keys that they trust, and a key and an address of the attacker.
pub(super) struct Lab {
    /// For RS256.
    pub(super) rsa: IssuerKey,
    /// For PS256.
    pub(super) ps: IssuerKey,
    /// For ES256.
    pub(super) ec: IssuerKey,
    /// For ES384.
    pub(super) p384: IssuerKey,
    /// For `EdDSA`.
    pub(super) ed: IssuerKey,
    /// The attacker's.
    pub(super) theirs: IssuerKey,
    pub(super) secret: EncodingKey,
    servers: [Server; 2],
    listener: TcpListener,
}

impl Lab {
    pub(super) async fn open() -> Self {
        let rsa = IssuerKey::rsa("r").unwrap();
        let ps = IssuerKey::rsa_for(Algorithm::PS256, "p").unwrap();
        let (ec, p384) = (IssuerKey::ec("e").unwrap(), IssuerKey::p384("h").unwrap());
        let ed = IssuerKey::ed("d").unwrap();
        let jwks = key_set(&[&rsa, &ps, &ec, &p384, &ed]);
        let keys = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
        let good = rsa.sign(Some("r"), &claims_for(&keys)).unwrap();
        let keys = Server { is: On::Keys, target: keys.user("ada").await, app: keys, good };
        let app = TestApp::start().await;
        let secret = EncodingKey::from_secret(app.issuer.secret.as_bytes());
        let good = app.issuer.sign(&claims_for(&app)).unwrap();
        let shared = Server { is: On::Secret, target: app.user("ada").await, app, good };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let theirs = IssuerKey::ec("e").unwrap();
        Self { rsa, ps, ec, p384, ed, theirs, secret, servers: [keys, shared], listener }
    }

    /// Returns the keys that the first server trusts, with their ids.
    pub(super) fn keys(&self) -> [(&IssuerKey, &'static str); 5] {
        [(&self.rsa, "r"), (&self.ps, "p"), (&self.ec, "e"), (&self.p384, "h"), (&self.ed, "d")]
    }

    /// Returns an address of the attacker. The API must not connect to it.
    pub(super) fn address(&self) -> String {
        format!("http://{}/keys.json", self.listener.local_addr().unwrap())
    }

    /// Returns the claims of a good token. It allows reading and changing every user.
    pub(super) fn claims(&self) -> Value {
        claims_for(&self.servers[0].app)
    }

    /// Returns the present second.
    pub(super) fn now(&self) -> i64 {
        self.servers[0].app.now().as_second()
    }

    /// Returns correctly signed tokens with that payload, one for each server.
    pub(super) fn issued(&self, payload: impl AsRef<[u8]>) -> [(On, String); 2] {
        self.with("", payload)
    }

    /// Returns correctly signed tokens whose header has these members in addition to `alg`.
    pub(super) fn headed(&self, members: &str) -> [(On, String); 2] {
        self.with(members, self.claims().to_string())
    }

    /// Returns correctly signed tokens with that payload, whose header has these members in addition to
    /// `alg`.
    pub(super) fn with(&self, members: &str, payload: impl AsRef<[u8]>) -> [(On, String); 2] {
        let header = |alg: &str| format!("{{\"alg\":\"{alg}\"{members}}}");
        let payload = payload.as_ref();
        [
            (On::Keys, jws(&self.rsa, header("RS256"), payload)),
            (On::Secret, signed(Algorithm::HS256, &self.secret, header("HS256"), payload)),
        ]
    }

    /// Tries every case. A 401 costs no call of DynamoDB. No case changes the table, and no response
    /// and no log line repeats the token. A good token is accepted before and after the cases.
    pub(super) async fn judge(&self, cases: &[Case]) {
        let mut failures = Vec::new();
        for server in &self.servers {
            server.read(&bearer(&server.good)).await.expect(ACCEPTED);
            let mut table = server.app.dump().await;
            for case in cases.iter().filter(|case| [On::Both, server.is].contains(&case.on)) {
                let found = server.failures_of(case, &mut table).await;
                let name = format!("{} on {:?}", case.name, server.is);
                failures.extend(found.into_iter().map(|failure| format!("{name}: {failure}")));
            }
            assert!(failures.is_empty(), "{failures:#?}");
            server.change(&bearer(&server.good), "").await.expect(ACCEPTED);
            assert_ne!(server.app.dump().await, table, "a token that counts changes something");
        }
        self.check_that_nobody_connected();
    }

    fn check_that_nobody_connected(&self) {
        let error = self.listener.accept().expect_err("nobody connects to the attacker");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        let _own = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        self.listener.accept().expect("who connects is noticed");
    }
}

impl Server {
    /// Tries the case, and returns every deviation from the expected result.
    async fn failures_of(&self, case: &Case, table: &mut Table) -> Vec<String> {
        self.app.log.take();
        self.app.wire.take_calls();
        let answer = self.answer(case).await;
        let calls = self.app.wire.take_calls();
        let log = self.app.log.take();
        let shown = everything_said(&answer, &log);
        let mut failures = Vec::new();
        if log.len() != 1 {
            failures.push(format!("{} lines of the log", log.len()));
        }
        if answer.outcome() != case.outcome {
            failures.push(format!("{} instead of {}", answer.outcome(), case.outcome));
        }
        if answer.status == StatusCode::UNAUTHORIZED && !calls.is_empty() {
            failures.push(format!("costs {calls:?}"));
        }
        let secrets = case.secrets().filter(|secret| shown.contains(*secret));
        failures.extend(secrets.map(|secret| format!("{secret} is in {shown}")));
        let before = std::mem::replace(table, self.app.dump().await);
        if *table != before {
            failures.push("changes the table".to_owned());
        }
        failures
    }

    /// Sends the request of the case. A token that must be accepted reads, so that the table stays the
    /// same. Another token tries to change a user.
    async fn answer(&self, case: &Case) -> Answer {
        if case.outcome == ACCEPTED {
            self.read(&case.headers).await
        } else {
            self.change(&case.headers, &case.query).await
        }
    }

    async fn read(&self, headers: &[(&'static str, String)]) -> Answer {
        let request = self.app.get(&format!("/v1/users/{}", self.target.id));
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value))
            .send()
            .await
    }

    async fn change(&self, headers: &[(&'static str, String)], query: &str) -> Answer {
        let request = self.app.patch(&format!("/v1/users/update{query}"));
        let request = request.json(&json!({ "userId": self.target.id, "firstName": "Forged" }));
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value))
            .send()
            .await
    }
}

fn bearer(token: &str) -> Vec<(&'static str, String)> {
    vec![("authorization", format!("Bearer {token}"))]
}

/// Returns the response with its headers, and the log.
fn everything_said(answer: &Answer, log: &[Value]) -> String {
    let headers = answer.headers.values().map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    headers.chain([body]).chain(log.iter().map(Value::to_string)).collect::<Vec<_>>().join("\n")
}

/// Returns the claims of a service, which has no account. The token gives it the role `ADMIN`.
fn claims_for(app: &TestApp) -> Value {
    let now = app.now().as_second();
    json!({
        "iss": app.issuer.issuer, "aud": app.issuer.audience, "sub": "service", "iat": now,
        "exp": now + 3600, "roles": ["ADMIN"], "canary": CANARY
    })
}

pub(super) fn from_b64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Returns a JWS that the key of an issuer signs with its own algorithm.
pub(super) fn jws(key: &IssuerKey, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    signed(key.algorithm, &key.signing, header, payload)
}

/// Returns the three parts of a token.
pub(super) fn split(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}
