//! The servers that the store connects to over TLS, and the number of its connections.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox::{EmbeddedDynamoDb, Tls, tables};
use shared::domain::user_id::UserId;
use shared::store::{DynamoDb, Store, StoreError};
use tokio::net::{TcpListener, TcpStream};

/// A DynamoDB with TLS in front of it.
struct Secured {
    dynamo_db: EmbeddedDynamoDb,
    tls: Tls,
    port: u16,
}

impl Secured {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let inner = listener.local_addr().unwrap();
        let dynamo_db = EmbeddedDynamoDb::start(listener, None).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = Tls::new().unwrap();
        // The server runs until the runtime of the test ends.
        drop(tls.serve(listener, inner));
        Self { dynamo_db, tls, port }
    }

    /// Reads a user who does not exist, with changed settings.
    async fn read(&self, change: impl FnOnce(&mut DynamoDb)) -> Result<(), StoreError> {
        let mut settings = self.dynamo_db.settings();
        settings.endpoint = Some(format!("https://localhost:{}", self.port));
        settings.ca_bundle = Some(self.tls.root.clone());
        change(&mut settings);
        let store = Store::new(settings.client(settings.https().unwrap()), tables());
        store.user(&UserId::parse("nobody").unwrap()).await.map(drop)
    }
}

#[tokio::test]
async fn the_store_connects_to_a_server_with_a_certificate_from_the_bundle() {
    let secured = Secured::start().await;
    secured.read(|_| {}).await.unwrap();
}

#[tokio::test]
async fn the_store_connects_to_no_server_without_the_bundle_or_under_another_name() {
    let secured = Secured::start().await;
    let unknown = secured.read(|settings| settings.ca_bundle = None).await;
    assert!(matches!(unknown, Err(StoreError::Unavailable { .. })), "{unknown:?}");
    let address = format!("https://127.0.0.1:{}", secured.port);
    let other_name = secured.read(|settings| settings.endpoint = Some(address)).await;
    assert!(matches!(other_name, Err(StoreError::Unavailable { .. })), "{other_name:?}");
}

#[tokio::test]
async fn the_error_at_the_start_names_an_unreadable_bundle() {
    let secured = Secured::start().await;
    let mut settings = secured.dynamo_db.settings();
    settings.ca_bundle = Some("/nowhere/authorities.pem".into());
    let error = settings.https().unwrap_err().to_string();
    assert!(error.contains("AWS_CA_BUNDLE /nowhere/authorities.pem: "), "{error}");
}

#[tokio::test]
async fn consecutive_requests_share_one_connection() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let inner = listener.local_addr().unwrap();
    let dynamo_db = EmbeddedDynamoDb::start(listener, None).unwrap();
    let outer = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut settings = dynamo_db.settings();
    settings.endpoint = Some(format!("http://{}", outer.local_addr().unwrap()));
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&opened);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = outer.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut server = TcpStream::connect(inner).await.unwrap();
            tokio::spawn(
                async move { tokio::io::copy_bidirectional(&mut client, &mut server).await },
            );
        }
    });
    let store = Store::new(settings.client(settings.https().unwrap()), tables());
    for _ in 0..5 {
        store.user(&UserId::parse("nobody").unwrap()).await.unwrap();
    }
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}
