//! The DynamoDB and the KMS in a process of their own, and a tap that measures DynamoDB's response times.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sandbox::{EmbeddedDynamoDb, EmbeddedKms, events};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// The command of this program that serves the DynamoDB.
pub(crate) const COMMAND: &str = "dynamo-db";

/// A DynamoDB with the sample users, and a KMS with the key of their tokens. They stop when dropped.
pub(crate) struct DynamoDb {
    /// The address.
    pub(crate) address: SocketAddr,
    /// The URL of the KMS.
    pub(crate) kms: String,
    _process: Child,
}

impl DynamoDb {
    /// Starts the DynamoDB.
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(COMMAND)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let line = BufReader::new(output).lines().next_line().await?.ok_or("no address")?;
        let (address, kms) = line.split_once(' ').ok_or("no KMS")?;
        Ok(Self { address: address.parse()?, kms: kms.to_owned(), _process: process })
    }
}

/// Serves the DynamoDB and the KMS until the process is killed. Prints the address of the one and the URL of the other
/// first.
#[expect(clippy::print_stdout, reason = "the addresses are the output of this command")]
pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let dynamo_db = EmbeddedDynamoDb::start(listener, None)?;
    let kms = EmbeddedKms::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)?;
    events::prepare(&dynamo_db, &kms).await?;
    println!("{address} {}", kms.endpoint());
    std::future::pending().await
}

/// A proxy in front of the DynamoDB. It measures the time until each response begins.
pub(crate) struct Tap {
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
    waits: Arc<Mutex<Vec<Duration>>>,
    server: JoinHandle<()>,
}

impl Tap {
    /// Starts the proxy.
    pub(crate) async fn start(to: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let waits = Arc::<Mutex<Vec<Duration>>>::default();
        let recorded = Arc::clone(&waits);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, to, Arc::clone(&recorded)));
            }
        });
        Ok(Self { address, waits, server })
    }

    /// Returns the response times since the last call.
    pub(crate) fn take_waits(&self) -> Vec<Duration> {
        std::mem::take(&mut self.waits.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Forwards one connection.
async fn forward(
    mut client: TcpStream,
    to: SocketAddr,
    waits: Arc<Mutex<Vec<Duration>>>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut request, mut response) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut since = None;
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read? {
                0 => return Ok(()),
                length => {
                    server.write_all(request.get(..length).unwrap_or_default()).await?;
                    since = Some(Instant::now());
                }
            },
            read = server.read(&mut response) => match read? {
                0 => return Ok(()),
                length => {
                    if let Some(since) = since.take() {
                        waits.lock().unwrap_or_else(PoisonError::into_inner).push(since.elapsed());
                    }
                    client.write_all(response.get(..length).unwrap_or_default()).await?;
                }
            },
        }
    }
}
