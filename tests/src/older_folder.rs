//! A folder of `cargo run --data` from before there was a table for hashes.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use sandbox::{CREDENTIALS_TABLE, EmbeddedDynamoDb, TABLE};
use shared::store::https;
use tokio::net::TcpListener;
use uuid::Uuid;

async fn start(folder: &Path) -> (EmbeddedDynamoDb, Client) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let dynamo_db = EmbeddedDynamoDb::start(listener, Some(folder)).unwrap();
    let client = dynamo_db.settings().client(https().unwrap());
    (dynamo_db, client)
}

fn item(values: &[(&str, &str)]) -> HashMap<String, AttributeValue> {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    values.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
}

#[tokio::test]
async fn the_hashes_in_a_folder_from_before_there_was_a_table_for_them_are_moved_there() {
    let folder = std::env::temp_dir().join(format!("nameplate-{}", Uuid::new_v4()));
    let (dynamo_db, client) = start(&folder).await;
    client.delete_table().table_name(CREDENTIALS_TABLE).send().await.unwrap();
    let user = [("pk", "USER#ada"), ("username", "ada"), ("passwordHash", "$argon2id$…")];
    let put = client.put_item().table_name(TABLE).set_item(Some(item(&user)));
    put.send().await.unwrap();
    drop((client, dynamo_db));

    let (_dynamo_db, client) = start(&folder).await;
    let get = async |table: &str, pk: &str| {
        let key = AttributeValue::S(pk.to_owned());
        client.get_item().table_name(table).key("pk", key).send().await.unwrap().item
    };
    let credential = [("pk", "CREDENTIAL#ada"), ("hash", "$argon2id$…")];
    assert_eq!(get(CREDENTIALS_TABLE, "CREDENTIAL#ada").await, Some(item(&credential)));
    let user = [("pk", "USER#ada"), ("username", "ada")];
    assert_eq!(get(TABLE, "USER#ada").await, Some(item(&user)));
    std::fs::remove_dir_all(&folder).unwrap();
}
