//! The pages about the codes of errors, one for each, to which the `type` of a problem points. They are plain
//! HTML in every language; a script shows the reader's alone.

use std::fmt::Write;

use shared::error::{Error, ErrorCode};
use shared::http::Endpoint;
use shared::http::openapi::errors::Form;

use crate::errors;
use crate::texts::Texts;

/// A page with the code that it is about.
pub(crate) struct ErrorPage {
    pub(crate) code: ErrorCode,
    pub(crate) html: String,
}

/// Every code's page, with a part for each of the languages.
pub(crate) fn all(languages: [&Texts; 2]) -> Vec<ErrorPage> {
    let endpoints = api::endpoints();
    let page = |code: &ErrorCode| {
        let subject = Subject::of(*code, &endpoints)?;
        let parts: String = languages.iter().map(|texts| subject.part(texts)).collect();
        Some(ErrorPage { code: *code, html: page(*code, &parts) })
    };
    ErrorCode::ALL.iter().filter_map(page).collect()
}

/// What a page is about: an error with the code, and the operations that answer it.
struct Subject<'a> {
    error: Error,
    operations: Vec<&'a Endpoint>,
}

impl<'a> Subject<'a> {
    fn of(code: ErrorCode, endpoints: &'a [Endpoint]) -> Option<Self> {
        let mut error = errors::of_no_operation().into_iter().find(|error| error.code() == code);
        let mut operations = Vec::new();
        for endpoint in endpoints {
            let errors = endpoint.documentation.description().errors;
            if let Some(found) = errors.into_iter().find(|error| error.code() == code) {
                error.get_or_insert(found);
                operations.push(endpoint);
            }
        }
        Some(Self { error: error?, operations })
    }

    /// The part in one language.
    fn part(&self, texts: &Texts) -> String {
        let (code, status) = (self.error.code(), errors::status(&self.error).as_u16());
        let word = |name: &str| escaped(&texts.get(&format!("errorPage.{name}")));
        let about = marked(&texts.get(&format!("codes.{code}")));
        let remedy = marked(&texts.get(&format!("remedies.{code}")));
        let example = |form| escaped(&errors::pretty(&self.error, form, texts));
        format!(
            r#"
      <section lang="{language}">
        <p><a href="../index.html">{reference}</a></p>
        <h1><code>{code}</code></h1>
        <p>{status} · {about}.</p>
        <h2>{what_to_do}</h2>
        <p>{remedy}</p>
        <h2>{heading}</h2>
        {operations}
        <h2>{envelope_heading}</h2>
        <pre>{envelope}</pre>
        <h2>{problem_heading}</h2>
        <pre>{problem}</pre>
      </section>"#,
            language = texts.language.tag(),
            reference = word("reference"),
            what_to_do = word("whatToDo"),
            heading = word("operations"),
            operations = self.operations(texts),
            envelope_heading = word("envelope"),
            envelope = example(Form::Envelope),
            problem_heading = word("problem"),
            problem = example(Form::Problem),
        )
    }

    /// The operations as a list, each with a link to where the error can be tried.
    fn operations(&self, texts: &Texts) -> String {
        if self.operations.is_empty() {
            return format!("<p>{}</p>", escaped(&texts.get("errorPage.noOperation")));
        }
        let mut items = String::new();
        for endpoint in &self.operations {
            let (name, code) = (endpoint.route.operation, self.error.code());
            let summary = escaped(&texts.get(&format!("operations.{name}.summary")));
            let (method, path) = (&endpoint.route.method, endpoint.route.path);
            let _ = write!(
                items,
                r#"<li><a href="../index.html#{name}/{code}">{summary}</a> <code>{method} {path}</code></li>"#
            );
        }
        format!("<ul>{items}</ul>")
    }
}

fn page(code: ErrorCode, parts: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
    <title>{code} · Nameplate</title>
    <link rel="icon" href="../icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="../playground.css">
    <script type="module" src="../error-page.js"></script>
  </head>
  <body>
    <header><strong>Nameplate</strong><div id="languages" role="group" aria-label="Language · Dil"></div></header>
    <main class="leaf">{parts}
    </main>
  </body>
</html>
"#
    )
}

/// A text as HTML, with `code` marked.
fn marked(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use shared::http::context::Language;

    use super::*;

    #[test]
    fn every_code_has_a_page_in_both_languages_that_says_what_to_do() {
        let [english, turkish] = Language::ALL.map(|language| Texts::of(language).unwrap());
        let pages = all([&english, &turkish]);
        let codes: Vec<ErrorCode> = pages.iter().map(|page| page.code).collect();
        assert_eq!(codes, ErrorCode::ALL);
        for ErrorPage { code, html } in pages {
            for texts in [&english, &turkish] {
                let remedy = marked(&texts.get(&format!("remedies.{code}")));
                assert!(html.contains(&remedy), "{code}: {remedy}");
            }
            assert!(
                html.contains(&format!("<pre>{{\n  &quot;type&quot;: &quot;/docs/errors/{code}")),
                "{html}"
            );
        }
    }

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(marked("<b> & `<i>`"), "&lt;b&gt; &amp; <code>&lt;i&gt;</code>");
    }
}
