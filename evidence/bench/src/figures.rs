//! Figures of many measurements.

use std::time::Duration;

/// The value below which that share of the values is; zero when there are none.
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

/// The middle value.
pub(crate) fn median(values: &[Duration]) -> Duration {
    quantile(values, 0.5)
}

/// How many times the floor a value is.
pub(crate) fn ratio(value: Duration, floor: Duration) -> f64 {
    value.as_secs_f64() / floor.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// In milliseconds.
pub(crate) fn milliseconds(value: Duration) -> String {
    format!("{:.3}", value.as_secs_f64() * 1000.0)
}

/// In megabytes of a million bytes.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}
