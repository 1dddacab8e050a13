//! The SDK's HTTP: connections that trust Amazon's certification authorities and no others.
//!
//! The SDK's own client carries HTTP/2, which DynamoDB does not speak, and the reading of the system's
//! certificates. Without these a function is a sixth smaller, and sooner ready (`docs/performance.md`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use rustls::{ClientConfig, RootCertStore};
use webpki_roots::TLS_SERVER_ROOTS;

/// How the subjects of the certification authorities that sign for AWS end
/// (<https://www.amazontrust.com/repository/>). All are among Mozilla's, which are here already parsed, for
/// the issuer's keys. Reading the system's whole store instead costs a cold start milliseconds.
const AMAZON: [&[u8]; 5] = [
    b"Amazon Root CA 1",
    b"Amazon Root CA 2",
    b"Amazon Root CA 3",
    b"Amazon Root CA 4",
    b"Starfield Services Root Certificate Authority - G2",
];

/// HTTP connections that trust Amazon's certification authorities and no others.
///
/// # Errors
/// When TLS cannot be set up.
pub fn https() -> Result<SharedHttpClient, TlsError> {
    trusting(RootCertStore { roots: amazon().cloned().collect() })
}

fn amazon() -> impl Iterator<Item = &'static TrustAnchor<'static>> {
    let is_amazon =
        |root: &&TrustAnchor<'_>| AMAZON.iter().any(|subject| root.subject.ends_with(subject));
    TLS_SERVER_ROOTS.iter().filter(is_amazon)
}

/// HTTP connections that trust the certification authorities of that PEM file's content.
pub(super) fn trusting_pem(authorities: &[u8]) -> Result<SharedHttpClient, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        let certificate = certificate.map_err(|error| TlsError(error.into()))?;
        roots.add(certificate).map_err(|error| TlsError(error.into()))?;
    }
    trusting(roots)
}

fn trusting(roots: RootCertStore) -> Result<SharedHttpClient, TlsError> {
    let tls = tls(roots)?;
    // The SDK asks for every attempt. The connections are kept from one to the next, so they are made by
    // the settings of the first: a client's do not change.
    let connections = OnceLock::new();
    Ok(http_client_fn(move |settings, _| {
        let connections = connections.get_or_init(|| {
            SharedHttpConnector::new(Connections::new(tls.clone(), settings.connect_timeout()))
        });
        connections.clone()
    }))
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, TlsError> {
    Ok(ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsError(#[source] pub(super) BoxError);

/// Connections that are kept open between requests.
#[derive(Debug)]
struct Connections(Client<HttpsConnector<TcpConnector>, SdkBody>);

impl Connections {
    fn new(tls: ClientConfig, connect_timeout: Option<Duration>) -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(connect_timeout);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls);
        let https = https.https_or_http().enable_http1().wrap_connector(tcp);
        Self(Client::builder(TokioExecutor::new()).build(https))
    }
}

impl HttpConnector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let user =
                |error: aws_smithy_runtime_api::http::HttpError| ConnectorError::user(error.into());
            let request = request.try_into_http1x().map_err(user)?;
            let response = client.request(request).await.map_err(classified)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x)).map_err(user)
        })
    }
}

/// Whether the request never left, because there was no connection.
pub(super) fn was_never_sent(error: &ConnectorError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<Error>());
    cause.is_some_and(Error::is_connect)
}

/// Whatever happens on the way may pass: the SDK tries again after it.
fn classified(error: Error) -> ConnectorError {
    ConnectorError::io(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_amazons_authorities_is_trusted_and_no_other() {
        let subjects: Vec<_> = amazon().map(|root| root.subject.as_ref()).collect();
        assert_eq!(subjects.len(), AMAZON.len());
        for name in AMAZON {
            assert!(subjects.iter().any(|subject| subject.ends_with(name)));
        }
    }

    #[tokio::test]
    async fn a_request_that_found_no_connection_was_never_sent() {
        let connections = Connections::new(tls(RootCertStore::empty()).unwrap(), None);
        // Nobody listens on port 1.
        let request = HttpRequest::get("http://127.0.0.1:1").unwrap();
        assert!(was_never_sent(&connections.call(request).await.unwrap_err()));
        assert!(!was_never_sent(&ConnectorError::io("the answer was lost".into())));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(trusting_pem(broken).is_err());
    }
}
