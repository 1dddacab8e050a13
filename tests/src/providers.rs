//! Tokens and key sets in the shape that identity providers issue.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::config::Config;
use shared::domain::role::Role;
use shared::domain::user_id::UserId;
use shared::token::{TokenSettings, TokenVerifier};

use crate::provider_keys::{Ring, sign_with_secret};
use crate::publisher::{Behaviour, Publisher};
use crate::{NewUser, TestApp, TestUser};

/// The cases: see `about` there.
const CASES: &str = include_str!("../fixtures/provider-tokens.json");

fn cases(section: &str) -> Vec<Value> {
    let mut cases: Value = serde_json::from_str(CASES).unwrap();
    serde_json::from_value(cases[section].take()).unwrap()
}

/// Reads settings as the environment has them.
pub(crate) fn settings(environment: &[(&str, &str)]) -> Result<TokenSettings, String> {
    let lookup = |name: &str| {
        let set = environment.iter().find(|(set, _)| *set == name);
        set.map(|(_, value)| (*value).to_owned()).or_else(|| match name {
            "STAGE" => Some("local".to_owned()),
            name if ["JWT_", "SIGN_IN", "SESSION_", "STAFF_", "REFRESH_", "ACCESS_"]
                .iter()
                .any(|prefix| name.starts_with(prefix)) =>
            {
                None
            }
            _ => Some("x".to_owned())
                .filter(|_| !name.starts_with("USERNAME_") && name != "CALLER_QUOTAS"),
        })
    };
    let settings = Config::read(lookup).map_err(|error| error.to_string())?.tokens;
    let settings = settings.ok_or("an issuer is set")?;
    TokenVerifier::new(&settings).map_err(|error| error.to_string())?;
    Ok(settings)
}

/// Replaces `$iss`, and `$now+N` by that second.
fn filled_in(value: &Value, issuer: &str, now: i64) -> Value {
    match value {
        Value::String(text) if text == "$iss" => json!(issuer),
        Value::String(text) => match text.strip_prefix("$now") {
            Some(offset) => json!(now + offset.parse::<i64>().unwrap_or(0)),
            None => json!(text),
        },
        Value::Array(values) => values.iter().map(|value| filled_in(value, issuer, now)).collect(),
        Value::Object(object) => {
            let filled =
                object.iter().map(|(name, value)| (name.clone(), filled_in(value, issuer, now)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// A provider's token, tried with settings on an app of its own.
struct Trial {
    app: TestApp,
    token: String,
}

impl Trial {
    /// Publishes the case's keys, and signs its claims for an app with the settings.
    async fn start(case: &Value, environment: &BTreeMap<String, String>) -> Result<Self, String> {
        let ring = Ring::of(&case["jwks"]["keys"]);
        let publisher = Publisher::start(Behaviour::Answer(200, ring.key_set())).await;
        let mut variables: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        variables.push(("JWT_JWKS_URL", &publisher.url));
        let secret = case["sign"]["secret"].as_str();
        if let (Some(secret), "HS256") = (secret, case["header"]["alg"].as_str().unwrap()) {
            variables.push(("JWT_HS256_SECRET", secret));
        }
        let settings = settings(&variables)?;
        let issuer = settings.issuer.clone();
        let app = TestApp::start_with(|tokens| *tokens = settings).await;
        app.app().tokens.warm_up(app.now()).await;
        let claims = filled_in(&case["claims"], &issuer, app.now().as_second());
        let token =
            match (secret, case["note"].as_str().and_then(|note| note.strip_prefix("token:"))) {
                (_, Some(opaque)) => opaque.to_owned(),
                (Some(secret), None) => sign_with_secret(secret, &case["header"], &claims),
                (None, None) => {
                    let key = usize::try_from(case["sign"]["key"].as_u64().unwrap()).unwrap();
                    ring.sign(key, &case["header"], &claims)
                }
            };
        Ok(Self { app, token })
    }

    /// The outcome of a rename.
    async fn rename(&self) -> String {
        let body = json!({ "newUsername": "renamed" });
        let request = self.app.patch("/api/v1/users/username").token(&self.token).json(&body);
        request.send().await.outcome()
    }

    /// The highest role that counts, by what the caller may do to somebody else.
    async fn role(&self, other: &TestUser) -> Option<&'static str> {
        let new = json!({ "username": "created", "firstName": "Ada" });
        let created = self.app.post("/v1/users").token(&self.token).json(&new).send().await;
        if created.outcome() == "201" {
            return Some("ADMIN");
        }
        let change = json!({ "userId": other.id, "firstName": "Grace" });
        let changed =
            self.app.patch("/v1/users/update").token(&self.token).json(&change).send().await;
        (changed.outcome() == "200").then_some("POWER_USER")
    }

    /// Checks the decision, the user that it is about, and the roles.
    async fn check(&self, case: &Value) {
        let (id, expect) = (&case["id"], &case["expect"]);
        let other = self.app.user("somebody_else").await;
        let mut holder = None;
        let user = case["user"].as_object();
        // Some ids that must be refused could not be an account's.
        if let Some(user) =
            user.filter(|user| UserId::parse(user["id"].as_str().unwrap_or_default()).is_ok())
        {
            let roles: Vec<Role> = serde_json::from_value::<Vec<String>>(user["roles"].clone())
                .unwrap()
                .iter()
                .filter_map(|role| Role::parse(role))
                .collect();
            let new =
                NewUser { id: user["id"].as_str(), roles: &roles, ..NewUser::named("holder") };
            holder = Some(self.app.create(new).await);
        }
        let outcome = self.rename().await;
        if expect["decision"] == "reject" {
            assert_eq!(Some(outcome.as_str()), expect["answer"].as_str(), "{id}");
            return;
        }
        let accepted = if holder.is_none() { "404 USER_NOT_FOUND" } else { "200" };
        assert_eq!(outcome, accepted, "{id}");
        if let Some(holder) = holder {
            assert_eq!(expect["user_id"], holder.id, "{id}");
            assert_eq!(self.app.stored(&holder).await.username.as_str(), "renamed", "{id}");
        }
        let highest = ["ADMIN", "POWER_USER"];
        let roles = expect["effective_roles"].as_array().unwrap();
        let highest = highest.into_iter().find(|role| roles.iter().any(|counted| counted == role));
        assert_eq!(self.role(&other).await, highest, "{id}");
    }
}

fn environment(settings: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(settings.clone()).unwrap()
}

#[tokio::test]
async fn tokens_in_the_shape_of_each_provider_are_accepted_or_refused_by_settings_alone() {
    let cases = cases("tokens");
    assert!(cases.len() >= 52);
    for case in cases {
        match Trial::start(&case, &environment(&case["settings"])).await {
            Ok(trial) => trial.check(&case).await,
            Err(error) => {
                assert_eq!(
                    case["expect"]["decision"], "refuse to start",
                    "{}: {error}",
                    case["id"]
                );
                assert!(error.starts_with("JWT_"), "{error}");
            }
        }
    }
}

/// The settings of each provider in the documentation.
fn documented() -> BTreeMap<String, BTreeMap<String, String>> {
    let page = include_str!("../../docs/identity-providers.md");
    let (_, providers) = page.split_once("\n## Providers\n").unwrap();
    let sections = providers.split("\n### ").skip(1);
    let of_section = |section: &str| {
        let (name, text) = section.split_once('\n').unwrap();
        let block = text.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
        let pairs = block.lines().map(|line| line.split_once('=').unwrap());
        (name.to_owned(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    };
    sections.map(of_section).collect()
}

#[tokio::test]
async fn the_documented_settings_of_each_provider_take_its_tokens() {
    let mut providers = documented();
    assert_eq!(providers.len(), 15);
    let cases = cases("tokens");
    for (id, changes) in [
        ("cognito-access", json!({})),
        ("auth0-rfc9068", json!({})),
        ("keycloak-access-audience-mapper", json!({})),
        ("entra-v2-access", json!({})),
        ("okta-access", json!({})),
        ("firebase-id-admin-true", json!({})),
        ("supabase-es256", json!({ "is_anonymous": false })),
        ("zitadel-access-array-of-objects", json!({})),
        (
            "clerk-session-other-origin",
            json!({ "azp": "https://app.example.com", "metadata": { "role": "nameplate_admin" } }),
        ),
        ("logto-access", json!({})),
        ("hydra-access", json!({})),
        ("fusionauth-access", json!({})),
        ("workos-session", json!({})),
        ("authentik-access", json!({})),
        ("descope-api-gateway-template", json!({ "aud": null })),
    ] {
        let mut case = cases.iter().find(|case| case["id"] == id).unwrap().clone();
        case["claims"].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        if case["expect"]["decision"] != "accept" {
            let user = case["user"]["id"].clone();
            case["user"]["roles"] = json!(["API_USER", "ADMIN"]);
            case["expect"] =
                json!({ "decision": "accept", "user_id": user, "effective_roles": ["ADMIN"] });
        }
        assert_eq!(case["expect"]["effective_roles"], json!(["ADMIN"]), "{id}");
        let mut settings = providers.remove(case["provider"].as_str().unwrap()).unwrap();
        // As in production: without a network here, the keys are at another place.
        settings.remove("JWT_JWKS_URL");
        Trial::start(&case, &settings).await.unwrap().check(&case).await;
    }
    assert!(providers.is_empty(), "{providers:?}");
}

#[tokio::test]
async fn key_sets_as_providers_publish_them_are_read_key_by_key() {
    for case in cases("jwks") {
        let id = &case["id"];
        let ring = Ring::of(&case["keys"]);
        let mut set = case["raw"].as_str().map_or_else(|| ring.key_set(), str::to_owned);
        if let Some(length) = case["pad_to"].as_u64() {
            let padding = " ".repeat(usize::try_from(length).unwrap() - set.len());
            set.push_str(&padding);
        }
        let status = case["http"]["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let publisher = Publisher::start(Behaviour::Answer(status.unwrap_or(200), set)).await;
        let app = publisher.app().await;
        let claims = crate::tokens::claims(&app);
        let token = match case["sign"].as_u64() {
            Some(key) => {
                let mut header = json!({ "alg": case["alg"], "kid": case["kid"] });
                header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                ring.sign(usize::try_from(key).unwrap(), &header, &claims)
            }
            None => crate::provider_keys::any_rsa().sign(Some("good"), &claims).unwrap(),
        };
        let outcome = match case["expect"].as_str().unwrap() {
            "accept" => crate::tokens::ACCEPTED,
            "401" => "401 TOKEN_INVALID",
            "503" => "503 UNAVAILABLE",
            other => panic!("{other}"),
        };
        assert_eq!(crate::tokens::ask(&app, &token).await.outcome(), outcome, "{id}");
    }
}

#[tokio::test]
async fn kinds_of_tokens_are_told_apart_by_header_and_claims() {
    let app = TestApp::start().await;
    for case in cases("token_kinds") {
        let mut claims = crate::tokens::claims(&app);
        claims.as_object_mut().unwrap().extend(case["claims"].as_object().unwrap().clone());
        let mut header = case["header"].clone();
        header["alg"] = json!("HS256");
        let token = sign_with_secret(&app.issuer.secret, &header, &claims);
        let is_accepted = case["expect"].as_str().unwrap().starts_with("accept");
        let outcome = if is_accepted { crate::tokens::ACCEPTED } else { "401 TOKEN_INVALID" };
        assert_eq!(crate::tokens::ask(&app, &token).await.outcome(), outcome, "{case}");
    }
}

#[tokio::test]
async fn ids_of_every_provider_are_accepted() {
    let app = TestApp::start().await;
    let cases: Value = serde_json::from_str(CASES).unwrap();
    for (list, outcome) in [
        ("accept", crate::tokens::ACCEPTED),
        ("accept_too", crate::tokens::ACCEPTED),
        ("refuse", "401 TOKEN_INVALID"),
    ] {
        for id in cases["user_ids"][list].as_array().unwrap() {
            let mut claims = crate::tokens::claims(&app);
            claims["sub"] = id.clone();
            let token = app.issuer.sign(&claims).unwrap();
            assert_eq!(crate::tokens::ask(&app, &token).await.outcome(), outcome, "{id}");
        }
    }
}
