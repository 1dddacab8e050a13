//! A DynamoDB in memory, behind the real SDK client: fast enough for millions of inputs.
//!
//! It reads what was put into it, and keeps nothing of what is written, so that no input depends on the
//! one before it. Whether a write's conditions hold is not worked out but said beforehand.

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

/// What becomes of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its conditions hold.
    Commit,
    /// The user is not as the write assumes.
    UserChanged,
    /// Somebody has the very name.
    NameTaken,
    /// Somebody has a name that looks the same.
    NameTooSimilar,
    /// Another write is under way.
    Busy,
}

/// The table. Copies are the same table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The items by their key, as DynamoDB's JSON has them.
    items: HashMap<String, Value>,
    /// What becomes of the next writes; of those after them, [`Verdict::Commit`].
    verdicts: VecDeque<Verdict>,
    /// The items that transactions put since it was last asked.
    put: Vec<Value>,
}

impl Table {
    /// A client whose calls this table answers.
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

    /// Has the item under that key.
    pub(crate) fn insert(&self, pk: &str, item: Value) {
        self.state().items.insert(pk.to_owned(), item);
    }

    /// The item under that key.
    pub(crate) fn item(&self, pk: &str) -> Option<Value> {
        self.state().items.get(pk).cloned()
    }

    /// Changes an item that is there.
    pub(crate) fn amend(&self, pk: &str, change: impl FnOnce(&mut Value)) {
        self.state().items.get_mut(pk).map(change);
    }

    /// Begins with another input, and says what becomes of its writes.
    pub(crate) fn begin(&self, verdicts: impl IntoIterator<Item = Verdict>) {
        let mut state = self.state();
        state.verdicts = verdicts.into_iter().collect();
        state.put.clear();
    }

    /// The items that transactions put since it was last asked.
    pub(crate) fn take_put(&self) -> Vec<Value> {
        std::mem::take(&mut self.state().put)
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
        let (status, answer) = match target.rsplit('.').next() {
            Some("GetItem") => (200, state.get(&body)),
            Some("BatchGetItem") => (200, state.batch_get(&body)),
            Some("UpdateItem") => state.update(&body),
            Some("TransactWriteItems") => state.transact(&body),
            _ => (400, exception("UnknownOperationException")),
        };
        HttpConnectorFuture::ready(Ok(http_response(status, &answer)))
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
        let found = tables.map(|(table, asked)| {
            let keys = asked["Keys"].as_array().into_iter().flatten();
            let items = keys.filter_map(|key| self.item(key)).cloned().collect();
            (table.clone(), Value::Array(items))
        });
        json!({ "Responses": Value::Object(found.collect()) })
    }

    fn verdict(&mut self) -> Verdict {
        self.verdicts.pop_front().unwrap_or(Verdict::Commit)
    }

    fn update(&mut self, body: &Value) -> (u16, Value) {
        match self.verdict() {
            Verdict::UserChanged => {
                let mut refusal = exception("ConditionalCheckFailedException");
                refusal["Item"] = self.item(&body["Key"]).cloned().unwrap_or_default();
                (400, refusal)
            }
            Verdict::Busy => (400, exception("TransactionConflictException")),
            // One item has no name in it.
            Verdict::Commit | Verdict::NameTaken | Verdict::NameTooSimilar => (200, json!({})),
        }
    }

    fn transact(&mut self, body: &Value) -> (u16, Value) {
        let actions = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
        let puts = actions.iter().map(|action| &action["Put"]["Item"]);
        self.put.extend(puts.filter(|item| item.is_object()).cloned());
        let [user, names @ ..] = actions else { return (400, exception("ValidationException")) };
        let refused = match self.verdict() {
            Verdict::Commit => None,
            Verdict::Busy => Some(json!([{ "Code": "TransactionConflict" }])),
            Verdict::UserChanged => {
                let key = if user["Put"].is_object() {
                    &user["Put"]["Item"]
                } else {
                    &user["Update"]["Key"]
                };
                Some(refusal(0, actions.len(), self.item(key).cloned()))
            }
            verdict => {
                taken(user, names, verdict).map(|item| refusal(1, actions.len(), Some(item)))
            }
        };
        match refused {
            None => (200, json!({})),
            Some(reasons) => (400, cancelled_for(reasons)),
        }
    }
}

/// The item of somebody else who has the name that the transaction takes. It takes none when it only
/// spells a name anew.
fn taken(user: &Value, names: &[Value], verdict: Verdict) -> Option<Value> {
    if names.len() < 2 && user["Update"].is_object() {
        return None;
    }
    let mut item = names.first()?["Put"]["Item"].clone();
    item["userId"]["S"] = json!("somebody-else");
    if verdict == Verdict::NameTooSimilar {
        let key = item["pk"]["S"].as_str()?.strip_prefix("USERNAME#")?.to_owned();
        item["username"]["S"] = json!(key);
    }
    Some(item)
}

/// The reasons of a transaction of `actions` whose condition number `at` failed.
fn refusal(at: usize, actions: usize, item: Option<Value>) -> Value {
    let mut reasons = vec![json!({ "Code": "None" }); actions];
    let mut failed = json!({ "Code": "ConditionalCheckFailed" });
    if let Some(item) = item {
        failed["Item"] = item;
    }
    reasons[at] = failed;
    Value::Array(reasons)
}

fn http_response(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, body.to_string().into());
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
