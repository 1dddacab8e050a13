//! The schemas that no single type has, and the words on all of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::http::openapi::reserved;

use crate::component::reference;
use crate::texts::Texts;

/// The envelope of a successful answer with that data.
pub(crate) fn envelope(data: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "isSuccess": { "type": "boolean", "const": true },
            "statusCode": { "type": "integer", "const": 200 },
            "data": reference("schemas", data),
            "errors": { "type": "array", "items": { "type": "string" } },
            "timestamp": reference("schemas", "Instant"),
        },
        "required": ["isSuccess", "statusCode", "data", "errors", "timestamp"],
        "additionalProperties": false,
    })
}

/// The two forms of an error.
pub(crate) fn of_errors() -> BTreeMap<String, Value> {
    let text = json!({ "type": "string" });
    let envelope = json!({
        "type": "object",
        "properties": {
            "isSuccess": { "type": "boolean", "const": false },
            "statusCode": { "type": "integer", "minimum": 400, "maximum": 599 },
            "data": { "type": "null" },
            "errors": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            "timestamp": reference("schemas", "Instant"),
        },
        "required": ["isSuccess", "statusCode", "data", "errors", "timestamp"],
        "additionalProperties": false,
    });
    let problem = json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": text,
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": text,
            "code": reference("schemas", "ErrorCode"),
            "nextChangeAllowedAt": reference("schemas", "Instant"),
            "errors": { "type": "array", "items": reference("schemas", "Violation"), "minItems": 1 },
        },
        "required": ["type", "title", "status", "code"],
    });
    let violation = json!({
        "type": "object",
        "properties": {
            "detail": text,
            "pointer": { "type": "string", "format": "uri-reference", "examples": ["#/newUsername"] },
            "header": text,
            "parameter": text,
        },
        "required": ["detail"],
    });
    [("ErrorResponse", envelope), ("Problem", problem), ("Violation", violation)]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into()
}

/// The handles that nobody may have.
pub(crate) fn reserved_handle() -> Value {
    json!({ "type": "string", "pattern": reserved() })
}

/// Says of the body's fields that are usernames that none may be reserved. An answer may have one: the
/// name of somebody who had it before it was.
pub(crate) fn refuse_reserved_handles(body: &mut Value) {
    let fields = body.get_mut("properties").and_then(Value::as_object_mut);
    for field in fields.into_iter().flat_map(Map::values_mut) {
        if ["Handle", "Username"].map(|name| reference("schemas", name)).contains(field) {
            *field = json!({ "allOf": [field], "not": reference("schemas", "ReservedHandle") });
        }
    }
}

/// The schemas with a description of each and of each of their fields.
pub(crate) fn described(mut schemas: BTreeMap<String, Value>, texts: &Texts) -> Map<String, Value> {
    for (name, schema) in &mut schemas {
        let (key, fields) = match name.strip_suffix("Envelope") {
            Some(_) => ("Envelope", "Envelope"),
            None => (name.as_str(), name.as_str()),
        };
        schema["description"] = json!(texts.get(&format!("schemas.{key}")));
        describe_fields(schema, fields, texts);
    }
    schemas.into_iter().collect()
}

/// Describes each field by the text for this schema's, or else by that for every field of its name.
fn describe_fields(schema: &mut Value, name: &str, texts: &Texts) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (field, property) in properties {
        let keys = [format!("fields.{name}.{field}"), format!("fields.{field}")];
        property["description"] = json!(texts.first(&keys));
        describe_fields(property, "Account", texts);
    }
}
