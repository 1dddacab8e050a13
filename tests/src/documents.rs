//! Compares the documents with the code: the error codes that they list, and where their links lead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared::error::ErrorCode;

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The section of a document under that heading, without the subsections' headings.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let (_, rest) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The texts between backticks that could be an error code, in the rows of a table that begin with a status,
/// without the last cell.
fn codes(section: &str) -> BTreeSet<&str> {
    let is_row = |line: &&str| line.starts_with("| ") && line[2..].starts_with(['4', '5']);
    let cells = section
        .lines()
        .filter(is_row)
        .filter_map(|line| line.trim_end_matches(" |").rsplit_once(" | "));
    let texts = cells.flat_map(|(cells, _)| cells.split('`').skip(1).step_by(2));
    texts.filter(|text| text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).collect()
}

#[test]
fn the_readme_and_the_contract_list_every_error_code_and_no_other() {
    let expected: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    for document in ["README.md", "docs/contract.md"] {
        let text = read(&root().join(document));
        assert_eq!(codes(section(&text, "Errors")), expected, "{document}");
    }
}

/// The documents, and the sources whose comments link to them.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            // Hidden folders, and what tools put there.
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                files(&path, found);
            }
        } else if name.ends_with(".md") || name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// The targets of the links `[…](target)` that are files. The brackets of code are no links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| {
        let file = target.split('#').next().unwrap_or_default();
        !target.contains([' ', '\n', '"', '{', ':'])
            && (target.starts_with('#') || Path::new(file).extension().is_some())
    })
}

/// The anchors of a document: those of its headings, as GitHub makes them, and `<a id="…">`.
fn anchors(document: &str) -> BTreeSet<String> {
    let of_heading = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    let headings = document.lines().filter(|line| line.starts_with('#')).map(of_heading);
    let ids = document.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    headings.chain(ids.map(str::to_owned)).collect()
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let mut all = Vec::new();
    files(&root(), &mut all);
    let (mut checked, mut broken) = (0, Vec::new());
    for path in all {
        let text = read(&path);
        for link in links(&text)
            .filter(|link| path.extension() != Some("rs".as_ref()) || link.contains(".md"))
        {
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            let mut leads_somewhere = target.exists();
            if let (Some(anchor), Some("md")) =
                (anchor, target.extension().and_then(|e| e.to_str()))
            {
                leads_somewhere &= anchors(&read(&target)).contains(anchor);
            }
            checked += 1;
            if !leads_somewhere {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(checked > 50, "only {checked} links");
}
