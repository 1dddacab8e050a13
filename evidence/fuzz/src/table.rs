//! A DynamoDB in memory behind the real SDK client, fast enough for millions of inputs.
//!
//! A read returns the items that the target inserted. The table keeps nothing of a write, so no input
//! depends on earlier ones. It does not evaluate the conditions of a write: the target sets the outcome
//! in advance.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use sandbox::refusals::{cancelled_for, exception};
use serde_json::{Value, json};
use shared::store::DynamoDb;

/// The outcome of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    /// The conditions hold.
    Commit,
    /// The condition on the user fails.
    UserChanged,
    /// Another user has the name.
    NameTaken,
    /// Another user has a look-alike of the name.
    NameTooSimilar,
    /// The write conflicts with another one.
    Busy,
}

/// The table. Copies are the same table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The items by their key, in DynamoDB's JSON.
    items: HashMap<String, Value>,
    /// The outcomes of the next writes. The outcome of later writes is [`WriteOutcome::Commit`].
    outcomes: VecDeque<WriteOutcome>,
    /// The items that transactions put since the last call of `take_puts`.
    puts: Vec<Value>,
}

impl Table {
    /// Returns a client whose calls this table answers.
    pub(crate) fn client(&self) -> Client {
        let settings = DynamoDb {
            region: "eu-central-1".to_owned(),
            endpoint: Some("http://127.0.0.1:1".to_owned()),
            access_key_id: "fuzz".to_owned(),
            secret_access_key: "fuzz".to_owned().into(),
            session_token: None,
            ca_bundle: None,
        };
        settings.client(self.http())
    }

    fn http(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Inserts the item under that key.
    pub(crate) fn insert(&self, pk: &str, item: Value) {
        self.state().items.insert(pk.to_owned(), item);
    }

    /// Returns the item under that key.
    pub(crate) fn item(&self, pk: &str) -> Option<Value> {
        self.state().items.get(pk).cloned()
    }

    /// Changes the item under that key, if there is one.
    pub(crate) fn modify(&self, pk: &str, change: impl FnOnce(&mut Value)) {
        self.state().items.get_mut(pk).map(change);
    }

    /// Prepares the table for the next input, whose writes have these outcomes.
    pub(crate) fn reset(&self, outcomes: impl IntoIterator<Item = WriteOutcome>) {
        let mut state = self.state();
        state.outcomes = outcomes.into_iter().collect();
        state.puts.clear();
    }

    /// Returns the items that transactions put since the last call.
    pub(crate) fn take_puts(&self) -> Vec<Value> {
        std::mem::take(&mut self.state().puts)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut state = self.state();
        let (status, response) = match target.rsplit('.').next() {
            Some("GetItem") => (200, state.get(&body)),
            Some("BatchGetItem") => (200, state.batch_get(&body)),
            Some("UpdateItem") => state.update(&body),
            Some("TransactWriteItems") => state.transact(&body),
            _ => (400, exception("UnknownOperationException")),
        };
        HttpConnectorFuture::ready(Ok(http_response(status, &response)))
    }
}

impl State {
    fn item(&self, key: &Value) -> Option<&Value> {
        self.items.get(key["pk"]["S"].as_str()?)
    }

    fn get(&self, body: &Value) -> Value {
        self.item(&body["Key"]).map_or_else(|| json!({}), |item| json!({ "Item": item }))
    }

    fn batch_get(&self, body: &Value) -> Value {
        let tables = body["RequestItems"].as_object().into_iter().flatten();
        let responses = tables.map(|(table, request)| {
            let keys = request["Keys"].as_array().into_iter().flatten();
            let items = keys.filter_map(|key| self.item(key)).cloned().collect();
            (table.clone(), Value::Array(items))
        });
        json!({ "Responses": Value::Object(responses.collect()) })
    }

    fn next_outcome(&mut self) -> WriteOutcome {
        self.outcomes.pop_front().unwrap_or(WriteOutcome::Commit)
    }

    fn update(&mut self, body: &Value) -> (u16, Value) {
        match self.next_outcome() {
            WriteOutcome::UserChanged => {
                let mut failed = exception("ConditionalCheckFailedException");
                failed["Item"] = self.item(&body["Key"]).cloned().unwrap_or_default();
                (400, failed)
            }
            WriteOutcome::Busy => (400, exception("TransactionConflictException")),
            // An update of one item changes no name record.
            WriteOutcome::Commit | WriteOutcome::NameTaken | WriteOutcome::NameTooSimilar => {
                (200, json!({}))
            }
        }
    }

    fn transact(&mut self, body: &Value) -> (u16, Value) {
        let actions = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
        let puts = actions.iter().map(|action| &action["Put"]["Item"]);
        self.puts.extend(puts.filter(|item| item.is_object()).cloned());
        let [user, names @ ..] = actions else { return (400, exception("ValidationException")) };
        let reasons = match self.next_outcome() {
            WriteOutcome::Commit => None,
            WriteOutcome::Busy => Some(json!([{ "Code": "TransactionConflict" }])),
            WriteOutcome::UserChanged => {
                let key = if user["Put"].is_object() {
                    &user["Put"]["Item"]
                } else {
                    &user["Update"]["Key"]
                };
                let failed = FailedCondition { action: 0, item: self.item(key).cloned() };
                Some(failed.reasons(actions))
            }
            outcome => taken_name(user, names, outcome)
                .map(|item| FailedCondition { action: 1, item: Some(item) }.reasons(actions)),
        };
        match reasons {
            None => (200, json!({})),
            Some(reasons) => (400, cancelled_for(reasons)),
        }
    }
}

/// Returns the name record of another user who has the name that the transaction takes. Returns `None`
/// for a respelling, which takes no name.
fn taken_name(user: &Value, names: &[Value], outcome: WriteOutcome) -> Option<Value> {
    if names.len() < 2 && user["Update"].is_object() {
        return None;
    }
    let mut item = names.first()?["Put"]["Item"].clone();
    item["userId"]["S"] = json!("somebody-else");
    if outcome == WriteOutcome::NameTooSimilar {
        let key = item["pk"]["S"].as_str()?.strip_prefix("USERNAME#")?.to_owned();
        item["username"]["S"] = json!(key);
    }
    Some(item)
}

/// A condition of a transaction that fails.
struct FailedCondition {
    /// The index of the action.
    action: usize,
    /// The item in the table.
    item: Option<Value>,
}

impl FailedCondition {
    /// Returns the cancellation reasons of a transaction with these actions.
    fn reasons(self, actions: &[Value]) -> Value {
        let mut reasons = vec![json!({ "Code": "None" }); actions.len()];
        let mut failed = json!({ "Code": "ConditionalCheckFailed" });
        if let Some(item) = self.item {
            failed["Item"] = item;
        }
        reasons[self.action] = failed;
        Value::Array(reasons)
    }
}

fn http_response(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, body.to_string().into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
