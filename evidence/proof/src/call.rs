//! A call on its way to DynamoDB, and what a deliberate fault may do to it.

use std::fmt::Debug;

use clap::ValueEnum;
use jiff::Timestamp;
use sandbox::InProcessDynamoDb;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A call of DynamoDB's low-level API.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation.
    pub operation: String,
    /// The body.
    pub body: Value,
}

/// The mutants: deliberate faults in a protocol, each of which the checks must find.
///
/// A mutant changes calls on the way to DynamoDB, so the deployed code has no switch for it. The command
/// line and its table show the name and the first paragraph of each variant.
pub trait Mutation: Copy + Debug + Eq + ValueEnum + Send + Sync + 'static {
    /// Changes a call. The result can be several calls, with time between them, or none: then DynamoDB
    /// seems to have carried the call out.
    fn apply(self, call: Call, table: &InProcessDynamoDb, now: Timestamp) -> Vec<Call>;

    /// Whether reads are answered from a cache.
    fn caches_reads(self) -> bool {
        false
    }

    /// Whether the history of that seed has the requests that this fault needs.
    fn can_show_in(self, _seed: u64) -> bool {
        true
    }
}

impl Call {
    /// Whether the call only reads.
    pub fn is_read(&self) -> bool {
        self.operation.contains("Get")
    }

    /// Returns the actions of a write.
    pub fn actions(&mut self) -> Box<dyn Iterator<Item = &mut Value> + '_> {
        if matches!(self.operation.as_str(), "UpdateItem" | "PutItem") {
            return Box::new(std::iter::once(&mut self.body));
        }
        let items = self.body["TransactItems"].as_array_mut().into_iter().flatten();
        Box::new(items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut()))
    }

    /// Makes every clause that contains the text always true, in the conditions on the actions for which
    /// `is_meant` holds. The placeholders stay in the clause, because DynamoDB refuses a call with unused
    /// placeholders.
    pub fn relax(&mut self, is_meant: impl Fn(&Value) -> bool, text: &str) {
        for action in self.actions().filter(|action| is_meant(action)) {
            let condition = action["ConditionExpression"].as_str().unwrap_or_default();
            let clauses = condition.split(" AND ").map(|clause| {
                if clause.contains(text) {
                    format!("({clause} OR NOT {clause})")
                } else {
                    clause.into()
                }
            });
            let relaxed = clauses.collect::<Vec<_>>().join(" AND ");
            if !relaxed.is_empty() {
                action["ConditionExpression"] = json!(relaxed);
            }
        }
    }

    /// Splits a transaction in two: first the actions for which `is_first` holds, then the others.
    pub fn split(self, is_first: impl Fn(&Value) -> bool) -> Vec<Self> {
        let Some(items) = self.body["TransactItems"].as_array() else { return vec![self] };
        let is_first =
            |item: &Value| item.as_object().into_iter().flat_map(Map::values).all(&is_first);
        let (first, second): (Vec<_>, Vec<_>) = items.iter().cloned().partition(is_first);
        let halves = [first, second].into_iter().filter(|items| !items.is_empty());
        halves.map(|items| Self::transaction(&items)).collect()
    }

    /// Returns a batch as reads of its single items.
    pub fn single_reads(&self) -> Vec<Self> {
        let mut reads = Vec::new();
        for (table, wanted) in self.body["RequestItems"].as_object().into_iter().flatten() {
            for key in wanted["Keys"].as_array().into_iter().flatten() {
                let one = json!({ "Keys": [key], "ConsistentRead": wanted["ConsistentRead"] });
                let mut items = Map::new();
                items.insert(table.clone(), one);
                let body = json!({ "RequestItems": items });
                reads.push(Self { operation: self.operation.clone(), body });
            }
        }
        // The order in which the SDK serialises the tables is not the seed's.
        reads.sort_by_key(|read| read.body.to_string());
        reads
    }

    /// Returns the transaction of these actions, with a token of its own.
    pub fn transaction(items: &[Value]) -> Self {
        let body = json!({ "TransactItems": items, "ClientRequestToken": Uuid::new_v4() });
        Self { operation: "TransactWriteItems".to_owned(), body }
    }
}
