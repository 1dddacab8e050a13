//! The parameters and the headers that all operations share, and those that some have.

use serde_json::{Map, Value, json};
use shared::http::context::{
    APP_VERSION_LENGTH, DEVICE_ID_LENGTH, LANGUAGES, PLATFORMS, TIMEZONES,
};
use shared::http::openapi::Parameter;

use crate::component::reference;
use crate::examples::Example;
use crate::texts::Texts;

/// The headers that every answer has.
const OF_EVERY_ANSWER: [&str; 4] =
    ["X-Request-Id", "Content-Language", "Cache-Control", "X-Content-Type-Options"];

/// The headers that every operation takes.
const OF_EVERY_REQUEST: [&str; 5] =
    ["X-Language", "X-Timezone", "X-Platform", "X-App-Version", "X-Device-ID"];

/// References to the headers that every answer has, and to these.
pub(crate) fn of_answer<'a>(own: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let names = OF_EVERY_ANSWER.into_iter().chain(own);
    names.map(|name| (name.to_owned(), reference("headers", name))).collect()
}

/// The parameters of an operation: its own, and those that every operation takes.
pub(crate) fn parameters_of(own: &[Parameter], example: &Example, texts: &Texts) -> Vec<Value> {
    let shared = OF_EVERY_REQUEST.iter().map(|name| reference("parameters", name));
    own.iter().map(|parameter| own_parameter(parameter, example, texts)).chain(shared).collect()
}

/// A part of the URL must be there, and has the example's value; a header need not.
fn own_parameter(parameter: &Parameter, example: &Example, texts: &Texts) -> Value {
    let place = json!(parameter.place);
    let key = format!("parameters.{}.{}", place.as_str().unwrap_or_default(), parameter.name);
    let mut value = json!({
        "name": parameter.name,
        "in": place,
        "required": place != "header",
        "description": texts.get(&key),
        "schema": parameter.schema,
    });
    if place != "header" {
        value["example"] = example.parameters[parameter.name].clone();
    }
    value
}

/// The parameters that every operation takes, with their values and defaults.
pub(crate) fn parameters(texts: &Texts) -> Map<String, Value> {
    let one_of = |values: &[&str], default: &str| json!({ "type": "string", "enum": values, "default": default });
    let visible_ascii =
        |max: usize| json!({ "type": "string", "pattern": format!("^[!-~]{{1,{max}}}$") });
    let schemas = [
        one_of(LANGUAGES, "en"),
        one_of(TIMEZONES, "UTC"),
        one_of(PLATFORMS, "web"),
        visible_ascii(APP_VERSION_LENGTH),
        visible_ascii(DEVICE_ID_LENGTH),
    ];
    let parameters = OF_EVERY_REQUEST.into_iter().zip(schemas).map(|(name, schema)| {
        let mut parameter = json!({
            "name": name,
            "in": "header",
            "required": false,
            "description": texts.get(&format!("parameters.header.{name}")),
            "schema": schema,
        });
        if name == "X-Language" {
            // The playground begins with it.
            parameter["example"] = json!(texts.language.tag());
        }
        (name.to_owned(), parameter)
    });
    parameters.collect()
}

/// The headers of answers.
pub(crate) fn headers(texts: &Texts) -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let schemas = [
        ("X-Request-Id", true, text()),
        ("Content-Language", true, json!({ "type": "string", "enum": LANGUAGES })),
        ("Cache-Control", true, json!({ "type": "string", "const": "no-store" })),
        ("PublicCacheControl", true, json!({ "type": "string", "const": "public, max-age=300" })),
        ("X-Content-Type-Options", true, json!({ "type": "string", "const": "nosniff" })),
        ("WWW-Authenticate", true, text()),
        ("Accept-Patch", false, text()),
        ("Accept-Encoding", false, json!({ "type": "string", "const": "identity" })),
        ("Retry-After", false, json!({ "type": "integer", "minimum": 0 })),
        ("ETag", true, json!({ "type": "string", "pattern": "^\"[0-9]+\"$" })),
        ("Location", true, json!({ "type": "string", "pattern": "^/v1/users/." })),
    ];
    let headers = schemas.into_iter().map(|(name, is_required, schema)| {
        let description = texts.get(&format!("headers.{name}"));
        let header =
            json!({ "description": description, "required": is_required, "schema": schema });
        (name.to_owned(), header)
    });
    headers.collect()
}
