//! Percent-encoding (RFC 3986 section 2.1).

use std::fmt::Write;

/// The text with every byte percent-encoded but a segment's characters (`pchar`, section 3.3), those of
/// `also`, and, when the text may be encoded already (`is_encoded`), the `%` of an encoded byte.
pub(crate) fn percent_encoded(text: &str, also: &[u8], is_encoded: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, others @ ..] = rest {
        let is_escape = is_encoded
            && *byte == b'%'
            && matches!(others, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        if is_pchar(*byte) || also.contains(byte) || is_escape {
            encoded.push(char::from(*byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        rest = others;
    }
    encoded
}

fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_no_uri_is_encoded_and_what_is_encoded_stays() {
        for (text, encoded) in [
            ("/v1/users/a|b", "/v1/users/a%7Cb"),
            ("/a b\"<>#?\\^`{}[]", "/a%20b%22%3C%3E%23%3F%5C%5E%60%7B%7D%5B%5D"),
            ("/çağrı", "/%C3%A7a%C4%9Fr%C4%B1"),
            ("/a%20b%7C@+", "/a%20b%7C@+"),
            ("/100%/%4/%zz%", "/100%25/%254/%25zz%25"),
        ] {
            assert_eq!(percent_encoded(text, b"/", true), encoded);
        }
        assert_eq!(percent_encoded("a%20b?", b"/?", false), "a%2520b?");
    }
}
