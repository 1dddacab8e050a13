//! TLS in front of the embedded DynamoDB, like that of the real one.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use uuid::Uuid;

/// A TLS server with a certificate chain like that of DynamoDB: RSA with 2 048 bits, a leaf, and two
/// certification authorities below the root.
pub struct Tls {
    /// The file with the root certificate, for `AWS_CA_BUNDLE`.
    pub root: PathBuf,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Generates the keys and the certificates.
    ///
    /// # Errors
    /// When a key or a certificate cannot be generated, or the file cannot be written.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let authority = |name: &str| -> Result<(CertificateParams, KeyPair), Box<dyn Error>> {
            let mut params = CertificateParams::new(Vec::new())?;
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            Ok((params, KeyPair::generate_for(&PKCS_RSA_SHA256)?))
        };
        let (params, key) = authority("Benchmark Root CA")?;
        let root = params.self_signed(&key)?;
        let mut issuer = Issuer::new(params, key);
        let mut chain: Vec<CertificateDer<'static>> = Vec::new();
        for name in ["Benchmark Services Root CA", "Benchmark RSA 2048 M01"] {
            let (params, key) = authority(name)?;
            chain.insert(0, params.signed_by(&key, &issuer)?.der().clone());
            issuer = Issuer::new(params, key);
        }
        // DynamoDB's leaf certificate has the names of all endpoints of a Region.
        let names = (0..9).map(|number| format!("dynamodb-{number}.eu-central-1.localhost"));
        let names = std::iter::once("localhost".to_owned()).chain(names);
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
        let leaf = CertificateParams::new(names.collect::<Vec<_>>())?.signed_by(&key, &issuer)?;
        chain.insert(0, leaf.der().clone());
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;

        let file = std::env::temp_dir().join(format!(
            "nameplate-{}-{}.pem",
            std::process::id(),
            Uuid::new_v4()
        ));
        std::fs::write(&file, root.pem())?;
        Ok(Self { root: file, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// Accepts connections to `localhost` on the listener, and forwards their content.
    pub fn serve(&self, listener: TcpListener, to: SocketAddr) -> JoinHandle<()> {
        let acceptor = self.acceptor.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    client.set_nodelay(true)?;
                    let mut client = acceptor.accept(client).await?;
                    let mut server = TcpStream::connect(to).await?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await
                });
            }
        })
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        // A file that stays in the temporary folder does no harm.
        let _ = std::fs::remove_file(&self.root);
    }
}
