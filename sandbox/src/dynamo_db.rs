//! An embedded DynamoDB that serves HTTP, like the real one.

use std::io;
use std::path::{Path, PathBuf};

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::server::serve_on;
use serde_json::{Value, json};
use shared::store::{DynamoDb, Tables};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The name of the table of users and names.
pub const TABLE: &str = "nameplate";
/// The name of the table of what signs them in.
pub const CREDENTIALS_TABLE: &str = "nameplate-credentials";

/// The names of both tables.
pub fn tables() -> Tables {
    Tables { users: TABLE.to_owned(), credentials: CREDENTIALS_TABLE.to_owned() }
}

/// A running DynamoDB with the tables. It stops when dropped.
#[derive(Debug)]
pub struct EmbeddedDynamoDb {
    endpoint: String,
    server: JoinHandle<()>,
}

/// Why the embedded DynamoDB cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listener has no address.
    #[error("no address to listen on: {0}")]
    Address(#[from] io::Error),
    /// The folder cannot be created.
    #[error("cannot use the folder {}: {cause}; choose another one with --data", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The file in the folder is no database, or cannot be opened.
    #[error(
        "{} cannot be opened as a database; it was left as it is. Move it away, or choose another folder with --data",
        .0.display()
    )]
    File(PathBuf),
    /// The database cannot be opened, or a table cannot be created.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// A request to the database is wrong.
    #[error("a request to the database is wrong: {0}")]
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
            Some(folder) => open(folder)?,
            None => Database::memory()?,
        };
        create_tables(&database)?;
        move_hashes(&database)?;
        Ok(Self { endpoint, server: tokio::spawn(serve_on(listener, database)) })
    }

    /// Returns the settings of a client of this DynamoDB.
    pub fn settings(&self) -> DynamoDb {
        settings_at(&self.endpoint)
    }

    /// Returns the address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

/// Opens the database in a folder, or makes both.
fn open(folder: &Path) -> Result<Database, StartError> {
    let unusable = |cause| StartError::Folder { folder: folder.to_owned(), cause };
    if folder.is_file() {
        return Err(unusable(io::Error::other("it is a file")));
    }
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let file = folder.join("dynamodb.sqlite");
    Database::new(&file.to_string_lossy()).map_err(|_| StartError::File(file))
}

impl Drop for EmbeddedDynamoDb {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Returns the settings of a client of the DynamoDB at that address, which is none of AWS: its credentials
/// are no real ones.
pub fn settings_at(endpoint: &str) -> DynamoDb {
    DynamoDb {
        region: "eu-central-1".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        access_key_id: "local".to_owned(),
        secret_access_key: "local".into(),
        session_token: None,
        ca_bundle: None,
    }
}

/// Creates the tables that do not exist, as `template.yaml` does: with one key attribute and a TTL.
pub(crate) fn create_tables(database: &Database) -> Result<(), StartError> {
    for table in [TABLE, CREDENTIALS_TABLE] {
        if database.get_table_metadata(table)?.is_none() {
            create_table(database, table)?;
        }
    }
    Ok(())
}

fn create_table(database: &Database, table: &str) -> Result<(), StartError> {
    let definition: CreateTableRequest = serde_json::from_value(json!({
        "TableName": table,
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    }))?;
    database.create_table(definition)?;
    let ttl: UpdateTimeToLiveRequest = serde_json::from_value(json!({
        "TableName": table,
        "TimeToLiveSpecification": { "AttributeName": "expiresAt", "Enabled": true },
    }))?;
    database.update_time_to_live(ttl)?;
    Ok(())
}

/// Moves the hashes of passwords that stand in the items of users, as they did before there was a table for
/// them. A folder from then goes on being used.
fn move_hashes(database: &Database) -> Result<(), StartError> {
    let mut from = Value::Null;
    loop {
        let mut scan = json!({
            "TableName": TABLE,
            "FilterExpression": "attribute_exists(passwordHash)",
        });
        if !from.is_null() {
            scan["ExclusiveStartKey"] = from;
        }
        let scan: ScanRequest = serde_json::from_value(scan)?;
        let mut found = serde_json::to_value(database.scan(scan)?)?;
        for user in found["Items"].as_array().into_iter().flatten() {
            move_hash(database, user)?;
        }
        from = found["LastEvaluatedKey"].take();
        if from.is_null() {
            return Ok(());
        }
    }
}

fn move_hash(database: &Database, user: &Value) -> Result<(), StartError> {
    let key = user["pk"]["S"].as_str().unwrap_or_default();
    let put: PutItemRequest = serde_json::from_value(json!({
        "TableName": CREDENTIALS_TABLE,
        "Item": { "pk": { "S": key.replacen("USER#", "CREDENTIAL#", 1) }, "hash": user["passwordHash"] },
    }))?;
    database.put_item(put)?;
    let remove: UpdateItemRequest = serde_json::from_value(json!({
        "TableName": TABLE,
        "Key": { "pk": user["pk"] },
        "UpdateExpression": "REMOVE passwordHash",
    }))?;
    database.update_item(remove)?;
    Ok(())
}
