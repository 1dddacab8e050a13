//! A user's locale.

/// The longest tag, in characters; RFC 5646 section 4.4.1 asks for room for 35 at least.
pub const MAX_LENGTH: usize = 64;

/// A BCP 47 language tag. Read with `-` or `_`, in any case; shown in the form of the API page
/// (`tr_TR`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(String);

/// The text is not a well-formed BCP 47 tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a BCP 47 language tag")]
pub struct InvalidLocale;

impl Locale {
    /// Reads a tag and brings its parts to their conventional case. Extensions are those that exist:
    /// `t` (RFC 6497) and `u` (RFC 6067).
    ///
    /// # Errors
    /// [`InvalidLocale`] when it is not well-formed, names no language, has another extension, or is
    /// over 64 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidLocale> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidLocale);
        }
        let tag = icu_locale_core::Locale::try_from_str(&text.replace('_', "-"))
            .map_err(|_| InvalidLocale)?;
        if tag.id.language.is_unknown() || !tag.extensions.other.is_empty() {
            return Err(InvalidLocale);
        }
        Ok(Self(tag.to_string().replace('-', "_")))
    }

    /// Takes a locale that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The tag in the page's form: `tr_TR`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Locale {
    /// English as written in the United States, `en_US`.
    fn default() -> Self {
        Self("en_US".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_with_hyphen_or_underscore_and_shown_in_the_page_s_form() {
        for (text, shown) in [
            ("tr_TR", "tr_TR"),
            ("tr-TR", "tr_TR"),
            ("TR-tr", "tr_TR"),
            ("en", "en"),
            ("zh-hant-tw", "zh_Hant_TW"),
            ("sl-rozaj", "sl_rozaj"),
            ("sl-rozaj-biske-1994", "sl_1994_biske_rozaj"),
            ("ar-sa-u-ca-islamic-nu-latn", "ar_SA_u_ca_islamic_nu_latn"),
            ("en-u-ca-buddhist-t-ja-m0-true-x-a-b", "en_t_ja_m0_true_u_ca_buddhist_x_a_b"),
        ] {
            assert_eq!(Locale::parse(text).unwrap().as_str(), shown);
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        let long = format!("en-{}", "x-aaaaaaaa".repeat(9));
        for text in [
            "",
            "t",
            "tr TR",
            "türkçe",
            "_",
            "tr_",
            "tr__TR",
            "und",
            "und_TR",
            "123",
            "tr\0",
            "tr-rozaj-rozaj",
            "tr-u",
            "tr-u-ca-a",
            "tr-u-ca-u-nu",
            "tr-t",
            "tr-t-m0",
            "tr-a-bcd",
            "tr-x",
            &long,
        ] {
            assert_eq!(Locale::parse(text), Err(InvalidLocale), "{text:?}");
        }
    }
}
