//! The embedded DynamoDB without a network: one process, one thread, one clock, so that what happens on the
//! way can be decided, and decided again.

use std::sync::Arc;

use dynoxide::storage_backend::Clock as DynoxideClock;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::clock::Clock;

use crate::dynamo_db::{StartError, TABLE, create_table};

/// An embedded DynamoDB with the table, called instead of asked. Copies are the same DynamoDB.
#[derive(Clone)]
pub struct InProcessDynamoDb(Database);

impl InProcessDynamoDb {
    /// An empty table in memory, whose time is that of the clock.
    ///
    /// # Errors
    /// [`StartError`] when the database cannot be made.
    pub fn start(clock: impl Clock + 'static) -> Result<Self, StartError> {
        let database = Database::memory_with_clock(Arc::new(TableClock(clock)))?;
        create_table(&database)?;
        Ok(Self(database))
    }

    /// Does what a request of DynamoDB's low-level API asks for, and gives the status and the body of the
    /// answer. It knows the operations that Nameplate calls, and `Scan`
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>).
    pub fn call(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let database = &self.0;
        let answered = match operation {
            "BatchGetItem" => answer(body, |request| database.batch_get_item(request)),
            "GetItem" => answer(body, |request| database.get_item(request)),
            "Scan" => answer(body, |request| database.scan(request)),
            "TransactWriteItems" => answer(body, |request| database.transact_write_items(request)),
            "UpdateItem" => answer(body, |request| database.update_item(request)),
            other => Err(DynoxideError::ValidationException(format!("no operation {other} here"))),
        };
        answered.unwrap_or_else(|error| (error.status_code(), error.to_json()))
    }

    /// Every item, as DynamoDB's JSON has it.
    ///
    /// # Errors
    /// What DynamoDB says instead.
    pub fn items(&self) -> Result<Vec<Value>, String> {
        let (status, body) =
            self.call("Scan", json!({ "TableName": TABLE }).to_string().as_bytes());
        let mut answer: Value = serde_json::from_str(&body).unwrap_or_default();
        match answer["Items"].take() {
            Value::Array(items) if status == 200 => Ok(items),
            _ => Err(body),
        }
    }

    /// Deletes the items whose time to live is over, as DynamoDB does within some days.
    ///
    /// # Errors
    /// What DynamoDB says instead.
    pub fn sweep(&self) -> Result<usize, String> {
        self.0.sweep_ttl().map_err(|error| error.to_string())
    }
}

fn answer<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    call: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Result<(u16, String), DynoxideError> {
    let broken =
        |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let answer = call(serde_json::from_slice(body).map_err(broken)?)?;
    Ok((200, serde_json::to_string(&answer).map_err(broken)?))
}

/// The clock as the database wants it.
struct TableClock<C>(C);

impl<C: Clock> DynoxideClock for TableClock<C> {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().as_second().try_into().unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
