//! The log: what happened, never who it happened to. No body, token, password, e-mail address or name
//! is ever logged.

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use metrique_writer_core::format::Format as _;
use metrique_writer_core::unit::{Count, Unit};
use metrique_writer_core::{Entry, EntryWriter, MetricValue};
use metrique_writer_format_emf::{Emf, MetricDefinition, MetricDirective};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Stage;
use crate::meter::RequestCost;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line on standard output, where Lambda collects it.
    Json,
    /// For people, on standard error.
    Text,
}

/// Starts the log, once for the process. A panic logs where it was, not what it said: that may hold
/// anything.
pub fn init(format: Format) {
    let filter = Targets::new()
        .with_default(LevelFilter::INFO)
        // It warns of every condition that fails.
        .with_target("dynoxide", LevelFilter::ERROR)
        // It complains of our connections, whose answers it takes for broken, once for each call that fails.
        .with_target("aws_smithy_runtime::client::http::connection_poisoning", LevelFilter::OFF);
    let log = tracing_subscriber::registry().with(filter);
    let started = match format {
        Format::Json => {
            log.with(fmt::layer().json().flatten_event(true).with_span_list(false)).try_init()
        }
        Format::Text => log
            .with(
                fmt::layer()
                    .with_ansi(io::stderr().is_terminal())
                    .with_target(false)
                    .with_writer(io::stderr),
            )
            .try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            tracing::error!(place, "panic");
        }));
    }
}

/// What is logged of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    /// When it came in.
    pub at: Timestamp,
    /// Its id.
    pub request_id: String,
    /// The operation, or `none` when the path or the method is unknown.
    pub operation: &'static str,
    /// The method and the route's pattern; not the path, which may hold a user's id. In the log for people, the
    /// path where no route is.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
    /// The stable error code, or `OK`.
    pub code: String,
    /// The caller's id, once the token is verified.
    pub caller: Option<String>,
    /// `X-Platform`.
    pub platform: &'static str,
    /// `X-App-Version`.
    pub app_version: Option<String>,
    /// A hash of `X-Device-ID`.
    pub device: Option<String>,
    /// What it cost at DynamoDB.
    pub cost: RequestCost,
    /// How long it took.
    pub duration: Duration,
    /// Whether it is the first one of this process.
    pub cold_start: bool,
    /// What an error does not show to the caller.
    pub cause: Option<String>,
    /// Why the token is not accepted, in one word.
    pub token_error: Option<&'static str>,
}

/// Where the records of requests go.
pub enum RequestLog {
    /// As metrics and properties in CloudWatch's embedded metric format, one JSON object a line.
    Emf(Box<Mutex<EmfLog>>),
    /// Into the log for people.
    Text,
}

/// A log in CloudWatch's embedded metric format.
pub struct EmfLog {
    usual: Emf,
    /// Of requests whose token was refused: a line must have every dimension that it declares. Made for the
    /// first of them, so that no start waits for it.
    of_refused_tokens: Option<Emf>,
    stage: Stage,
    output: Box<dyn Write + Send>,
}

impl RequestLog {
    /// Embedded metrics in the CloudWatch namespace `Nameplate/<stage>`, written to `output`.
    pub fn emf(stage: Stage, output: impl Write + Send + 'static) -> Self {
        Self::Emf(Box::new(Mutex::new(EmfLog {
            usual: emf(stage, false),
            of_refused_tokens: None,
            stage,
            output: Box::new(output),
        })))
    }

    /// Whether whoever reads it sent the requests.
    pub fn is_for_people(&self) -> bool {
        matches!(self, Self::Text)
    }

    /// Writes one line.
    pub fn write(&self, record: &RequestRecord) {
        match self {
            Self::Emf(log) => {
                let mut guard = log.lock().unwrap_or_else(PoisonError::into_inner);
                let EmfLog { usual, of_refused_tokens, stage, output } = &mut *guard;
                let emf = match record.token_error {
                    Some(_) => of_refused_tokens.get_or_insert_with(|| emf(*stage, true)),
                    None => usual,
                };
                let mut line = Vec::with_capacity(1024);
                let written = emf.format(record, &mut line).map_err(|error| error.to_string());
                let written =
                    written.and_then(|()| output.write_all(&line).map_err(|e| e.to_string()));
                if let Err(error) = written {
                    tracing::error!(cause = error, "a request cannot be logged");
                }
            }
            Self::Text => tracing::info!(
                "{} {} {} {} ms, {} DynamoDB calls{}",
                record.status,
                record.code,
                record.route,
                record.duration.as_millis(),
                record.cost.calls,
                record.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default(),
            ),
        }
    }
}

/// The metrics: by operation; the number of requests also by code, in all and by operation; failed
/// fetches of the issuer's keys in all; and refused tokens by their error.
fn emf(stage: Stage, has_token_error: bool) -> Emf {
    let namespace = match stage {
        Stage::Local => "Nameplate/local",
        Stage::Dev => "Nameplate/dev",
        Stage::Prod => "Nameplate/prod",
    };
    let metric = |name| MetricDefinition { name, unit: Unit::Count, storage_resolution: None };
    let directive =
        |dimensions, name| MetricDirective { dimensions, metrics: vec![metric(name)], namespace };
    let usual = Emf::builder(namespace.to_owned(), vec![vec!["Operation".to_owned()]])
        .directive(directive(vec![vec!["Code"], vec!["Operation", "Code"]], "Requests"))
        .directive(directive(vec![vec![]], "KeyFetchFailures"));
    if has_token_error {
        usual.directive(directive(vec![vec!["TokenError"]], "RefusedTokens")).build()
    } else {
        usual.build()
    }
}

impl Entry for RequestRecord {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        let at = Duration::from_millis(u64::try_from(self.at.as_millisecond()).unwrap_or(0));
        writer.timestamp(SystemTime::UNIX_EPOCH + at);
        writer.value("RequestId", &self.request_id);
        writer.value("Operation", self.operation);
        writer.value("Route", &self.route);
        writer.value("Status", &self.status.to_string());
        writer.value("Code", &self.code);
        writer.value("Caller", &self.caller);
        writer.value("Platform", self.platform);
        writer.value("AppVersion", &self.app_version);
        writer.value("Device", &self.device);
        writer.value("Cause", &self.cause);
        writer.value("Requests", &1_u32.with_unit::<Count>());
        writer.value("Duration", &self.duration);
        writer.value("DynamoDbCalls", &self.cost.calls.with_unit::<Count>());
        writer.value("CapacityUnits", &self.cost.capacity_units.with_unit::<Count>());
        // Only where there are some: every metric that is reported costs.
        let failed = self.cost.failed_key_fetches;
        let failed = (failed > 0).then_some(failed.with_unit::<Count>());
        writer.value("KeyFetchFailures", &failed);
        writer.value("TokenError", &self.token_error);
        let refused = self.token_error.map(|_| 1_u32.with_unit::<Count>());
        writer.value("RefusedTokens", &refused);
        writer.value("ColdStarts", &u32::from(self.cold_start).with_unit::<Count>());
    }
}
