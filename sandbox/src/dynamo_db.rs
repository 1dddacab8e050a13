//! An embedded DynamoDB that serves HTTP, like the real one.

use std::io;
use std::path::Path;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::server::serve_on;
use serde_json::json;
use shared::store::DynamoDb;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The name of the table.
pub const TABLE: &str = "nameplate";

/// A running DynamoDB with the table. It stops when dropped.
#[derive(Debug)]
pub struct EmbeddedDynamoDb {
    endpoint: String,
    server: JoinHandle<()>,
}

/// Why the embedded DynamoDB cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listener has no address, or the folder cannot be created.
    #[error("no address to listen on: {0}")]
    Address(#[from] io::Error),
    /// The database cannot be opened, or the table cannot be created.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// The definition of the table is wrong.
    #[error("the table's definition is wrong: {0}")]
    Definition(#[from] serde_json::Error),
}

impl EmbeddedDynamoDb {
    /// Starts on that listener. The data is in a file in the folder `data`, or in memory without a folder.
    ///
    /// # Errors
    /// [`StartError`] when the DynamoDB cannot start.
    pub fn start(listener: TcpListener, data: Option<&Path>) -> Result<Self, StartError> {
        let endpoint = format!("http://{}", listener.local_addr()?);
        let database = match data {
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                Database::new(&folder.join("dynamodb.sqlite").to_string_lossy())?
            }
            None => Database::memory()?,
        };
        if database.get_table_metadata(TABLE)?.is_none() {
            create_table(&database)?;
        }
        Ok(Self { endpoint, server: tokio::spawn(serve_on(listener, database)) })
    }

    /// Returns the settings of a client: the address, and credentials that the DynamoDB accepts.
    pub fn settings(&self) -> DynamoDb {
        DynamoDb {
            region: "eu-central-1".to_owned(),
            endpoint: Some(self.endpoint.clone()),
            access_key_id: "local".to_owned(),
            secret_access_key: "local".into(),
            session_token: None,
            ca_bundle: None,
        }
    }

    /// Returns the address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for EmbeddedDynamoDb {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Creates the table as `template.yaml` does: with one key attribute and a TTL.
pub(crate) fn create_table(database: &Database) -> Result<(), StartError> {
    let definition: CreateTableRequest = serde_json::from_value(json!({
        "TableName": TABLE,
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    }))?;
    database.create_table(definition)?;
    let ttl: UpdateTimeToLiveRequest = serde_json::from_value(json!({
        "TableName": TABLE,
        "TimeToLiveSpecification": { "AttributeName": "expiresAt", "Enabled": true },
    }))?;
    database.update_time_to_live(ttl)?;
    Ok(())
}
