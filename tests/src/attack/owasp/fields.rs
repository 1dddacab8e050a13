//! API1, API3: every caller changes every field of every target, and sends attributes that are not fields.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::domain::role::Role;

use crate::documented::DOCUMENT;
use crate::{TestApp, TestUser};

/// The callers of the tables, in the order of the columns. A service has a token and no account.
const CALLERS: [&str; 7] = [
    "nobody",
    "API_USER",
    "POWER_USER",
    "ADMIN",
    "service",
    "service with POWER_USER",
    "service with ADMIN",
];

/// The table of `docs/contract.md#updates`. Each caller changes the field of the own account, of
/// another user and of an `ADMIN`. `y`: success, `N`: `NOT_YOURS`, `F`: `FIELD_FORBIDDEN`, `?`:
/// `USER_NOT_FOUND`, `-`: `TOKEN_MISSING`.
const UPDATE: [(&str, &str); 10] = [
    ("username", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("password", "--- FNN FFF yyy FNN FFF ?yy"),
    ("firstName", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("midName", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("lastName", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("locale", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("timezone", "--- yNN yyN yyy ?NN ?yN ?yy"),
    ("roles", "--- FNN FFF Fyy FNN FFF Fyy"),
    ("status", "--- FNN FFF Fyy FNN FFF Fyy"),
    ("empty", "--- yNN yyN yyy ?NN ?yN ?yy"),
];

/// `POST /v1/users` in `docs/contract.md#companions`: an `ADMIN` creates users, with any fields.
const CREATE: [&str; 7] = ["-", "N", "N", "y", "N", "N", "y"];

fn outcome(letter: char, success: &'static str) -> &'static str {
    match letter {
        'y' => success,
        'N' => "403 NOT_YOURS",
        'F' => "403 FIELD_FORBIDDEN",
        '?' => "404 USER_NOT_FOUND",
        _ => "401 TOKEN_MISSING",
    }
}

/// Returns a valid value of the field that a new user does not have.
fn value(field: &str) -> Value {
    match field {
        "username" => json!("fresh_name"),
        "password" => json!("newStr0ng!P@ssw0rd"),
        "locale" => json!("tr_TR"),
        "timezone" => json!("Europe/Istanbul"),
        "roles" => json!(["POWER_USER"]),
        "status" => json!("INACTIVE"),
        "empty" => json!(true),
        "userId" => json!("auth0|fresh"),
        "account" => json!({}),
        _ => json!("New"),
    }
}

/// Returns a fresh app with the caller of that column, another user and an `ADMIN`.
async fn app_with_caller(column: usize) -> (TestApp, [TestUser; 3]) {
    let app = TestApp::start().await;
    let (other, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let service = |roles: &[Role]| TestUser {
        id: "service".to_owned(),
        username: String::new(),
        token: app.token("service", roles, None),
    };
    let caller = match CALLERS[column] {
        "API_USER" => app.user("hedy").await,
        "POWER_USER" => app.user_with("hedy", Role::PowerUser).await,
        "ADMIN" => app.user_with("hedy", Role::Admin).await,
        "service with POWER_USER" => service(&[Role::PowerUser]),
        "service with ADMIN" => service(&[Role::Admin]),
        _ => service(&[]),
    };
    (app, [caller, other, root])
}

#[tokio::test]
async fn every_field_of_every_target_is_changed_by_exactly_the_callers_of_the_contract_s_table() {
    for (field, row) in UPDATE {
        let columns: Vec<&str> = row.split(' ').collect();
        assert_eq!(columns.len(), CALLERS.len());
        for (column, letters) in columns.into_iter().enumerate() {
            let (app, users) = app_with_caller(column).await;
            // The own account is the last target, because a change of it changes the caller.
            for (which, letter) in letters.char_indices().rev() {
                let before = app.dump().await;
                let mut new_value = value(field);
                if field == "username" {
                    new_value = json!(format!("fresh_{which}_name"));
                }
                let body = json!({ "userId": users[which].id, field: new_value });
                let mut request = app.patch("/v1/users/update").json(&body);
                if column > 0 {
                    request = request.bearer(&users[0]);
                }
                let answer = request.send().await;
                let target = ["the own account", "another", "an ADMIN"][which];
                let cell = format!("{field} of {target} by {}", CALLERS[column]);
                assert_eq!(answer.outcome(), outcome(letter, "200"), "{cell}");
                let changes = letter == 'y' && field != "empty";
                assert_eq!(app.dump().await != before, changes, "{cell}");
            }
        }
    }
}

#[tokio::test]
async fn every_field_of_a_new_user_is_set_by_exactly_the_callers_of_the_contract() {
    let account = [
        ("type", json!("COMPANY")),
        ("mobilePhoneNumber", json!("+905321234567")),
        ("location", json!("İzmir")),
        ("company", json!("Nameplate")),
        ("industry", json!("Software")),
        ("profilePictureUrl", json!("https://example.com/ada.png")),
        ("subscriptionPlan", json!("GOLD")),
        ("emailVerified", json!(true)),
        ("mobilePhoneNumberVerified", json!(true)),
    ];
    let own = UPDATE.iter().map(|(field, _)| *field).chain(["userId", "account"]);
    let own: Vec<_> = own.map(|field| (field, json!({ field: value(field) }))).collect();
    let names: BTreeSet<&str> = own.iter().map(|(field, _)| *field).collect();
    assert_eq!(names, documented("CreateUser"));
    let nested = account.map(|(field, value)| (field, json!({ "account": { field: value } })));
    for (column, letter) in CREATE.into_iter().enumerate() {
        let (app, users) = app_with_caller(column).await;
        for (number, (field, fields)) in own.iter().chain(&nested).enumerate() {
            let mut body = json!({
                "username": format!("fresh_{number}x"), "firstName": "A", "lastName": "B"
            });
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let before = app.dump().await;
            let mut request = app.post("/v1/users").json(&body);
            if column > 0 {
                request = request.bearer(&users[0]);
            }
            let answer = request.send().await;
            let cell = format!("{field} by {}", CALLERS[column]);
            let wanted = outcome(letter.chars().next().unwrap(), "201");
            assert_eq!(answer.outcome(), wanted, "{cell}");
            let after = app.dump().await;
            assert_eq!(after.len(), before.len() + if letter == "y" { 2 } else { 0 }, "{cell}");
        }
    }
}

/// Returns the fields of that schema in the API reference.
fn documented(schema: &str) -> BTreeSet<&'static str> {
    let pointer = format!("/components/schemas/{schema}/properties");
    DOCUMENT.pointer(&pointer).unwrap().as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_table_has_every_field_that_can_be_sent() {
    let rows = UPDATE.iter().map(|(field, _)| *field).chain(["userId"]).collect::<BTreeSet<_>>();
    assert_eq!(rows, documented("UpdateUser"));
    assert_eq!(BTreeSet::from(["newUsername"]), documented("ChangeUsername"));
}

/// Returns an app whose table has every attribute that the API can store.
async fn app_with_every_attribute() -> (TestApp, TestUser, TestUser) {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({
        "userId": "ada", "username": "ada", "password": "newStr0ng!P@ssw0rd", "firstName": "Ada",
        "midName": "Bob", "lastName": "Lovelace", "account": {
            "mobilePhoneNumber": "+905321234567", "location": "İzmir", "company": "Nameplate",
            "industry": "Software", "profilePictureUrl": "https://example.com/ada.png"
        }
    });
    app.post("/v1/users").bearer(&root).json(&body).send().await.expect("201");
    let token = app.token("ada", &[], Some("ada"));
    let ada = TestUser { id: "ada".to_owned(), username: "ada".to_owned(), token };
    app.rename(&ada, "lovelace").send().await.expect("200");
    (app, root, ada)
}

#[tokio::test]
async fn no_stored_attribute_can_be_set_by_its_name() {
    let (app, root, ada) = app_with_every_attribute().await;
    let before = app.dump().await;
    let mut names: BTreeSet<&str> =
        before.values().flat_map(|item| item.keys()).map(String::as_str).collect();
    for stored in
        ["pk", "version", "sessionEpoch", "passwordVersion", "previousUsername", "changedBy"]
    {
        assert!(names.contains(stored), "{stored} is not stored");
    }
    assert!(names.len() >= 25, "{names:?}");
    names.extend([
        "id",
        "PK",
        "isAdmin",
        "role",
        "admin",
        "permissions",
        "account.emailVerified",
        "__proto__",
        "constructor",
        "$set",
        "UpdateExpression",
        "newUserName",
        "UserId",
        "user_id",
        "",
    ]);
    let create = json!({ "username": "fresh", "firstName": "A", "lastName": "B" });
    let endpoints = [
        ("ChangeUsername", "PATCH", "/api/v1/users/username", json!({ "newUsername": "lovelace" })),
        (
            "UpdateUser",
            "PATCH",
            "/v1/users/update",
            json!({ "userId": ada.id, "firstName": "Eve" }),
        ),
        ("CreateUser", "POST", "/v1/users", create.clone()),
        // This row sends the names inside the account of a new user.
        ("Account", "POST", "/v1/users", create),
    ];
    for (schema, method, path, body) in endpoints {
        let fields = if schema == "Account" {
            documented(schema).into_iter().filter(|name| !READ_ONLY.contains(name)).collect()
        } else {
            documented(schema)
        };
        for name in names.iter().filter(|name| !fields.contains(**name)) {
            for value in
                [json!("1"), json!(1), json!(true), json!({}), json!(["ADMIN"]), Value::Null]
            {
                let mut body = body.clone();
                match schema {
                    "Account" => body["account"] = json!({ *name: value }),
                    _ => body[*name] = value,
                }
                let request = app.request(method.parse().unwrap(), path).bearer(&root).json(&body);
                let answer = request.send().await;
                assert_eq!(answer.outcome(), "400 VALIDATION_FAILED", "{name} in {schema}");
            }
        }
    }
    assert_eq!(app.dump().await, before);
}

/// The fields of an account that only the server sets.
const READ_ONLY: [&str; 4] = ["id", "userId", "createdAt", "updatedAt"];
