//! Who keeps the private keys that sign our access tokens: AWS KMS seals them, so that the table alone yields none.

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{
    BehaviorVersion, Config, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_kms::primitives::Blob;
use secrecy::ExposeSecret;

use super::client::{DynamoDb, retries, timeouts};
use super::error::StoreError;
use super::signing_key::SealedKey;

/// The name of [`Custody::Envelope`] in the table.
const ENVELOPE: &str = "kms";
/// The name of [`Custody::Embedded`] in the table.
const EMBEDDED: &str = "embedded";

/// Who keeps the private keys.
#[derive(Debug, Clone)]
pub enum Custody {
    /// AWS KMS encrypts them under the context of stage and key id, without which it decrypts nothing.
    Envelope(Kms),
    /// Nobody: they stand in the table as they are. For development on one's own machine.
    Embedded,
}

/// AWS KMS, and the stage whose keys it keeps.
#[derive(Debug, Clone)]
pub struct Kms {
    client: Client,
    stage: &'static str,
    /// The key that encrypts; decrypting needs none.
    key_id: Option<String>,
}

impl Kms {
    /// KMS in the account of the tables. `endpoint` is another address than the Region's own.
    pub fn new(
        account: &DynamoDb,
        http: SharedHttpClient,
        endpoint: Option<String>,
        stage: &'static str,
    ) -> Self {
        let token = account.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let secret = account.secret_access_key.expose_secret();
        let credentials =
            Credentials::new(&account.access_key_id, secret, token, None, "environment");
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(account.region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts())
            .retry_config(retries())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(http);
        config.set_endpoint_url(endpoint);
        Self { client: Client::from_conf(config.build()), stage, key_id: None }
    }

    /// The same KMS, which encrypts with that key as well.
    #[must_use]
    pub fn encrypting_with(self, key_id: String) -> Self {
        Self { key_id: Some(key_id), ..self }
    }
}

impl Custody {
    /// Seals the private key of that id.
    ///
    /// # Errors
    /// [`StoreError`] when KMS does not answer, or refuses.
    pub async fn seal(&self, kid: &str, pkcs8: &[u8]) -> Result<SealedKey, StoreError> {
        let Self::Envelope(kms) = self else {
            return Ok(SealedKey { custody: EMBEDDED.to_owned(), bytes: pkcs8.to_vec() });
        };
        let request = kms.client.encrypt().set_key_id(kms.key_id.clone());
        let request = request.encryption_context("stage", kms.stage).encryption_context("kid", kid);
        let output = request.plaintext(Blob::new(pkcs8)).send().await;
        let sealed = output.map_err(StoreError::from_sdk)?.ciphertext_blob;
        let bytes = sealed.ok_or_else(|| StoreError::broken("KMS gave no ciphertext"))?;
        Ok(SealedKey { custody: ENVELOPE.to_owned(), bytes: bytes.into_inner() })
    }

    /// Opens the private key of that id.
    ///
    /// # Errors
    /// [`StoreError`] when KMS does not answer, or refuses: it sealed the key for another stage or id. Also when
    /// the key is kept otherwise.
    pub async fn open(&self, kid: &str, key: &SealedKey) -> Result<Vec<u8>, StoreError> {
        match (self, &*key.custody) {
            (Self::Embedded, EMBEDDED) => Ok(key.bytes.clone()),
            (Self::Envelope(kms), ENVELOPE) => {
                let request = kms.client.decrypt().ciphertext_blob(Blob::new(key.bytes.clone()));
                let request =
                    request.encryption_context("stage", kms.stage).encryption_context("kid", kid);
                let output = request.send().await.map_err(StoreError::from_sdk)?;
                let opened = output.plaintext;
                opened.map(Blob::into_inner).ok_or_else(|| StoreError::broken("KMS gave no key"))
            }
            _ => Err(StoreError::broken("a signing key has another custody than this function")),
        }
    }
}
