//! Percent-encoding (RFC 3986 section 2.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Every ASCII character that a path segment cannot contain (`pchar`, section 3.3).
const NOT_IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');
/// Every ASCII character that a path cannot contain (section 3.3).
const NOT_IN_PATH: &AsciiSet = &NOT_IN_SEGMENT.remove(b'/');
/// Every ASCII character that a query or a fragment cannot contain (sections 3.4 and 3.5).
const NOT_IN_QUERY: &AsciiSet = &NOT_IN_PATH.remove(b'?');

/// Encodes a text as one segment of a path.
pub(crate) fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, NOT_IN_SEGMENT).to_string()
}

/// Encodes a text as a fragment.
pub(crate) fn fragment(text: &str) -> String {
    utf8_percent_encode(text, NOT_IN_QUERY).to_string()
}

/// Encodes whatever a path cannot contain, and keeps what is encoded already.
pub(crate) fn encode_rest_of_path(path: &str) -> String {
    encode_rest(path, NOT_IN_PATH)
}

/// Encodes whatever a query cannot contain, and keeps what is encoded already.
pub(crate) fn encode_rest_of_query(query: &str) -> String {
    encode_rest(query, NOT_IN_QUERY)
}

/// Encodes the characters of the set, and each `%` that does not begin an encoded byte.
fn encode_rest(text: &str, set: &'static AsciiSet) -> String {
    let mut parts = text.split('%');
    let mut encoded: String = parts.next().map(|part| encode(part, set)).unwrap_or_default();
    for part in parts {
        let is_encoded_byte = matches!(part.as_bytes(), [high, low, ..]
            if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        encoded.push_str(if is_encoded_byte { "%" } else { "%25" });
        encoded.push_str(&encode(part, set));
    }
    encoded
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_uri_can_contain_is_encoded_and_what_is_encoded_stays() {
        for (text, encoded) in [
            ("/v1/users/a|b", "/v1/users/a%7Cb"),
            ("/a b\"<>#?\\^`{}[]", "/a%20b%22%3C%3E%23%3F%5C%5E%60%7B%7D%5B%5D"),
            ("/çağrı", "/%C3%A7a%C4%9Fr%C4%B1"),
            ("/a%20b%7C@+", "/a%20b%7C@+"),
            ("/100%/%4/%zz%", "/100%25/%254/%25zz%25"),
        ] {
            assert_eq!(encode_rest_of_path(text), encoded);
        }
        assert_eq!(fragment("a%20b?"), "a%2520b?");
        assert_eq!(path_segment("auth0|a/b"), "auth0%7Ca%2Fb");
    }
}
