//! JSON, with no key twice in an object.
//!
//! RFC 8259 leaves open what a repeated key means, and parsers differ; RFC 7493 (I-JSON) forbids it.
//! Code that checks one of the values and uses the other has a hole, so a repeated key is an error here.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a text is not read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text is empty, or white space alone.
    #[error("empty")]
    Empty,
    /// An object has a key twice.
    #[error("a repeated key")]
    DuplicateKey,
    /// The text is not JSON.
    #[error("not JSON at line {line}, column {column}")]
    Malformed {
        /// The line at which reading stopped, counted from 1.
        line: usize,
        /// The character of the line at which reading stopped, counted from 1.
        column: usize,
    },
}

/// Reads one JSON text.
///
/// # Errors
/// [`JsonError`] when the text is empty, repeats a key, or is not JSON.
pub(crate) fn parse(text: &[u8]) -> Result<Value, JsonError> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(JsonError::Empty);
    }
    let repeated = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict(&repeated).deserialize(&mut reader);
    value.and_then(|value| reader.end().map(|()| value)).map_err(|error| {
        if repeated.get() { JsonError::DuplicateKey } else { position(text, &error) }
    })
}

/// Where reading stopped, in characters: `serde_json` counts bytes.
fn position(text: &[u8], error: &serde_json::Error) -> JsonError {
    let line = text.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1));
    let before = line.unwrap_or_default().iter().take(error.column());
    let is_first_byte = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    JsonError::Malformed { line: error.line(), column: before.filter(is_first_byte).count() }
}

/// Reads any value, and sets the flag when it stops at a repeated key.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(self)?;
            if object.insert(key, value).is_some() {
                self.0.set(true);
                return Err(de::Error::custom("repeated key"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_without_repeated_keys_is_read_as_serde_json_reads_it() {
        let text = r#" {"a": [1, -2, 3.5, null, true, "ş\u0000"], "b": {"a": {}}, "c": 18446744073709551615} "#;
        assert_eq!(parse(text.as_bytes()), Ok(serde_json::from_str(text).unwrap()));
        assert_eq!(parse(b"[]"), Ok(json!([])));
    }

    #[test]
    fn a_repeated_key_is_an_error_at_any_depth_and_however_it_is_written() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"a":3}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#]
        {
            assert_eq!(parse(text.as_bytes()), Err(JsonError::DuplicateKey), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_an_error_with_its_place() {
        assert_eq!(parse(b""), Err(JsonError::Empty));
        assert_eq!(parse(b" \r\n"), Err(JsonError::Empty));
        assert_eq!(parse(b"{\n  a: 1}"), Err(JsonError::Malformed { line: 2, column: 3 }));
        let text = "{\"newUsername\":\"çğışöü\" x}";
        assert_eq!(parse(text.as_bytes()), Err(JsonError::Malformed { line: 1, column: 25 }));
        let text = "{\n  \"ş\": \"🌹\" x}";
        assert_eq!(parse(text.as_bytes()), Err(JsonError::Malformed { line: 2, column: 12 }));
        let deep = "[".repeat(10_000);
        for text in [
            "{",
            "{}{}",
            "{\"a\":01}",
            "\u{FEFF}{}",
            "'a'",
            "{\"a\":1,}",
            "nul",
            "\"\\ud800\"",
            &deep,
        ] {
            assert!(matches!(parse(text.as_bytes()), Err(JsonError::Malformed { .. })), "{text}");
        }
        assert!(matches!(parse(b"\"\xff\""), Err(JsonError::Malformed { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
