//! Statistics of many measurements, and how the tables show them.

use std::time::Duration;

/// Returns the value below which that share of the values is, or zero when there are no values.
pub(crate) fn quantile(values: &[Duration], share: f64) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an index between 0 and the length"
    )]
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Returns the median.
pub(crate) fn median(values: &[Duration]) -> Duration {
    quantile(values, 0.5)
}

/// Returns how many times the base a value is.
pub(crate) fn ratio(value: Duration, base: Duration) -> f64 {
    value.as_secs_f64() / base.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Formats a duration in milliseconds.
pub(crate) fn milliseconds(value: Duration) -> String {
    format!("{:.3}", value.as_secs_f64() * 1000.0)
}

/// Formats a size in megabytes of a million bytes.
#[expect(clippy::cast_precision_loss, reason = "the table shows two digits")]
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}
