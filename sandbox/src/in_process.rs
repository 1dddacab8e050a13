//! The embedded DynamoDB without a network: it runs in one process, on one thread, with one clock.
//!
//! A test can therefore decide everything that happens to a call, and repeat it exactly.

use std::sync::Arc;

use dynoxide::storage_backend::Clock as DynoxideClock;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::clock::Clock;

use crate::dynamo_db::{StartError, create_tables};

/// An embedded DynamoDB with the tables, which the program calls directly. Copies are the same DynamoDB.
#[derive(Clone)]
pub struct InProcessDynamoDb(Database);

impl InProcessDynamoDb {
    /// Returns a DynamoDB with empty tables in memory. The clock gives its time.
    ///
    /// # Errors
    /// [`StartError`] when the database cannot be created.
    pub fn start(clock: impl Clock + 'static) -> Result<Self, StartError> {
        let database = Database::memory_with_clock(Arc::new(TableClock(clock)))?;
        create_tables(&database)?;
        Ok(Self(database))
    }

    /// Carries out a request of DynamoDB's low-level API. Returns the status and the body of the
    /// response. It supports the operations that Nameplate calls, and `Scan`
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>).
    pub fn call(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let database = &self.0;
        let result = match operation {
            "BatchGetItem" => call(body, |request| database.batch_get_item(request)),
            "GetItem" => call(body, |request| database.get_item(request)),
            "PutItem" => call(body, |request| database.put_item(request)),
            "Scan" => call(body, |request| database.scan(request)),
            "TransactWriteItems" => call(body, |request| database.transact_write_items(request)),
            "UpdateItem" => call(body, |request| database.update_item(request)),
            other => Err(DynoxideError::ValidationException(format!("no operation {other} here"))),
        };
        result.unwrap_or_else(|error| (error.status_code(), error.to_json()))
    }

    /// Returns every item of a table in DynamoDB's JSON.
    ///
    /// # Errors
    /// The body of the error response.
    pub fn items(&self, table: &str) -> Result<Vec<Value>, String> {
        let (status, body) =
            self.call("Scan", json!({ "TableName": table }).to_string().as_bytes());
        let mut response: Value = serde_json::from_str(&body).unwrap_or_default();
        match response["Items"].take() {
            Value::Array(items) if status == 200 => Ok(items),
            _ => Err(body),
        }
    }

    /// Deletes the items whose time to live is over. The real DynamoDB does this within a few days.
    ///
    /// # Errors
    /// The error of the database.
    pub fn sweep(&self) -> Result<usize, String> {
        self.0.sweep_ttl().map_err(|error| error.to_string())
    }
}

/// Reads the request, carries out the operation, and writes the response.
fn call<Request: DeserializeOwned, Response: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<(u16, String), DynoxideError> {
    let malformed =
        |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let response = operation(serde_json::from_slice(body).map_err(malformed)?)?;
    Ok((200, serde_json::to_string(&response).map_err(malformed)?))
}

/// The clock in the form that the database needs.
struct TableClock<C>(C);

impl<C: Clock> DynoxideClock for TableClock<C> {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().as_second().try_into().unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
