//! The DynamoDB client, built without the default chains that cost a cold start its time.

use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
    SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};

use super::http::{TlsError, https, trusting_pem, was_never_sent};
use crate::meter::{self, RequestCost};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(25);

/// Where DynamoDB is, and who asks.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    /// The Region, as in `eu-central-1`.
    pub region: String,
    /// Another address than the Region's own, as in `http://127.0.0.1:8000`.
    pub endpoint: Option<String>,
    /// The access key's id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: SecretString,
    /// The session token of temporary credentials, as Lambda provides them.
    pub session_token: Option<SecretString>,
    /// A PEM file with the certification authorities to trust, in place of Amazon's.
    pub ca_bundle: Option<PathBuf>,
}

impl DynamoDb {
    /// HTTP connections as this DynamoDB needs them.
    ///
    /// # Errors
    /// When the certification authorities cannot be read.
    pub fn https(&self) -> Result<SharedHttpClient, TlsError> {
        match &self.ca_bundle {
            Some(file) => {
                let unreadable =
                    |error| TlsError(format!("AWS_CA_BUNDLE {}: {error}", file.display()).into());
                trusting_pem(&std::fs::read(file).map_err(unreadable)?)
            }
            None => https(),
        }
    }

    /// A client of that DynamoDB over those connections. Every call is bounded: 1 s to connect, 1 s
    /// an attempt, 3 s in all.
    pub fn client(&self, http: SharedHttpClient) -> Client {
        let session_token =
            self.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let credentials = Credentials::new(
            &self.access_key_id,
            self.secret_access_key.expose_secret(),
            session_token,
            None,
            "environment",
        );
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts())
            .retry_config(retries())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(CountAttempts)
            .http_client(http);
        config.set_endpoint_url(self.endpoint.clone());
        Client::from_conf(config.build())
    }
}

/// The bounds of every call.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

/// How the SDK repeats a call.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}

/// Counts every attempt at a call, the SDK's own repetitions included, and those without an answer.
#[derive(Debug)]
struct CountAttempts;

impl Intercept for CountAttempts {
    fn name(&self) -> &'static str {
        "CountAttempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        meter::count(RequestCost { calls: 1, ..RequestCost::default() });
        Ok(())
    }

    /// The SDK calls it after every attempt, also after one that ran out of time.
    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answered = match context.output_or_error() {
            Some(Ok(_)) => true,
            Some(Err(error)) => {
                let status = context.response().map(HttpResponse::status);
                error.as_connector_error().is_some_and(was_never_sent)
                    || error.is_operation_error() && status.is_some_and(StatusCode::is_client_error)
            }
            None => false,
        };
        meter::count(RequestCost { unanswered: u32::from(!answered), ..RequestCost::default() });
        Ok(())
    }
}
