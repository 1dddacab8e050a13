//! A user's locale.

use oxilangtag::LanguageTag;

/// The longest tag, in characters; RFC 5646 section 4.4.1 asks for room for 35 at least.
pub const MAX_LENGTH: usize = 64;

/// A BCP 47 language tag. It is read with `-` or `_`, in any case, and shown with `_` and the case that
/// RFC 5646 section 2.1.1 recommends: `tr_TR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(String);

/// The text is not a well-formed BCP 47 tag of at most [`MAX_LENGTH`] characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a BCP 47 language tag")]
pub struct InvalidLocale;

impl Locale {
    /// Reads a tag: any that RFC 5646 calls well-formed, grandfathered, extended and private ones
    /// included. No variant and no extension stands twice.
    ///
    /// # Errors
    /// [`InvalidLocale`] when the text is not such a tag, or is over 64 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidLocale> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidLocale);
        }
        let tag = LanguageTag::parse_and_normalize(&text.replace('_', "-"));
        let tag = tag.map_err(|_| InvalidLocale)?;
        let variants: Vec<&str> = tag.variant_subtags().collect();
        let extensions: Vec<char> =
            tag.extension_subtags().map(|(singleton, _)| singleton.to_ascii_lowercase()).collect();
        if has_twice(&variants) || has_twice(&extensions) {
            return Err(InvalidLocale);
        }
        Ok(Self(tag.as_str().replace('-', "_")))
    }

    /// Takes a locale that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The tag with `_`: `tr_TR`.
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

fn has_twice<T: PartialEq>(items: &[T]) -> bool {
    items.iter().enumerate().any(|(at, item)| items.iter().take(at).any(|other| other == item))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The valid tags of RFC 5646, appendix A.
    pub(crate) const RFC_5646: [&str; 33] = [
        "de",
        "fr",
        "ja",
        "i-enochian",
        "zh-Hant",
        "zh-Hans",
        "sr-Cyrl",
        "sr-Latn",
        "zh-cmn-Hans-CN",
        "cmn-Hans-CN",
        "zh-yue-HK",
        "yue-HK",
        "zh-Hans-CN",
        "sr-Latn-RS",
        "sl-rozaj",
        "sl-rozaj-biske",
        "sl-nedis",
        "de-CH-1901",
        "sl-IT-nedis",
        "hy-Latn-IT-arevela",
        "de-DE",
        "en-US",
        "es-419",
        "de-CH-x-phonebk",
        "az-Arab-x-AZE-derbend",
        "x-whatever",
        "qaa-Qaaa-QM-x-southern",
        "de-Qaaa",
        "sr-Latn-QM",
        "sr-Qaaa-RS",
        "en-US-u-islamcal",
        "zh-CN-a-myext-x-private",
        "en-a-myext-b-another",
    ];

    #[test]
    fn a_tag_is_read_with_hyphen_or_underscore_in_any_case_and_shown_with_underscores() {
        for (text, shown) in [
            ("tr_TR", "tr_TR"),
            ("tr-TR", "tr_TR"),
            ("TR-tr", "tr_TR"),
            ("en", "en"),
            ("zh-hant-tw", "zh_Hant_TW"),
            ("sl-rozaj", "sl_rozaj"),
            ("sl-ROZAJ-biske-1994", "sl_rozaj_biske_1994"),
            ("ar-sa-u-ca-islamic-nu-latn", "ar_SA_u_ca_islamic_nu_latn"),
            ("en-u-ca-buddhist-t-ja-m0-true-x-a-b", "en_u_ca_buddhist_t_ja_m0_true_x_a_b"),
            ("und_TR", "und_TR"),
        ] {
            assert_eq!(Locale::parse(text).unwrap().as_str(), shown);
        }
    }

    #[test]
    fn every_tag_of_rfc_5646_and_other_grandfathered_ones_are_accepted() {
        for tag in RFC_5646 {
            let shown = Locale::parse(tag).unwrap();
            assert!(shown.as_str().eq_ignore_ascii_case(&tag.replace('-', "_")), "{tag}");
            assert_eq!(Locale::parse(&tag.to_ascii_uppercase()), Ok(shown.clone()), "{tag}");
            assert_eq!(Locale::parse(shown.as_str()), Ok(shown), "{tag}");
        }
        for tag in ["sgn-BE-FR", "en-GB-oed", "zh-min-nan", "i-klingon", "i-default", "art-lojban"]
        {
            assert!(Locale::parse(tag).is_ok(), "{tag}");
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
            "123",
            "tr\0",
            "tr-rozaj-rozaj",
            "tr-u",
            "tr-a-bcd-a-efg",
            "tr-x",
            "de-419-DE",
            "a-DE",
            "x",
            "tr-toolongsubtag",
            &long,
        ] {
            assert_eq!(Locale::parse(text), Err(InvalidLocale), "{text:?}");
        }
    }

    #[test]
    fn a_tag_has_at_most_64_characters() {
        let tag = |length: usize| {
            format!("en-x-{}", ["a"; 40].join("-")).chars().take(length).collect::<String>()
        };
        assert!(Locale::parse(&tag(62)).is_ok());
        assert!(Locale::parse(&tag(64)).is_ok());
        assert_eq!(Locale::parse(&tag(66)), Err(InvalidLocale));
    }
}
