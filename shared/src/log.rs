//! The log: what happened, never who it happened to. No body, token, password, e-mail address or name
//! is ever logged.

use std::io;
use std::panic;

use tracing_subscriber::EnvFilter;

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
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info,dynoxide=error"));
    let started = match format {
        Format::Json => log.json().flatten_event(true).try_init(),
        Format::Text => log.with_target(false).with_writer(io::stderr).try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            tracing::error!(place, "panic");
        }));
    }
}
