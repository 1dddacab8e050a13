//! The pages of the reference as plain files: the playground, which is Swagger UI with a few additions,
//! and the documents. They need nothing from elsewhere.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::http::context::Language;

use crate::document::{self, Servers};
use crate::texts::{Texts, swagger_ui_in};

/// A file of the reference.
#[derive(Debug, Clone)]
pub struct File {
    /// The name, which is also its path: all are in one folder, with `index.html` to begin with.
    pub name: &'static str,
    /// The media type.
    pub content_type: &'static str,
    /// The content.
    pub content: Cow<'static, [u8]>,
}

/// A token that a reader can try with a click. It must be worth nothing where the page is published.
#[derive(Debug, Clone)]
pub struct SampleToken {
    /// Whose it is.
    pub name: String,
    /// The token.
    pub token: String,
}

/// The files that are the same everywhere.
const PAGES: [(&str, &str, &str); 4] = [
    ("index.html", "text/html; charset=utf-8", include_str!("../playground/index.html")),
    ("icon.svg", "image/svg+xml", include_str!("../playground/icon.svg")),
    ("playground.css", "text/css; charset=utf-8", include_str!("../playground/playground.css")),
    (
        "playground.js",
        "text/javascript; charset=utf-8",
        include_str!("../playground/playground.js"),
    ),
];

/// Those of Swagger UI.
const SWAGGER_UI: [(&str, &str); 2] = [
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui.css", "text/css; charset=utf-8"),
];

/// The names of a language's document: as JSON for the page, as YAML for people.
const fn documents(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => ("openapi.json", "openapi.yaml"),
        Language::Turkish => ("openapi.tr.json", "openapi.tr.yaml"),
    }
}

/// Every file of the reference.
///
/// # Errors
/// When the texts cannot be read.
pub fn files(servers: &Servers, tokens: &[SampleToken]) -> Result<Vec<File>, Box<dyn Error>> {
    let mut files: Vec<File> = PAGES
        .into_iter()
        .map(|(name, content_type, text)| File {
            name,
            content_type,
            content: text.as_bytes().into(),
        })
        .collect();
    let config = Arc::default();
    for (name, content_type) in SWAGGER_UI {
        let file = utoipa_swagger_ui::serve(name, Arc::clone(&config))?;
        let content = file.ok_or_else(|| format!("Swagger UI has no {name}"))?.bytes;
        files.push(File { name, content_type, content });
    }
    for language in Language::ALL {
        let (json, _) = documents(language);
        let document = document::json(language, servers)?;
        files.push(json_file(json, &document));
    }
    files.extend(yaml_files(servers)?);
    files.push(json_file("playground.json", &settings(tokens)?));
    Ok(files)
}

/// The document in every language as YAML, as they are in the repository.
///
/// # Errors
/// As [`files`].
pub fn yaml_files(servers: &Servers) -> Result<Vec<File>, Box<dyn Error>> {
    let files = Language::ALL.map(|language| {
        let document = document::yaml(language, servers)?;
        Ok(File {
            name: documents(language).1,
            content_type: "application/yaml",
            content: document.into_bytes().into(),
        })
    });
    files.into_iter().collect()
}

fn json_file(name: &'static str, content: &Value) -> File {
    File {
        name,
        content_type: "application/json",
        content: content.to_string().into_bytes().into(),
    }
}

/// What `playground.js` reads.
fn settings(tokens: &[SampleToken]) -> Result<Value, Box<dyn Error>> {
    let tokens: Vec<Value> =
        tokens.iter().map(|sample| json!({ "name": sample.name, "token": sample.token })).collect();
    let languages = Language::ALL.map(|language| {
        let texts = Texts::of(language)?;
        let (json, yaml) = documents(language);
        Ok(json!({
            "tag": language.tag(),
            "document": json,
            "download": yaml,
            "words": words(&texts),
            "swaggerUi": swagger_ui_in(language)?,
        }))
    });
    let languages = languages.into_iter().collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    Ok(json!({ "languages": languages, "tokens": tokens }))
}

/// The words of the page itself.
pub(crate) fn words(texts: &Texts) -> Value {
    let names = ["name", "title", "signIn", "signOut", "language", "production", "confirm"];
    let words =
        names.map(|name| (name.to_owned(), json!(texts.get(&format!("playground.{name}")))));
    Value::Object(words.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_swagger_ui_that_is_translated_is_one_that_it_says() {
        let bundle = utoipa_swagger_ui::serve(SWAGGER_UI[0].0, Arc::default()).unwrap().unwrap();
        let bundle = String::from_utf8(bundle.bytes.into_owned()).unwrap();
        for word in swagger_ui_in(Language::Turkish).unwrap().keys() {
            let is_said = [format!("\"{word}"), format!("\" {word}")];
            assert!(is_said.iter().any(|literal| bundle.contains(literal)), "{word}");
        }
    }

    #[test]
    fn no_page_refers_to_another_host() {
        for (name, _, text) in PAGES {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://") && !text.contains("src=\"//"), "{name}");
        }
    }
}
