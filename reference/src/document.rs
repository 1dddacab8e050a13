//! The OpenAPI document.

use std::fmt::Write;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::error::ErrorCode;
use shared::http::Endpoint;
use shared::http::context::Language;
use shared::http::openapi::errors::Form;
use shared::http::openapi::{Description, Schemas, Success};

use crate::component::reference;
use crate::texts::Texts;
use crate::{errors, examples, headers, links, schemas};

/// The base URLs of the API that are known, as in `https://api.example.com`.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    /// Of the API that real users call; a reader fills in the host of an unknown one.
    pub production: Option<String>,
    /// Of the API to try things with; likewise.
    pub development: Option<String>,
    /// Of the API that runs on this machine and is to come first.
    pub local: Option<String>,
}

impl Servers {
    /// The servers of the document. The first is where a reader's requests go unless another one is
    /// chosen, so it is never production. The playground warns where `x-environment` is that.
    fn write(&self, texts: &Texts) -> Vec<Value> {
        let deployed = |environment: &str, url: Option<&String>, default: &str| {
            let mut server = json!({
                "url": url.cloned().unwrap_or_else(|| format!("https://{{{environment}}}")),
                "description": texts.get(&format!("servers.{environment}")),
                "x-environment": environment,
            });
            let host = texts.get("servers.host");
            if url.is_none() {
                server["variables"] =
                    json!({ environment: { "default": default, "description": host } });
            }
            server
        };
        let mut servers = vec![
            deployed("development", self.development.as_ref(), "dev.api.example.com"),
            deployed("production", self.production.as_ref(), "api.example.com"),
            json!({
                "url": self.local.as_deref().unwrap_or("http://localhost:8080"),
                "description": texts.get("servers.local"),
                "x-environment": "local",
            }),
        ];
        if self.local.is_some() {
            servers.rotate_right(1);
        }
        servers
    }
}

/// The document in that language.
///
/// # Errors
/// When the texts cannot be read.
pub fn json(language: Language, servers: &Servers) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(document(&Texts::of(language)?, servers))
}

/// The document in that language as YAML, as it is in the repository.
///
/// # Errors
/// As [`json()`].
pub(crate) fn yaml(
    language: Language,
    servers: &Servers,
) -> Result<String, Box<dyn std::error::Error>> {
    let document = yaml_serde::to_string(&json(language, servers)?)?;
    Ok(document.lines().map(quoted).collect())
}

/// The line with an end, and with quotes around an instant: readers of YAML 1.1 would make a date of it.
fn quoted(line: &str) -> String {
    let instant = line.rsplit(' ').next().filter(|last| last.parse::<Timestamp>().is_ok());
    match instant.and_then(|instant| Some((line.strip_suffix(instant)?, instant))) {
        Some((before, instant)) => format!("{before}'{instant}'\n"),
        None => format!("{line}\n"),
    }
}

fn document(texts: &Texts, servers: &Servers) -> Value {
    let mut paths = Map::new();
    let (mut all, mut shared) = (schemas::of_errors(), Map::new());
    let mut bodies = Vec::new();
    let mut described = Schemas::default();
    described.refer::<ErrorCode>();
    for endpoint in api::endpoints() {
        let description = endpoint.documentation.description();
        let operation = operation(&endpoint, &description, texts, &mut shared);
        let method = endpoint.route.method.as_str().to_ascii_lowercase();
        paths.entry(endpoint.route.path).or_insert_with(|| json!({}))[method] = operation;
        let success = &description.success;
        if success.is_enveloped {
            all.insert(schema_of(success), schemas::envelope(&success.schema));
        }
        bodies.extend(description.body);
        described.0.extend(description.schemas.0);
    }
    all.extend(described.0.into_iter().map(|(name, schema)| (name, json!(schema))));
    for (_, body) in all.iter_mut().filter(|(name, _)| bodies.contains(&name.as_str())) {
        schemas::refuse_reserved_handles(body);
    }
    all.insert("ReservedHandle".to_owned(), schemas::reserved_handle());
    let tags = ["Usernames", "Users", "SigningIn"].map(|name| {
        json!({
            "name": name,
            "x-displayName": texts.get(&format!("tags.{name}.title")),
            "description": texts.get(&format!("tags.{name}")),
        })
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Nameplate",
            "version": env!("CARGO_PKG_VERSION"),
            "description": about(texts),
            "contact": { "name": "Nameplate" },
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": servers.write(texts),
        "security": [{ "bearerAuth": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas::described(all, texts),
            "parameters": headers::parameters(texts),
            "headers": headers::headers(texts),
            "responses": shared,
            "securitySchemes": { "bearerAuth": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": texts.get("info.security"),
            } },
        },
    })
}

/// The text on the API as a whole, with the errors that belong to no operation.
fn about(texts: &Texts) -> String {
    let mut about = texts.get("info.description");
    for error in errors::of_no_operation() {
        let (status, code) = (errors::status(&error).as_u16(), error.code());
        let sentence = texts.get(&format!("codes.{code}"));
        let envelope = errors::pretty(&error, Form::Envelope, texts);
        let _ = write!(about, "\n\n{status} `{code}`: {sentence}.\n\n```json\n{envelope}\n```");
    }
    about
}

fn operation(
    endpoint: &Endpoint,
    description: &Description,
    texts: &Texts,
    shared: &mut Map<String, Value>,
) -> Value {
    let name = endpoint.route.operation;
    let text = |part: &str| texts.get(&format!("operations.{name}.{part}"));
    let tag = match endpoint.route.path {
        path if path.contains("/auth/") || path.contains("password") => "SigningIn",
        path if path.starts_with("/.well-known/") => "SigningIn",
        path if path.contains("username") => "Usernames",
        _ => "Users",
    };
    let example = examples::of(name);
    let mut responses = errors::responses(&description.errors, texts, shared);
    let status = description.success.status.as_str().to_owned();
    let mut success = success(&description.success, &text("success"), &example.answer);
    success["links"] = links::of(name, texts).into();
    responses.insert(status, success);
    let mut operation = json!({
        "operationId": name,
        "tags": [tag],
        "summary": text("summary"),
        "description": text("description"),
        "parameters": headers::parameters_of(&description.parameters, &example, texts),
        "responses": responses,
    });
    if description.is_public {
        operation["security"] = json!([]);
    }
    if !endpoint.route.method.is_safe() {
        // For who has production's server chosen; the playground shows it there.
        operation["x-production-warning"] = json!(texts.get("info.warning"));
    }
    if let Some(schema) = description.body {
        let mut content = json!({ "schema": reference("schemas", schema) });
        match examples::to_begin_with(name) {
            Some(short) => {
                content["examples"] = json!({
                    "short": { "summary": text("short"), "value": short },
                    "all": { "summary": text("all"), "value": example.request },
                });
            }
            None => content["example"] = example.request,
        }
        operation["requestBody"] = json!({
            "required": true,
            "description": text("body"),
            "content": { "application/json": content },
        });
        if endpoint.route.method == Method::PATCH {
            operation["requestBody"]["content"]["application/merge-patch+json"] = content;
        }
    }
    operation
}

fn success(success: &Success, description: &str, example: &Value) -> Value {
    let mut headers = headers::of_answer(success.headers.iter().copied());
    if success.is_cacheable {
        let name = "Cache-Control".to_owned();
        headers.insert(name, reference("headers", "PublicCacheControl"));
    }
    let mut answer = json!({ "description": description, "headers": headers });
    if success.status != StatusCode::NO_CONTENT {
        answer["content"] = json!({ "application/json": {
            "schema": reference("schemas", &schema_of(success)),
            "example": example,
        } });
    }
    answer
}

/// The name of the schema of what is answered.
fn schema_of(success: &Success) -> String {
    let envelope = if success.is_enveloped { "Envelope" } else { "" };
    format!("{}{envelope}", success.schema)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_text_is_missing_in_any_language_and_none_is_too_many() {
        for language in Language::ALL {
            let texts = Texts::of(language).unwrap();
            document(&texts, &Servers::default());
            crate::site::words(&texts);
            crate::error_page::all([&texts, &texts]);
            assert_eq!(texts.odd_keys(), Vec::<String>::new(), "{}", language.tag());
        }
    }

    #[test]
    fn the_files_in_the_repository_are_what_the_code_says_now() {
        for (language, file) in [
            (Language::English, include_str!("../../openapi.yaml")),
            (Language::Turkish, include_str!("../../openapi.tr.yaml")),
        ] {
            let written = yaml(language, &Servers::default()).unwrap();
            assert!(written == file, "openapi*.yaml is stale: cargo run -- openapi");
        }
    }

    #[test]
    fn yaml_says_what_json_says_also_to_readers_of_yaml_1_1() {
        for language in Language::ALL {
            let document = yaml(language, &Servers::default()).unwrap();
            let read: Value = yaml_serde::from_str(&document).unwrap();
            assert_eq!(read, json(language, &Servers::default()).unwrap());
            let bare = document.lines().filter(|line| line.ends_with("00Z"));
            assert_eq!(bare.count(), 0);
        }
    }

    #[test]
    fn both_languages_differ_in_words_only() {
        let [english, turkish] = Language::ALL.map(|language| {
            let document = json(language, &Servers::default()).unwrap();
            let mut facts = BTreeMap::new();
            note_facts(&document, String::new(), &mut facts);
            facts
        });
        for (place, fact) in &english {
            assert_eq!(turkish.get(place), Some(fact), "{place}");
        }
        assert_eq!(english.len(), turkish.len());
    }

    /// Notes by its place everything that is not for people to read.
    fn note_facts(value: &Value, place: String, facts: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let is_word = [
                        "description",
                        "summary",
                        "title",
                        "detail",
                        "x-displayName",
                        "x-production-warning",
                    ]
                    .contains(&&**name);
                    let is_sentences = name == "errors" && place.ends_with("value");
                    let is_example = name == "example";
                    if !(is_word && value.is_string() || is_sentences || is_example) {
                        note_facts(value, format!("{place}/{name}"), facts);
                    }
                }
            }
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    note_facts(value, format!("{place}/{index}"), facts);
                }
            }
            fact => drop(facts.insert(place, fact.clone())),
        }
    }

    #[test]
    fn every_operation_has_an_example_of_its_answer_and_of_its_body() {
        for endpoint in api::endpoints() {
            let example = examples::of(endpoint.route.operation);
            let description = endpoint.documentation.description();
            let has_answer = description.success.status != StatusCode::NO_CONTENT;
            assert_eq!(example.answer.is_object(), has_answer, "{}", endpoint.route.operation);
            let has_body = description.body.is_some();
            assert_eq!(example.request.is_object(), has_body, "{}", endpoint.route.operation);
            assert!(!example.answer.to_string().contains("\"*\""), "{}", endpoint.route.operation);
        }
    }
}
