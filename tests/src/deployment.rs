//! `template.yaml` agrees with the code: the routes, the permissions, the settings and the table.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sandbox::{CREDENTIALS_TABLE, TABLE, events};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Value, json};
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

/// Returns the value without the tag of `CloudFormation` (`!If`, `!Ref`, `!GetAtt`).
fn untagged<'a>(yaml: &'a Yaml<'static>) -> &'a Yaml<'static> {
    yaml.get_tagged_node().unwrap_or(yaml)
}

fn one_or_more(yaml: &Yaml<'static>) -> BTreeSet<String> {
    match yaml.as_sequence() {
        Some(list) => list.iter().map(text).collect(),
        None => BTreeSet::from([text(yaml)]),
    }
}

/// A permission for a table: an action, and how the keys of the items begin. The parts of a transaction have one
/// permission for the keys of all parts: AWS does not say by which of them it judges a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    in_transaction: bool,
    table: String,
    action: String,
    keys: BTreeSet<String>,
}

/// Returns the permissions of the function for the tables, but for those of a managed policy.
fn allowed(function: &Yaml<'static>) -> BTreeSet<Permission> {
    let policies = at(function, &["Properties", "Policies"]).as_sequence().unwrap();
    let inline = policies.iter().filter_map(|policy| policy.as_mapping_get("Statement"));
    inline.flat_map(|statements| statements.as_sequence().unwrap()).flat_map(allowed_by).collect()
}

/// Returns the permissions that a statement gives for a table.
fn allowed_by(statement: &Yaml<'static>) -> Vec<Permission> {
    assert_eq!(text(at(statement, &["Effect"])), "Allow");
    let resource = untagged(at(statement, &["Resource"])).as_sequence().unwrap();
    let table = match untagged(&resource[2]).as_str() {
        Some("Table.Arn") => TABLE,
        Some("CredentialsTable.Arn") => CREDENTIALS_TABLE,
        other => panic!("no table: {other:?}"),
    };
    let condition = at(statement, &["Condition"]);
    let keys = one_or_more(at(condition, &["ForAllValues:StringLike", "dynamodb:LeadingKeys"]));
    let keys: BTreeSet<String> = keys.iter().map(|key| key.replace('*', "")).collect();
    let within = condition.as_mapping_get("ForAnyValue:StringEquals");
    let within = within.map(|within| text(at(within, &["dynamodb:EnclosingOperation"])));
    assert!(within.iter().all(|within| within == "TransactWriteItems"), "{within:?}");
    let permission = |action: &str, keys: BTreeSet<String>| Permission {
        in_transaction: within.is_some(),
        table: table.to_owned(),
        action: action.replace("dynamodb:", ""),
        keys,
    };
    let mut permissions = Vec::new();
    for action in one_or_more(at(statement, &["Action"])) {
        if within.is_some() {
            permissions.push(permission(&action, keys.clone()));
        } else {
            let alone = keys.iter().map(|key| permission(&action, BTreeSet::from([key.clone()])));
            permissions.extend(alone);
        }
    }
    permissions
}

/// A write or read of an item.
struct Access {
    table: String,
    action: String,
    key: String,
}

/// Returns what a call does.
fn accesses(operation: &str, body: &Value) -> Vec<Access> {
    let access = |action: &str, table: &Value, key: &Value| {
        let key = key["pk"]["S"].as_str().unwrap();
        let key = key.find('#').map_or(key, |end| &key[..=end]).to_owned();
        let table = table.as_str().unwrap().to_owned();
        Access { table, action: action.to_owned(), key }
    };
    match operation {
        "GetItem" | "UpdateItem" => vec![access(operation, &body["TableName"], &body["Key"])],
        "PutItem" => vec![access(operation, &body["TableName"], &body["Item"])],
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().unwrap().iter();
            let of_table = |(table, wanted): (&String, &Value)| {
                let table = Value::from(table.as_str());
                let keys = wanted["Keys"].as_array().unwrap().clone();
                keys.into_iter().map(move |key| access(operation, &table, &key))
            };
            tables.flat_map(of_table).collect()
        }
        "TransactWriteItems" => {
            let actions = body["TransactItems"].as_array().unwrap();
            let of_action = |action: &Value| match (action.get("Put"), action.get("Update")) {
                (Some(put), _) => access("PutItem", &put["TableName"], &put["Item"]),
                (_, Some(update)) => access("UpdateItem", &update["TableName"], &update["Key"]),
                _ => panic!("nothing says what {action} needs"),
            };
            actions.iter().map(of_action).collect()
        }
        other => panic!("nothing says what {other} needs"),
    }
}

/// Returns the permissions that these calls need, but for the keys of access tokens.
fn needed(calls: impl IntoIterator<Item = (String, Value)>) -> BTreeSet<Permission> {
    let (mut alone, mut parts) = (Vec::new(), Vec::new());
    for (operation, body) in calls {
        let accesses = accesses(&operation, &body);
        let list = if operation == "TransactWriteItems" { &mut parts } else { &mut alone };
        list.extend(accesses);
    }
    let keys_of_parts: BTreeSet<String> =
        parts.iter().map(|part: &Access| part.key.clone()).collect();
    let permission = |in_transaction, Access { table, action, .. }: Access, keys| Permission {
        in_transaction,
        table,
        action,
        keys,
    };
    // Every function has these by a managed policy, or those that sign have them.
    alone.retain(|access: &Access| access.key != "JWKS" && access.key != "SIGNINGKEY#");
    let alone = alone.into_iter().map(|access| {
        let keys = BTreeSet::from([access.key.clone()]);
        permission(false, access, keys)
    });
    let parts = parts.into_iter().map(|part| permission(true, part, keys_of_parts.clone()));
    alone.chain(parts).collect()
}

#[tokio::test]
async fn every_function_has_exactly_the_permissions_that_its_sample_events_need() {
    let template = template();
    for (name, (_, function)) in functions(&template) {
        let mut calls = Vec::new();
        for sample in events::of(&name).unwrap() {
            let app = sample_app().await;
            app.wire.take_calls();
            app.wire.take_bodies();
            answer_of(&app, &name, &sample.event).await;
            calls.extend(app.wire.take_calls().into_iter().zip(app.wire.take_bodies()));
        }
        if name == "change-password" {
            // The sample events have no token of ours. Such a token is of a session, which goes on.
            let key = json!({ "pk": { "S": "SESSION#" } });
            let read = json!({ "RequestItems": { CREDENTIALS_TABLE: { "Keys": [key] } } });
            let update = json!({ "TableName": CREDENTIALS_TABLE, "Key": key });
            let write = json!({ "TransactItems": [{ "Update": update }] });
            calls.push(("BatchGetItem".to_owned(), read));
            calls.push(("TransactWriteItems".to_owned(), write));
        }
        assert_eq!(allowed(&function), needed(calls), "{name}");
    }
}

/// The functions that are deployed only where users sign in here, and whether they sign access tokens.
const SIGN_IN: [(&str, bool); 6] = [
    ("change-password", true),
    ("get-discovery", false),
    ("get-key-set", false),
    ("log-in", true),
    ("log-out", false),
    ("refresh-session", true),
];

#[test]
fn every_function_reads_the_public_keys_and_those_that_sign_the_private_ones() {
    let template = template();
    for (name, (id, function)) in functions(&template) {
        let sign_in = SIGN_IN.iter().find(|(operation, _)| *operation == name);
        let policies = at(&function, &["Properties", "Policies"]).as_sequence().unwrap();
        // `!Ref Policy`, or `!If [Condition, !Ref Policy, !Ref AWS::NoValue]`.
        let has = |policy: &str| {
            policies.iter().map(untagged).any(|entry| match entry.as_sequence() {
                Some(choice) => untagged(&choice[1]).as_str() == Some(policy),
                None => entry.as_str() == Some(policy),
            })
        };
        assert!(has("TableKeyAccess") && has("KeySetAccess"), "{name}");
        assert_eq!(has("SigningKeyAccess"), sign_in.is_some_and(|(_, signs)| *signs), "{name}");
        let uses_credentials = allowed(&function).iter().any(|p| p.table == CREDENTIALS_TABLE);
        assert_eq!(has("CredentialsKeyAccess"), uses_credentials, "{name}");
        // Where nobody signs in here, nothing of it exists.
        for resource in [id.clone(), format!("{id}Log"), format!("{id}Crashes")] {
            let resource = at(&template, &["Resources", &resource]);
            let condition = resource.as_mapping_get("Condition").and_then(Yaml::as_str);
            assert_eq!(condition, sign_in.map(|_| "HasSignIn"), "{name}");
        }
        // SAM leaves the group of deployments without the condition otherwise.
        let preference = at(&function, &["Properties", "DeploymentPreference"]);
        let passes = preference.as_mapping_get("PassthroughCondition").and_then(Yaml::as_bool);
        assert_eq!(passes, sign_in.map(|_| true), "{name}");
    }
    let statements = |policy| {
        let path = ["Resources", policy, "Properties", "PolicyDocument", "Statement"];
        at(&template, &path).as_sequence().unwrap().clone()
    };
    let reads = |table: &str, key: &str| Permission {
        in_transaction: false,
        table: table.to_owned(),
        action: "GetItem".to_owned(),
        keys: BTreeSet::from([key.to_owned()]),
    };
    assert_eq!(allowed_by(&statements("KeySetAccess")[0]), [reads(TABLE, "JWKS")]);
    let [table, kms] = &statements("SigningKeyAccess")[..] else { panic!("two statements") };
    assert_eq!(allowed_by(table), [reads(CREDENTIALS_TABLE, "SIGNINGKEY#")]);
    assert_eq!(text(at(kms, &["Action"])), "kms:Decrypt");
    let stage = at(kms, &["Condition", "StringEquals", "kms:EncryptionContext:stage"]);
    assert_eq!(untagged(stage).as_str(), Some("Stage"));
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
            "SIGN_IN_FIREBASE_SIGNER_KEY" => "AAAAAAAAAAAAAAAAAAAAAA==",
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
fn the_tables_of_the_template_are_those_of_the_sandbox_and_only_that_of_users_has_a_stream() {
    let template = template();
    for (id, view) in [("Table", Some("NEW_AND_OLD_IMAGES")), ("CredentialsTable", None)] {
        let resource = at(&template, &["Resources", id]);
        assert_eq!(text(at(resource, &["DeletionPolicy"])), "RetainExceptOnCreate");
        assert_eq!(text(at(resource, &["UpdateReplacePolicy"])), "Retain");
        let table = at(resource, &["Properties"]);
        let list = |key| at(table, &[key]).as_sequence().unwrap();
        assert_eq!(list("KeySchema").len(), 1);
        assert_eq!(text(at(&list("KeySchema")[0], &["AttributeName"])), "pk");
        assert_eq!(text(at(&list("KeySchema")[0], &["KeyType"])), "HASH");
        assert_eq!(text(at(&list("AttributeDefinitions")[0], &["AttributeType"])), "S");
        assert_eq!(text(at(table, &["TimeToLiveSpecification", "AttributeName"])), "expiresAt");
        let recovery =
            at(table, &["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"]);
        assert_eq!(recovery.as_bool(), Some(true));
        let stream = table.as_mapping_get("StreamSpecification");
        assert_eq!(stream.map(|stream| text(at(stream, &["StreamViewType"]))).as_deref(), view);
    }
}

#[test]
fn both_parameter_files_give_every_parameter_but_the_revision_and_the_secrets() {
    let template = template();
    let parameters = at(&template, &["Parameters"]).as_mapping().unwrap();
    let is_secret = |parameter: &Yaml<'static>| parameter.as_mapping_get("NoEcho").is_some();
    let wanted: BTreeSet<String> = parameters
        .iter()
        .filter(|(_, parameter)| !is_secret(parameter))
        .map(|(name, _)| text(name))
        .filter(|name| name != "Revision")
        .collect();
    for (stage, file) in [
        ("dev", include_str!("../../parameters/dev.yaml")),
        ("prod", include_str!("../../parameters/prod.yaml")),
    ] {
        let values = Yaml::load_from_str(file).unwrap().remove(0);
        let given: BTreeSet<String> =
            values.as_mapping().unwrap().iter().map(|(name, _)| text(name)).collect();
        assert_eq!(given, wanted, "{stage}");
        assert_eq!(text(at(&values, &["Stage"])), stage);
        // An emergency's value would come back with every deployment.
        assert_eq!(text(at(&values, &["Rollout"])), "canary", "{stage}");
    }
}

#[test]
fn every_role_of_the_template_has_the_permissions_boundary() {
    let template = template();
    let boundary = |of: &Yaml<'static>| {
        let choice = untagged(at(of, &["PermissionsBoundary"])).as_sequence().unwrap().clone();
        assert_eq!(text(&choice[0]), "HasBoundary");
        assert_eq!(untagged(&choice[1]).as_str(), Some("PermissionsBoundary"));
    };
    let functions = at(&template, &["Globals", "Function"]);
    boundary(functions);
    // SAM would make a role for CodeDeploy, without the boundary.
    let role = at(functions, &["DeploymentPreference", "Role"]);
    assert_eq!(untagged(role).as_str(), Some("DeploymentRole.Arn"));
    for (name, resource) in at(&template, &["Resources"]).as_mapping().unwrap() {
        if text(at(resource, &["Type"])) == "AWS::IAM::Role" {
            boundary(at(resource, &["Properties"]));
        }
        let own = resource.as_mapping_get("Properties").and_then(|p| p.as_mapping_get("Role"));
        assert!(own.is_none(), "{name:?} has another role");
    }
}
