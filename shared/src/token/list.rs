//! Lists in settings.

use crate::config::error::ConfigError;

/// The entries of a list that commas separate, trimmed.
///
/// # Errors
/// [`ConfigError`] when one is empty.
pub(super) fn entries<'a>(
    setting: &'static str,
    text: &'a str,
) -> Result<Vec<&'a str>, ConfigError> {
    let entries: Vec<_> = text.split(',').map(str::trim).collect();
    if entries.contains(&"") {
        let problem = "has an empty entry; separate the entries by single commas, as in a,b";
        return Err(ConfigError::new(setting, problem));
    }
    Ok(entries)
}
