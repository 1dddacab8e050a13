//! Fetching documents of the issuer.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::error::{FetchError, Resource};

/// The longest that a fetch may take, from the look-up of the host to the last byte.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// The most bytes of a document.
const MAX_LENGTH: usize = 64 * 1024;
/// What some issuers want to know before they answer.
const USER_AGENT: &str = concat!("nameplate/", env!("CARGO_PKG_VERSION"));

/// Fetches documents, and follows no redirect.
pub(super) struct Fetcher(Client<HttpsConnector<HttpConnector>, Empty<Bytes>>);

impl Fetcher {
    pub(super) fn new() -> Self {
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Fetches the document at that URL.
    pub(super) async fn fetch(&self, resource: Resource, url: &Uri) -> Result<Bytes, FetchError> {
        let fetched = tokio::time::timeout(TIME_LIMIT, self.fetch_in_any_time(resource, url)).await;
        fetched.map_err(|_| FetchError::TimedOut(resource))?
    }

    async fn fetch_in_any_time(&self, resource: Resource, url: &Uri) -> Result<Bytes, FetchError> {
        let request = Request::get(url.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .body(Empty::new())
            .map_err(|error| FetchError::Unreachable(resource, error.into()))?;
        let response = self.0.request(request).await;
        let response = response.map_err(|error| FetchError::Unreachable(resource, error.into()))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(resource, response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_LENGTH).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return FetchError::Unusable(resource, "has over 64 KiB".to_owned());
            }
            FetchError::Unreachable(resource, error)
        })?;
        Ok(body.to_bytes())
    }
}

/// Reads the URL of a document: https, or http where that is allowed.
pub(super) fn parse_url(url: &str, allow_http: bool) -> Option<Uri> {
    let url: Uri = url.parse().ok()?;
    let is_allowed = match url.scheme_str() {
        Some("https") => true,
        Some("http") => allow_http,
        _ => false,
    };
    (is_allowed && url.host().is_some_and(|host| !host.is_empty())).then_some(url)
}
