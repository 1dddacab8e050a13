//! The whole API, with its own table.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use sandbox::{
    CREDENTIALS_TABLE, EmbeddedDynamoDb, FakeClock, Issuer, TABLE, TokenRequest, tables,
};
use serde_json::{Value, json};
use shared::app::{App, Parts};
use shared::clock::Clock;
use shared::config::Stage;
use shared::domain::attempt::{AttemptPolicy, AttemptPool};
use shared::domain::password::HashSettings;
use shared::domain::rename::RenamePolicy;
use shared::domain::role::Role;
use shared::domain::session::SessionPolicy;
use shared::domain::text::{LastName, Text};
use shared::domain::user::{RequiredFields, User};
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::fingerprint::FingerprintKey;
use shared::limit::CallerQuotas;
use shared::log::RequestLog;
use shared::sign_in::{SignIn, SignInSettings, Signer, StoredKeys, rotate};
use shared::store::{Backoff, Change, Custody, Outcome, Store, https};
use shared::token::{OwnTokens, SigningAlgorithm, SigningKey, TokenSettings, TokenVerifier};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::captured_log::CapturedLog;
use crate::request::Request;
use crate::secrets;
use crate::user::{NewUser, TestUser};
use crate::wire::FaultInjector;

/// The instant at which every test begins.
const BEGINNING: &str = "2026-01-15T10:30:00.000Z";

/// The API with its table, its clock, its log and its wire to DynamoDB.
pub struct TestApp {
    router: Router,
    app: App,
    /// A client that does not use the wire.
    client: Client,
    _dynamo_db: EmbeddedDynamoDb,
    /// The clock.
    pub clock: FakeClock,
    /// The wire between the SDK and DynamoDB.
    pub wire: FaultInjector,
    /// The log.
    pub log: CapturedLog,
    /// The issuer of the tokens.
    pub issuer: Issuer,
}

/// How users sign in: with an Ed25519 key, since making an RSA key takes long.
fn sign_in_settings() -> SignInSettings {
    SignInSettings {
        tokens: OwnTokens {
            issuer: sandbox::events::SIGN_IN_ISSUER.to_owned(),
            audience: "nameplate-test".to_owned(),
        },
        sessions: SessionPolicy::default(),
        attempts: AttemptPolicy::default(),
        hashes: HashSettings::default(),
        algorithm: SigningAlgorithm::EdDsa,
    }
}

/// Lets users sign in.
fn let_sign_in(parts: &mut Parts, settings: SignInSettings, custody: Custody) {
    let source = Arc::new(StoredKeys(parts.store.clone()));
    parts.tokens = std::mem::take(&mut parts.tokens).and_own(&settings.tokens, source);
    parts.sessions = Some(settings.sessions);
    parts.sign_in = Some(SignIn::new(settings, Signer::new(parts.store.clone(), custody)));
}

/// The key of HS256 tokens.
const SECRET: &str = "a secret of the tests with 32 bytes";

fn use_secret(settings: &mut TokenSettings) {
    settings.hs256_secret = Some(SECRET.to_owned().into());
}

impl TestApp {
    /// Starts the API with HS256 tokens.
    pub async fn start() -> Self {
        Self::start_changed(use_secret, |_| {}).await
    }

    /// Starts the API with the callers' quotas, which the clock of a test would use up.
    pub async fn start_with_quotas() -> Self {
        let quotas = |parts: &mut Parts| parts.quotas = CallerQuotas::new(&parts.clock);
        Self::start_changed(use_secret, quotas).await
    }

    /// Starts the API with other settings for tokens.
    pub async fn start_with(change: impl FnOnce(&mut TokenSettings)) -> Self {
        Self::start_changed(change, |_| {}).await
    }

    /// Starts the API with other settings for signing in.
    pub async fn start_signing_in(change: impl FnOnce(&mut SignInSettings)) -> Self {
        let mut settings = sign_in_settings();
        change(&mut settings);
        let custodies = (Custody::Embedded, Custody::Embedded);
        Self::start_with_all(use_secret, |_| {}, settings, custodies).await
    }

    /// Starts the API with a key that one custody has sealed, and another one opens.
    pub async fn start_in_custody(seal: Custody, open: Custody) -> Self {
        Self::start_with_all(use_secret, |_| {}, sign_in_settings(), (seal, open)).await
    }

    /// Starts the API with other settings for tokens and other parts.
    pub async fn start_changed(
        change: impl FnOnce(&mut TokenSettings),
        change_parts: impl FnOnce(&mut Parts),
    ) -> Self {
        let custodies = (Custody::Embedded, Custody::Embedded);
        Self::start_with_all(change, change_parts, sign_in_settings(), custodies).await
    }

    async fn start_with_all(
        change: impl FnOnce(&mut TokenSettings),
        change_parts: impl FnOnce(&mut Parts),
        sign_in: SignInSettings,
        (seal, open): (Custody, Custody),
    ) -> Self {
        secrets::scan_other_logs();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let dynamo_db = EmbeddedDynamoDb::start(listener, None).expect("an embedded DynamoDB");
        let (settings, wire) = (dynamo_db.settings(), FaultInjector::default());
        let client = settings.client(https().expect("TLS"));
        let backoff = Backoff { first: Duration::ZERO, ..Backoff::default() };
        let tapped = settings.client(wire.through(https().expect("TLS")));

        let issuer = Issuer {
            issuer: "https://issuer.test/".to_owned(),
            audience: "nameplate-test".to_owned(),
            secret: SECRET.to_owned(),
        };
        let mut tokens = TokenSettings { hs256_secret: None, ..issuer.token_settings() };
        change(&mut tokens);
        let log = CapturedLog::default();
        let clock = FakeClock::at(BEGINNING.parse().expect("an instant"));
        let mut parts = Parts {
            policy: RenamePolicy::default(),
            store: Store::new(tapped, tables()).with_backoff(backoff),
            tokens: TokenVerifier::new(&tokens).expect("usable keys"),
            quotas: CallerQuotas::off(),
            reserved: Arc::default(),
            fingerprints: FingerprintKey::new("a key of the tests"),
            sessions: None,
            sign_in: None,
            clock: Arc::new(clock.clone()),
            log: RequestLog::emf(Stage::Local, log.clone()),
        };
        let store = Store::new(client.clone(), tables());
        let (algorithm, lifetime) =
            (SigningAlgorithm::EdDsa, SessionPolicy::default().access_token);
        rotate(&store, &seal, algorithm, lifetime, parts.clock.now()).await.expect("a key");
        let_sign_in(&mut parts, sign_in, open);
        change_parts(&mut parts);
        let app = App::new(parts);
        let router = shared::http::serve(api::endpoints(), app.clone());
        Self { router, app, client, _dynamo_db: dynamo_db, clock, wire, log, issuer }
    }

    /// Returns the instant that the clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Creates an active user without special roles.
    pub async fn user(&self, username: &str) -> TestUser {
        self.create(NewUser::named(username)).await
    }

    /// Creates an active user with that role beside `API_USER`.
    pub async fn user_with(&self, username: &str, role: Role) -> TestUser {
        self.create(NewUser { roles: &[Role::ApiUser, role], ..NewUser::named(username) }).await
    }

    /// Creates an active user without special roles who has the password of the sample users.
    pub async fn user_with_password(&self, username: &str) -> TestUser {
        self.create(NewUser { has_password: true, ..NewUser::named(username) }).await
    }

    /// Creates a user without the wire, so the wire does not count the calls.
    pub async fn create(&self, new: NewUser<'_>) -> TestUser {
        let account = Uuid::new_v4();
        let id = new.id.map_or_else(|| account.to_string(), str::to_owned);
        let required = RequiredFields {
            id: UserId::parse(&id).expect("an id"),
            username: Username::parse(new.username).expect("a username"),
            first_name: Text::parse("Ada").expect("a name"),
            account_id: account,
        };
        let mut user = User::new(required, self.now());
        user.last_name = LastName::parse("Lovelace").expect("a name");
        user.roles = new.roles.iter().copied().collect();
        user.status = new.status;
        user.account.email_verified = new.email_verified;
        let hash = new.has_password.then(|| sandbox::password_hash().expect("a hash"));
        if hash.is_some() {
            user.mark_password(self.now());
        }
        let store = Store::new(self.client.clone(), tables());
        let outcome = store.commit(&Change::Create(Box::new(user), hash)).await.expect("a table");
        assert!(matches!(outcome, Outcome::Committed), "{} exists", new.username);
        let token = self.token(&id, new.roles, Some(new.username));
        TestUser { id, username: new.username.to_owned(), token }
    }

    /// Issues a token that is valid for 100 days.
    pub fn token(&self, sub: &str, roles: &[Role], username: Option<&str>) -> String {
        let issued_at = self.now();
        let expires_at = issued_at + SignedDuration::from_hours(100 * 24);
        let request = TokenRequest { sub, roles, username, issued_at, expires_at };
        self.issuer.issue(&request).expect("a token")
    }

    /// Returns a `PATCH` request.
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    /// Returns a `POST` request.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// Returns a `GET` request.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// Returns a request.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.router.clone(), method, path)
    }

    /// Returns a request of the user for another name.
    pub fn rename(&self, user: &TestUser, to: &str) -> Request {
        self.patch("/api/v1/users/username").bearer(user).json(&json!({ "newUsername": to }))
    }

    /// Returns a request of the user `by` that updates some fields of the user `of`.
    pub fn update(&self, by: &TestUser, of: &TestUser, fields: Value) -> Request {
        let mut body = json!({ "userId": of.id });
        if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
            body.extend(fields);
        }
        self.patch("/v1/users/update").bearer(by).json(&body)
    }

    /// Returns the user in the table.
    pub async fn stored(&self, user: &TestUser) -> User {
        let id = UserId::parse(&user.id).expect("an id");
        let store = Store::new(self.client.clone(), tables());
        store.user(&id).await.expect("a table").expect("a user")
    }

    /// Returns the hash of the user's password, if the table of credentials has one.
    pub async fn stored_hash(&self, user: &TestUser) -> Option<String> {
        let item = self.dump_credentials().await.remove(&format!("CREDENTIAL#{}", user.id))?;
        Some(item["hash"].as_s().expect("a hash").clone())
    }

    /// Writes another hash of a password, as only bringing users in could.
    pub async fn put_hash(&self, user: &TestUser, hash: &str) {
        self.put_credential(user, "hash", AttributeValue::S(hash.to_owned())).await;
    }

    /// Writes the number of failures since the last success. The username is its own key.
    pub async fn put_failures(&self, user: &TestUser, failures: u64) {
        let failures = AttributeValue::N(failures.to_string());
        self.put_credential(user, "failures", failures.clone()).await;
        let none = AttributeValue::N("0".to_owned());
        let pool = AttemptPool::strangers(&user.username);
        self.put_attempts(&pool, [("attempts", none), ("inARow", failures)]).await;
    }

    /// Lets the clients whose address nobody knows have that many failures that the table counts, in a window that ends
    /// at that instant.
    pub async fn put_source_failures(&self, failures: u32, window_ends_at: Timestamp) {
        let failures = AttributeValue::N(failures.to_string());
        let end = AttributeValue::N(window_ends_at.as_millisecond().to_string());
        let pool = AttemptPool::source("0.0.0.0");
        self.put_attempts(&pool, [("attempts", failures), ("windowEndsAt", end)]).await;
    }

    async fn put_attempts(&self, pool: &AttemptPool, counts: [(&str, AttributeValue); 2]) {
        let pk = ("pk", AttributeValue::S(format!("ATTEMPTS#{}", pool.id())));
        let item = [pk].into_iter().chain(counts);
        let item = item.map(|(name, value)| (name.to_owned(), value)).collect();
        let put = self.client.put_item().table_name(CREDENTIALS_TABLE).set_item(Some(item));
        put.send().await.expect("a table");
    }

    async fn put_credential(&self, user: &TestUser, name: &str, value: AttributeValue) {
        let mut item = self.dump_credentials().await.remove(&format!("CREDENTIAL#{}", user.id));
        let item = item.as_mut().expect("a password");
        item.insert(name.to_owned(), value);
        let item = item.clone().into_iter().collect();
        let put = self.client.put_item().table_name(CREDENTIALS_TABLE).set_item(Some(item));
        put.send().await.expect("a table");
    }

    /// Returns the private key that signs access tokens.
    pub async fn signing_key(&self) -> SigningKey {
        let items = self.dump_credentials().await;
        let (kid, item) = items
            .iter()
            .find_map(|(key, item)| Some((key.strip_prefix("SIGNINGKEY#")?, item)))
            .expect("a key");
        let pkcs8 = item["key"].as_b().expect("bytes").as_ref();
        SigningKey::read(kid, SigningAlgorithm::EdDsa, pkcs8).expect("a key")
    }

    /// Returns every user and every name by its key.
    pub async fn dump(&self) -> BTreeMap<String, BTreeMap<String, AttributeValue>> {
        let mut items = self.dump_table(TABLE).await;
        items.remove("JWKS");
        items
    }

    /// Returns every item of the table of credentials by its key.
    pub async fn dump_credentials(&self) -> BTreeMap<String, BTreeMap<String, AttributeValue>> {
        self.dump_table(CREDENTIALS_TABLE).await
    }

    async fn dump_table(&self, table: &str) -> BTreeMap<String, BTreeMap<String, AttributeValue>> {
        let scan = self.client.scan().table_name(table).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = items.expect("a table").into_iter().map(|item| {
            let pk = item["pk"].as_s().expect("a key").clone();
            (pk, item.into_iter().collect())
        });
        items.collect()
    }

    /// Moves the record of a user's name to another key, as a crate that computed keys otherwise would
    /// have written it.
    pub async fn move_name(&self, user: &TestUser, key: &str) {
        let mut items = self.dump().await;
        let mut stored = items.remove(&format!("USER#{}", user.id)).expect("a user");
        let present = stored.insert("usernameKey".to_owned(), AttributeValue::S(key.to_owned()));
        let present = present.expect("a key").as_s().expect("a key").clone();
        let mut record = items.remove(&format!("USERNAME#{present}")).expect("a record");
        self.delete_item(&format!("USERNAME#{present}")).await;
        record.insert("pk".to_owned(), AttributeValue::S(format!("USERNAME#{key}")));
        self.put_item(stored).await;
        self.put_item(record).await;
    }

    /// Writes an item, as only a mistake or an older version could.
    pub async fn put_item(&self, item: BTreeMap<String, AttributeValue>) {
        let item = item.into_iter().collect();
        let put = self.client.put_item().table_name(TABLE).set_item(Some(item));
        put.send().await.expect("a table");
    }

    /// Deletes an item. The API never does this.
    pub async fn delete_item(&self, pk: &str) {
        let key = AttributeValue::S(pk.to_owned());
        let delete = self.client.delete_item().table_name(TABLE).key("pk", key);
        delete.send().await.expect("a table");
    }

    /// Deletes an item of the table of credentials.
    pub async fn delete_credential(&self, pk: &str) {
        let key = AttributeValue::S(pk.to_owned());
        let delete = self.client.delete_item().table_name(CREDENTIALS_TABLE).key("pk", key);
        delete.send().await.expect("a table");
    }

    /// Returns the name record with that key.
    pub async fn name_item(&self, key: &str) -> Option<BTreeMap<String, AttributeValue>> {
        self.dump().await.remove(&format!("USERNAME#{key}"))
    }

    /// Returns the app itself, for tests that need more than requests.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            secrets::check();
        }
    }
}
