//! The pages of the reference as plain files: the playground, a page for each code of an error, and the
//! documents. They need nothing from elsewhere.

use std::borrow::Cow;
use std::error::Error;

use serde_json::{Value, json};
use shared::http::context::Language;

use crate::document::{self, Servers};
use crate::error_page;
use crate::texts::Texts;

/// A file of the reference.
#[derive(Debug, Clone)]
pub struct File {
    /// The path within the folder of the reference, with `index.html` to begin with. The
    /// `type` of a problem names a page in `errors/` without its `.html`.
    pub name: Cow<'static, str>,
    /// The media type.
    pub content_type: &'static str,
    /// The content.
    pub content: Cow<'static, [u8]>,
}

/// Whom a reader can be with a click. What is in it must be worth nothing where the page is published.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// The users.
    pub users: Vec<SampleUser>,
    /// A token that has expired.
    pub expired_token: Option<String>,
}

/// A sample user.
#[derive(Debug, Clone)]
pub struct SampleUser {
    /// The user's id.
    pub user_id: String,
    /// The username.
    pub username: String,
    /// The highest role.
    pub role: String,
    /// A token of the user.
    pub token: String,
    /// The password, if the user signs in with one.
    pub password: Option<String>,
    /// Whether a reader is offered to be this user; others are for the errors that they get.
    pub is_offered: bool,
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Declares the files that are the same everywhere.
macro_rules! pages {
    ($($name:literal: $content_type:expr,)+) => {
        const PAGES: &[(&str, &str, &str)] =
            &[$(($name, $content_type, include_str!(concat!("../playground/", $name))),)+];
    };
}

pages! {
    "index.html": HTML,
    "icon.svg": "image/svg+xml",
    "playground.css": "text/css; charset=utf-8",
    "answer.js": SCRIPT,
    "attempt.js": SCRIPT,
    "document.js": SCRIPT,
    "dom.js": SCRIPT,
    "error-page.js": SCRIPT,
    "main.js": SCRIPT,
    "operation.js": SCRIPT,
    "provoke.js": SCRIPT,
    "search.js": SCRIPT,
    "sign-in.js": SCRIPT,
    "snippets.js": SCRIPT,
    "types.js": SCRIPT,
}

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
pub fn files(servers: &Servers, samples: &Samples) -> Result<Vec<File>, Box<dyn Error>> {
    let pages = PAGES.iter().map(|(name, content_type, text)| File {
        name: (*name).into(),
        content_type,
        content: text.as_bytes().into(),
    });
    let mut files: Vec<File> = pages.collect();
    let [english, turkish] = Language::ALL.map(Texts::of);
    for page in error_page::all([&english?, &turkish?]) {
        files.push(File {
            name: format!("errors/{}.html", page.code).into(),
            content_type: HTML,
            content: page.html.into_bytes().into(),
        });
    }
    for language in Language::ALL {
        let (json, _) = documents(language);
        let document = document::json(language, servers)?;
        files.push(json_file(json, &document));
    }
    files.extend(yaml_files(servers)?);
    files.push(json_file("playground.json", &settings(samples)?));
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
            name: documents(language).1.into(),
            content_type: "application/yaml",
            content: document.into_bytes().into(),
        })
    });
    files.into_iter().collect()
}

fn json_file(name: &'static str, content: &Value) -> File {
    File {
        name: name.into(),
        content_type: "application/json",
        content: content.to_string().into_bytes().into(),
    }
}

/// What the page reads beside the documents.
fn settings(samples: &Samples) -> Result<Value, Box<dyn Error>> {
    let users = samples.users.iter().map(|user| {
        json!({
            "userId": user.user_id,
            "username": user.username,
            "role": user.role,
            "token": user.token,
            "password": user.password,
            "isOffered": user.is_offered,
        })
    });
    let users: Vec<Value> = users.collect();
    let languages = Language::ALL.map(|language| {
        let texts = Texts::of(language)?;
        let (json, yaml) = documents(language);
        Ok(json!({
            "tag": language.tag(),
            "document": json,
            "download": yaml,
            "words": words(&texts),
        }))
    });
    let languages = languages.into_iter().collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    Ok(json!({ "languages": languages, "users": users, "expired": samples.expired_token }))
}

/// The words of the page itself.
pub(crate) fn words(texts: &Texts) -> Value {
    json!(texts.section("playground"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Words that a script finds by the place of a parameter.
    const PLACES: [&str; 3] = ["path", "query", "header"];

    #[test]
    fn the_scripts_say_every_word_that_the_texts_have_and_no_other() {
        let mut said: BTreeSet<&str> = PLACES.into();
        for (_, _, text) in PAGES.iter().filter(|(_, content_type, _)| *content_type == SCRIPT) {
            let rests = text.split("words.").skip(1);
            said.extend(
                rests.map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap()),
            );
        }
        for language in Language::ALL {
            let words = Texts::of(language).unwrap().section("playground");
            let known: BTreeSet<&str> = words.keys().map(String::as_str).collect();
            assert_eq!(said, known, "{}", language.tag());
        }
    }

    #[test]
    fn no_page_refers_to_another_host() {
        for (name, _, text) in PAGES {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://") && !text.contains("src=\"//"), "{name}");
        }
    }

    #[test]
    fn every_script_is_among_the_files_and_small_enough_to_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("playground");
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name();
            let page = PAGES.iter().find(|(page, _, _)| name == *page);
            let (name, content_type, text) = page.unwrap_or_else(|| panic!("{}", name.display()));
            let limit = if *content_type == SCRIPT { 400 } else { usize::MAX };
            assert!(text.lines().count() < limit, "{name}");
        }
    }
}
