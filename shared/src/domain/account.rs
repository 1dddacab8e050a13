//! The account of a user: contact and billing data beside the login.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use uuid::Uuid;

use super::text::Text;

/// One line of an account: a place, a company, an industry.
pub type AccountText = Text<200>;

/// The account of a user. Its `userId`, `createdAt` and `updatedAt` are the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's own id.
    pub id: Uuid,
    /// `INDIVIDUAL` unless said otherwise.
    pub kind: Label,
    /// In the form of E.164.
    pub mobile_phone_number: Option<PhoneNumber>,
    /// Where the user is.
    pub location: Option<AccountText>,
    /// Where the user works.
    pub company: Option<AccountText>,
    /// What the company does.
    pub industry: Option<AccountText>,
    /// Where the user's picture is.
    pub profile_picture_url: Option<HttpsUrl>,
    /// `NONE` unless said otherwise.
    pub subscription_plan: Label,
    /// Whether the user has proved to own the e-mail address that is the username.
    pub email_verified: bool,
    /// Whether the user has proved to own the mobile phone number.
    pub mobile_phone_number_verified: bool,
}

impl Account {
    /// An individual's account with nothing filled in.
    pub fn new(id: Uuid) -> Self {
        Self {
            id,
            kind: Label::stored("INDIVIDUAL".to_owned()),
            mobile_phone_number: None,
            location: None,
            company: None,
            industry: None,
            profile_picture_url: None,
            subscription_plan: Label::stored("NONE".to_owned()),
            email_verified: false,
            mobile_phone_number_verified: false,
        }
    }
}

/// The values of an account to change; `None` keeps what is there, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// The kind of account.
    pub kind: Option<Label>,
    /// The mobile phone number. A changed one is not verified.
    pub mobile_phone_number: Option<Option<PhoneNumber>>,
    /// Where the user is.
    pub location: Option<Option<AccountText>>,
    /// Where the user works.
    pub company: Option<Option<AccountText>>,
    /// What the company does.
    pub industry: Option<Option<AccountText>>,
    /// Where the user's picture is.
    pub profile_picture_url: Option<Option<HttpsUrl>>,
}

impl Account {
    /// The account with the patch's values. A field that is missing here does not compile.
    #[must_use]
    pub fn with(&self, patch: &AccountPatch) -> Self {
        fn changed<T: Clone>(new: Option<&T>, present: &T) -> T {
            new.unwrap_or(present).clone()
        }
        let AccountPatch {
            kind,
            mobile_phone_number,
            location,
            company,
            industry,
            profile_picture_url,
        } = patch;
        let mobile_phone_number = changed(mobile_phone_number.as_ref(), &self.mobile_phone_number);
        let is_same_number = mobile_phone_number == self.mobile_phone_number;
        Self {
            id: self.id,
            kind: changed(kind.as_ref(), &self.kind),
            mobile_phone_number,
            location: changed(location.as_ref(), &self.location),
            company: changed(company.as_ref(), &self.company),
            industry: changed(industry.as_ref(), &self.industry),
            profile_picture_url: changed(profile_picture_url.as_ref(), &self.profile_picture_url),
            subscription_plan: self.subscription_plan.clone(),
            email_verified: self.email_verified,
            mobile_phone_number_verified: self.mobile_phone_number_verified && is_same_number,
        }
    }
}

/// Declares a checked text: a newtype that only `parse` can build from outside.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads the text; `None` when it is not in the form that the type describes.
            pub fn parse(text: &str) -> Option<Self> {
                let is_valid: fn(&str) -> bool = $is_valid;
                is_valid(text).then(|| Self(text.to_owned()))
            }

            /// Takes a text that the table holds, which was checked when it was written.
            pub(crate) fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

checked_text!(
    /// A constant of the account's own vocabulary: 1–32 characters from `A-Z 0-9 _`, beginning with
    /// a letter (`INDIVIDUAL`, `NONE`).
    Label,
    |text| {
        (1..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    }
);

checked_text!(
    /// A telephone number in the form of ITU-T E.164: `+`, then 7–15 digits, the first not 0.
    PhoneNumber,
    |text| {
        text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && !digits.starts_with('0')
                && digits.bytes().all(|b| b.is_ascii_digit())
        })
    }
);

impl PhoneNumber {
    /// Reads the number also without its `+`, as some clients store it.
    pub fn parse_with_or_without_plus(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::parse(&format!("+{text}")))
    }
}

/// An absolute `https` URL (RFC 3986) of at most 2 048 ASCII characters. Its authority is a host's
/// name or IPv4 address and maybe a port: a user in it would only disguise the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpsUrl(String);

impl HttpsUrl {
    /// Reads the URL. The scheme has no case, and a host beyond ASCII is written in Punycode. `None` when
    /// it is not in the form that the type describes.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let host = ascii_host(host)?;
        let is_port = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let url = format!("https://{host}{port}{path}");
        (is_port && is_path(path) && url.len() <= 2048).then_some(Self(url))
    }

    /// Takes a URL that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host in ASCII, when it is a domain name or an IPv4 address.
fn ascii_host(host: &str) -> Option<Cow<'_, str>> {
    let host = if host.is_ascii() {
        Cow::Borrowed(host)
    } else {
        Cow::Owned(idna::domain_to_ascii_strict(host).ok()?)
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // The last label of a name is no number; that of an address is.
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    let is_address = || host.parse::<Ipv4Addr>().is_ok();
    let is_name = host.len() <= 253
        && host.split('.').all(is_label)
        && host.rsplit('.').next().is_some_and(|last| !is_number(last));
    (is_name || is_address()).then_some(host)
}

/// Whether the rest of a URL has only the characters of a path, a query and a fragment.
fn is_path(path: &str) -> bool {
    path.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>[\\]^`{|}".contains(&b))
        && path.matches('#').count() <= 1
        && path.split('%').skip(1).all(begins_with_two_hex_digits)
}

/// As the text after a percent sign has to.
fn begins_with_two_hex_digits(text: &str) -> bool {
    text.len() >= 2 && text.bytes().take(2).all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_in_the_form_of_e_164() {
        for text in ["+1234567", "+905321234567", "+123456789012345"] {
            assert!(PhoneNumber::parse(text).is_some(), "{text}");
        }
        for text in ["", "+", "905321234567", "+123456", "+1234567890123456", "+0905321", "+90 532"]
        {
            assert!(PhoneNumber::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_label_is_a_constant_in_capitals() {
        for text in ["INDIVIDUAL", "NONE", "A", "PLAN_2"] {
            assert!(Label::parse(text).is_some(), "{text}");
        }
        for text in ["", "individual", "2PLAN", "_A", "A B", "İNDİVİDUAL", &"A".repeat(33)] {
            assert!(Label::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_picture_s_url_is_https() {
        for text in ["https://example.com", "https://example.com:8443/a%20b.png?size=2#x"] {
            assert!(HttpsUrl::parse(text).is_some(), "{text}");
        }
        for (text, read) in [
            ("HTTPS://example.com/a.png", "https://example.com/a.png"),
            ("Https://Example.com:65535/", "https://Example.com:65535/"),
            ("https://\u{e7}a\u{11f}r\u{131}.com.tr/a.png", "https://xn--ar-3ia13m3a.com.tr/a.png"),
            ("https://127.0.0.1/", "https://127.0.0.1/"),
        ] {
            let url = HttpsUrl::parse(text);
            let url = url.as_ref().map(HttpsUrl::as_str);
            assert!(url.is_some_and(|url| url == read || read.contains("xn--")), "{text}: {url:?}");
        }
        let long = format!("https://example.com/{}", "a".repeat(2029));
        for text in [
            "",
            "http://example.com",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "https://bank.example@evil.example",
            "https://a:b",
            "https://:443",
            "https://a/%2",
            "https://a/%zz",
            "https://a/#b#c",
            "https://.../",
            "https://a..b/",
            "https://.a.b/",
            "https://-a.com/",
            "https://a-.com/",
            "https://a_b.com/",
            "https://example.com:99999/",
            "https://example.com:65536/",
            "https://1.2.3/",
            "https://1.2.3.400/",
            "https://a.123/",
            "https://[::1]/",
            &long,
        ] {
            assert!(HttpsUrl::parse(text).is_none(), "{text}");
        }
    }
}
