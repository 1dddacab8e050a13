//! A stand-in for AWS KMS: it encrypts and decrypts under an encryption context, and refuses another context as
//! KMS does.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The bytes of a nonce, which stands before the ciphertext.
const NONCE: usize = 12;

/// A running KMS with one key. It stops when dropped.
#[derive(Debug)]
pub struct EmbeddedKms {
    endpoint: String,
    server: JoinHandle<std::io::Result<()>>,
}

/// A request of KMS's API, <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    plaintext: String,
    #[serde(default)]
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
}

impl EmbeddedKms {
    /// Starts on that listener.
    ///
    /// # Errors
    /// When the listener has no address, or no key can be made.
    pub fn start(listener: TcpListener) -> Result<Self, Box<dyn std::error::Error>> {
        let endpoint = format!("http://{}", listener.local_addr()?);
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key)?;
        let key = Arc::new(RandomizedNonceKey::new(&AES_256_GCM, &key)?);
        let router = Router::new().route("/", routing::post(answer)).with_state(key);
        Ok(Self { endpoint, server: tokio::spawn(async { axum::serve(listener, router).await }) })
    }

    /// Returns the address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for EmbeddedKms {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(key): State<Arc<RandomizedNonceKey>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return refusal("ValidationException");
    };
    let answered = match operation {
        Some("TrentService.Encrypt") => encrypt(&key, &request),
        Some("TrentService.Decrypt") => decrypt(&key, &request),
        _ => None,
    };
    match answered {
        Some(body) => json_of(StatusCode::OK, &body),
        None => refusal("InvalidCiphertextException"),
    }
}

fn encrypt(key: &RandomizedNonceKey, request: &Request) -> Option<Value> {
    let mut text = STANDARD.decode(&request.plaintext).ok()?;
    let nonce = key.seal_in_place_append_tag(context(request), &mut text).ok()?;
    let sealed = [nonce.as_ref().as_slice(), &text].concat();
    Some(json!({ "CiphertextBlob": STANDARD.encode(sealed), "KeyId": "local" }))
}

fn decrypt(key: &RandomizedNonceKey, request: &Request) -> Option<Value> {
    let sealed = STANDARD.decode(&request.ciphertext_blob).ok()?;
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    let mut text = text.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, context(request), &mut text).ok()?;
    Some(json!({ "Plaintext": STANDARD.encode(opened), "KeyId": "local" }))
}

/// The context, which is authenticated, not encrypted.
fn context(request: &Request) -> Aad<String> {
    Aad::from(json!(request.encryption_context).to_string())
}

fn refusal(kind: &str) -> Response {
    json_of(StatusCode::BAD_REQUEST, &json!({ "__type": kind }))
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string())
        .into_response()
}
