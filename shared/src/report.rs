//! Errors as the log has them.

use std::error::Error;

/// The message of an error and those of its causes, outermost first. It takes only messages, never the
/// `Debug` form, which for an SDK error contains whole items.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
