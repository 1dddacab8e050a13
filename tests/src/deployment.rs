//! `template.yaml` agrees with the code: the routes, the permissions, the settings and the table.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sandbox::events;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use shared::config::Config;
use shared::http::cors;

use crate::sample_events::{answer_of, sample_app};

const TEMPLATE: &str = include_str!("../../template.yaml");

/// Returns the template.
fn template() -> Yaml<'static> {
    Yaml::load_from_str(TEMPLATE).unwrap().remove(0)
}

/// Returns the value at that path of keys.
fn at<'a>(yaml: &'a Yaml<'static>, path: &[&str]) -> &'a Yaml<'static> {
    path.iter()
        .fold(yaml, |yaml, key| yaml.as_mapping_get(key).unwrap_or_else(|| panic!("no {path:?}")))
}

fn text(yaml: &Yaml<'_>) -> String {
    yaml.as_str().unwrap_or_else(|| panic!("not a string: {yaml:?}")).to_owned()
}

/// Returns the functions by the folder of their code, with their logical id.
fn functions(template: &Yaml<'static>) -> BTreeMap<String, (String, Yaml<'static>)> {
    let resources = at(template, &["Resources"]).as_mapping().unwrap();
    let functions = resources.iter().filter(|(_, resource)| {
        resource.as_mapping_get("Type").and_then(Yaml::as_str) == Some("AWS::Serverless::Function")
    });
    functions
        .map(|(id, function)| {
            let folder = text(at(function, &["Properties", "CodeUri"]));
            let folder = folder.strip_prefix("functions/").unwrap().to_owned();
            (folder, (text(id), function.clone()))
        })
        .collect()
}

#[test]
fn every_endpoint_has_a_function_of_its_name_with_its_route_and_every_function_an_endpoint() {
    let template = template();
    let functions = functions(&template);
    for endpoint in api::endpoints() {
        let name = endpoint.route.operation;
        let (id, function) = &functions.get(name).unwrap_or_else(|| panic!("no function {name}"));
        assert_eq!(id.to_lowercase(), name.replace('-', ""), "the logical id is the operation");
        assert_eq!(text(at(function, &["Metadata", "BuildProperties", "Binary"])), name);
        let event = |event| at(function, &["Properties", "Events", event, "Properties"]);
        for (event, method) in
            [(event("Endpoint"), endpoint.route.method.as_str()), (event("OtherMethods"), "ANY")]
        {
            assert_eq!(text(at(event, &["Path"])), endpoint.route.path, "{name}");
            assert_eq!(text(at(event, &["Method"])), method, "{name}");
            assert_eq!(text(at(event, &["PayloadFormatVersion"])), "2.0", "{name}");
        }
    }
    let operations: BTreeSet<String> =
        api::endpoints().iter().map(|endpoint| endpoint.route.operation.to_owned()).collect();
    assert_eq!(functions.into_keys().collect::<BTreeSet<_>>(), operations);
}

/// A permission: an action, and the beginning of the keys of the items.
type Permission = (String, String);

/// The policies that several functions have, with the permissions for the tables in them.
const SHARED: [(&str, &str); 2] = [("KeySetAccess", "JWKS"), ("SigningKeyAccess", "SIGNINGKEY#")];

/// Returns the permissions of the function for the tables.
fn allowed(function: &Yaml<'static>) -> BTreeSet<Permission> {
    let one_or_more = |yaml: &Yaml<'static>| match yaml.as_sequence() {
        Some(list) => list.iter().map(text).collect::<Vec<_>>(),
        None => vec![text(yaml)],
    };
    let policies = at(function, &["Properties", "Policies"]).as_sequence().unwrap();
    let inline = policies.iter().filter_map(|policy| policy.as_mapping_get("Statement"));
    let mut allowed = BTreeSet::new();
    for (policy, keys) in SHARED {
        if policies.iter().any(|given| format!("{given:?}").contains(&format!("\"{policy}\""))) {
            allowed.insert(("GetItem".to_owned(), keys.to_owned()));
        }
    }
    for statement in inline.flat_map(|statements| statements.as_sequence().unwrap()) {
        assert_eq!(text(at(statement, &["Effect"])), "Allow");
        let actions = one_or_more(at(statement, &["Action"]));
        let sid = text(at(statement, &["Sid"]));
        if actions.contains(&"dynamodb:PutItem".to_owned()) && sid != "BeginSession" {
            let within = ["Condition", "ForAnyValue:StringEquals", "dynamodb:EnclosingOperation"];
            assert_eq!(text(at(statement, &within)), "TransactWriteItems", "no name is put alone");
        }
        let keys = at(statement, &["Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys"]);
        for action in actions {
            for keys in one_or_more(keys) {
                allowed.insert((action.replace("dynamodb:", ""), keys.replace('*', "")));
            }
        }
    }
    allowed
}

/// Returns the permissions that a call needs. A transaction needs those of its actions.
fn needed(operation: &str, body: &Value) -> Vec<Permission> {
    let permission = |action: &str, key: &Value| {
        let key = key["pk"]["S"].as_str().unwrap();
        (action.to_owned(), key[..key.find('#').map_or(key.len(), |at| at + 1)].to_owned())
    };
    match operation {
        "GetItem" | "UpdateItem" => vec![permission(operation, &body["Key"])],
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().unwrap().values();
            let keys = tables.flat_map(|table| table["Keys"].as_array().unwrap());
            keys.map(|key| permission(operation, key)).collect()
        }
        "PutItem" => vec![permission(operation, &body["Item"])],
        "TransactWriteItems" => {
            let actions = body["TransactItems"].as_array().unwrap();
            let of_action = |action: &Value| {
                let put = action.get("Put").map(|put| permission("PutItem", &put["Item"]));
                put.or_else(|| Some(permission("UpdateItem", &action.get("Update")?["Key"])))
                    .unwrap()
            };
            actions.iter().map(of_action).collect()
        }
        other => panic!("nothing says what {other} needs"),
    }
}

#[tokio::test]
async fn every_function_has_exactly_the_permissions_that_its_sample_events_need() {
    let template = template();
    for (name, (_, function)) in functions(&template) {
        let mut used = BTreeSet::new();
        for sample in events::of(&name).unwrap() {
            let app = sample_app().await;
            app.wire.take_calls();
            app.wire.take_bodies();
            answer_of(&app, &name, &sample.event).await;
            let calls = app.wire.take_calls().into_iter().zip(app.wire.take_bodies());
            used.extend(calls.flat_map(|(operation, body)| needed(&operation, &body)));
        }
        // A token of ours needs the keys that verify it; the sample events have none.
        used.insert(("GetItem".to_owned(), "JWKS".to_owned()));
        if name == "change-password" {
            // Such a token is of a session, which goes on with a new access token.
            let beside = [
                ("BatchGetItem", "SESSION#"),
                ("UpdateItem", "SESSION#"),
                ("GetItem", "SIGNINGKEY#"),
            ];
            used.extend(beside.map(|(action, keys)| (action.to_owned(), keys.to_owned())));
        }
        assert_eq!(allowed(&function), used, "{name}");
    }
}

#[test]
fn the_template_sets_the_variables_that_the_code_reads_and_no_others() {
    let read = RefCell::new(BTreeSet::new());
    let config = Config::read(|name| {
        read.borrow_mut().insert(name.to_owned());
        let value = match name {
            "STAGE" => "dev",
            "USERNAME_COOLDOWN"
            | "USERNAME_HOLD"
            | "SESSION_IDLE"
            | "SESSION_LIFETIME"
            | "STAFF_SESSION_IDLE"
            | "STAFF_SESSION_LIFETIME" => "1d",
            "CALLER_QUOTAS" | "SIGN_IN" => "on",
            "JWT_ROLE_NAMES" => "admins=ADMIN",
            "JWT_REQUIRED_CLAIMS" => "scope=x",
            "SIGN_IN_ISSUER" => "https://api.example.com",
            "SIGN_IN_ALGORITHM" => "RS256",
            "SIGN_IN_HASHES" => "bcrypt",
            "SIGN_IN_FIREBASE_SIGNER_KEY" => "c2lnbmVyIGtleSBvZiAxNiBieXRlcw==",
            "SIGN_IN_ATTEMPTS" | "REFRESH_LATE_REPEATS" => "1",
            "SIGN_IN_WINDOW" | "ACCESS_TOKEN_LIFETIME" | "REFRESH_GRACE" => "1m",
            _ => "x",
        };
        Some(value.to_owned())
    });
    assert!(config.is_ok(), "{config:?}");
    let mut read = read.into_inner();
    // Lambda itself sets these variables.
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(read.remove(name), "{name}");
    }
    // For a function that runs elsewhere, behind another certification authority.
    assert!(read.remove("AWS_CA_BUNDLE"));
    // For a server on a developer's machine.
    assert!(read.remove("CALLER_QUOTAS"));
    let template = template();
    let variables = at(&template, &["Globals", "Function", "Environment", "Variables"]);
    let set: BTreeSet<String> =
        variables.as_mapping().unwrap().iter().map(|(name, _)| text(name)).collect();
    assert_eq!(set, read);
}

#[test]
fn the_template_lets_web_pages_use_the_headers_and_methods_of_the_code() {
    let template = template();
    let cors = at(&template, &["Resources", "Api", "Properties", "CorsConfiguration"]);
    let list = |key| at(cors, &[key]).as_sequence().unwrap().iter().map(text).collect::<Vec<_>>();
    assert_eq!(list("AllowHeaders"), cors::REQUEST_HEADERS);
    assert_eq!(list("ExposeHeaders"), cors::RESPONSE_HEADERS);
    assert_eq!(list("AllowMethods"), cors::METHODS);
    let used: BTreeSet<String> =
        api::endpoints().iter().map(|endpoint| endpoint.route.method.to_string()).collect();
    assert_eq!(used, cors::METHODS.iter().map(ToString::to_string).collect());
}

#[test]
fn the_tables_of_the_template_are_those_of_the_sandbox() {
    let template = template();
    let table = at(&template, &["Resources", "Table", "Properties"]);
    let list = |key| at(table, &[key]).as_sequence().unwrap();
    assert_eq!(list("KeySchema").len(), 1);
    assert_eq!(text(at(&list("KeySchema")[0], &["AttributeName"])), "pk");
    assert_eq!(text(at(&list("KeySchema")[0], &["KeyType"])), "HASH");
    assert_eq!(text(at(&list("AttributeDefinitions")[0], &["AttributeType"])), "S");
    assert_eq!(text(at(table, &["TimeToLiveSpecification", "AttributeName"])), "expiresAt");
    assert_eq!(text(at(table, &["StreamSpecification", "StreamViewType"])), "NEW_AND_OLD_IMAGES");

    let credentials = at(&template, &["Resources", "CredentialsTable", "Properties"]);
    for key in ["KeySchema", "AttributeDefinitions", "TimeToLiveSpecification"] {
        assert_eq!(at(credentials, &[key]), at(table, &[key]), "{key}");
    }
    assert!(
        credentials.as_mapping_get("StreamSpecification").is_none(),
        "nothing secret is streamed"
    );
}
