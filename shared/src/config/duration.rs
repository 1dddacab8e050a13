//! Durations in settings.

use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::error::ConfigError;

/// Reads a duration as people write it: `30d`, `12h 30m`, `P30D`. A day has 24 hours.
///
/// # Errors
/// [`ConfigError`] when the text is not a duration, is negative, or counts in months or years.
pub fn parse_duration(name: &'static str, text: &str) -> Result<SignedDuration, ConfigError> {
    text.parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .ok()
        .filter(|duration| !duration.is_negative())
        .ok_or_else(|| {
            ConfigError::new(
                name,
                format!("is not a duration: {text:?}; write it like 30d or 12h 30m"),
            )
        })
}
