//! The patterns of the schemas: ECMA-262 regular expressions, as JSON Schema has them.

use crate::domain::role::Role;
use crate::domain::username::{Username, reserved_words};

/// A letter with any letters and digits around it, then groups of letters and digits after single
/// separators; groups of digits alone may come first.
pub(super) const HANDLE: &str = "^(?:[0-9]+[._])*[0-9]*[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)*$";
pub(super) const USER_ID: &str = "^[A-Za-z0-9_.:|@+=~-]+$";
pub(super) const LABEL: &str = "^[A-Z][A-Z0-9_]*$";
pub(super) const PHONE_NUMBER: &str = "^\\+[1-9][0-9]{6,14}$";
pub(super) const ANY_PHONE_NUMBER: &str = "^\\+?[1-9][0-9]{6,14}$";
pub(super) const INSTANT: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$";

/// Directional marks, which are trimmed at the ends as white space is.
const DIRECTIONAL: &str = "\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069";
/// Control characters, separators of lines and noncharacters.
const CONTROLS: &str = "\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029\\uFDD0-\\uFDEF\\uFFFE\\uFFFF";
/// The most common of the characters that nobody sees.
const BLANKS: &str = "\\u00AD\\u0300-\\u036F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200D\\u2060-\\u2065\\u206A-\\u206F\\u2800\\u3164\\uE000-\\uF8FF\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB";

/// At most so many characters between white space and directional marks, one of them visible, and no
/// control character.
pub(super) fn line(max: usize) -> String {
    format!("^{}$", any_line(max))
}

/// Such a line, or nothing.
pub(super) fn line_or_nothing(max: usize) -> String {
    format!("^(?:[\\s\\u0085{DIRECTIONAL}]*|{})$", any_line(max))
}

fn any_line(max: usize) -> String {
    let inner = max.saturating_sub(2);
    let refused = format!("{CONTROLS}{DIRECTIONAL}");
    let edge = format!("\\s\\u0085{DIRECTIONAL}");
    let end = format!("[^{edge}{CONTROLS}]");
    let visible = format!("(?=[^{refused}]*[^{edge}{CONTROLS}{BLANKS}])");
    format!("[{edge}]*{visible}{end}(?:[^{refused}]{{0,{inner}}}{end})?[{edge}]*")
}

/// Roles with or without quotes, between commas, in brackets or not.
pub(super) fn roles() -> String {
    let role = format!("(?:{})", Role::ALL.map(Role::as_str).join("|"));
    let quoted = format!("(?:{role}|'{role}'|\"{role}\")");
    let list = format!("{quoted}(?:\\s*,\\s*{quoted})*");
    format!("^\\s*(?:{list}|\\[\\s*{list}\\s*\\])\\s*$")
}

/// A domain name or an IPv4 address, maybe a port, then what RFC 3986 allows in a path, a query and a
/// fragment.
pub(super) fn https_url() -> String {
    let any = "(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*";
    let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    let name = format!("(?:{label}\\.)*(?![0-9]+(?:[:/?#]|$)){label}");
    let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    let address = format!("{byte}(?:\\.{byte}){{3}}");
    let port = "0*(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{0,4})";
    format!(
        "^[Hh][Tt][Tt][Pp][Ss]://(?:{address}(?![0-9A-Za-z.-])|(?![^:/?#]{{254}}){name})(?::{port})?(?:[/?]{any})?(?:#{any})?$"
    )
}

/// Any well-formed tag of BCP 47 (RFC 5646 section 2.1): no variant and no extension twice.
pub(super) fn locale() -> String {
    let language = "(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})";
    let script_and_region = "(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?";
    let variant = "[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}";
    let variants = format!("(?:-({variant})(?!(?:-(?:{variant}))*-\\1(?:-|$)))*");
    let extension = "([0-9A-WY-Za-wy-z])(?:-[A-Za-z0-9]{2,8})+";
    let other = "(?:-(?:[0-9A-WY-Za-wy-z]|[A-Za-z0-9]{2,8}))*";
    let extensions = format!("(?:-{extension}(?!{other}-\\2-))*");
    let private_use = "[Xx](?:-[A-Za-z0-9]{1,8})+";
    let tag = format!(
        "^(?:{language}{script_and_region}{variants}{extensions}(?:-{private_use})?|{private_use}|{})$",
        IRREGULAR.map(in_any_case).join("|")
    );
    separators(&tag)
}

/// The grandfathered tags that are not of the form of the others (RFC 5646 section 2.1).
const IRREGULAR: [&str; 17] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

fn in_any_case(text: &str) -> String {
    let either = |c: char| match c {
        c if c.is_ascii_lowercase() => format!("[{}{c}]", c.to_ascii_uppercase()),
        c => c.to_string(),
    };
    text.chars().map(either).collect()
}

/// The pattern with `_` beside every hyphen that is no range.
fn separators(pattern: &str) -> String {
    let mut is_class = false;
    let widen = |c: char| {
        is_class = c == '[' || is_class && c != ']';
        if c == '-' && !is_class { "[_-]".to_owned() } else { c.to_string() }
    };
    pattern.chars().map(widen).collect()
}

/// Every reserved word and its plurals, with separators or without, in every spelling that has the key.
pub fn reserved() -> String {
    let separator = "[._]*";
    let words = reserved_words().map(|word| {
        let plural = ["s", "es", "ler", "lar"].map(|ending| spellings(ending).join(separator));
        let plural = format!("(?:{separator}(?:{}))?", plural.join("|"));
        let regular = format!("{}{plural}", spellings(word).join(separator));
        match word.strip_suffix('y') {
            Some(stem) => {
                let ies = spellings(&format!("{stem}ies")).join(separator);
                format!("{regular}|{ies}")
            }
            None => regular,
        }
    });
    format!("^{separator}(?:{}){separator}$", words.collect::<Vec<_>>().join("|"))
}

/// The spellings of a word that have its key, a pattern for each letter of the key or group of letters.
fn spellings(word: &str) -> Vec<String> {
    let word = Username::unvalidated(word.to_owned());
    let (mut rest, mut patterns) = (word.key().as_str(), Vec::new());
    while let Some(c) = rest.chars().next() {
        let (taken, pattern) = match c {
            'o' => (1, "[0Oo]".to_owned()),
            'l' => (1, "[1IiLl]".to_owned()),
            'r' if rest.starts_with("rn") => (2, "(?:[Mm]|[Rr][._]*[Nn])".to_owned()),
            'v' => {
                let run = rest.len() - rest.trim_start_matches('v').len();
                (run, run_of_v(run))
            }
            c if c.is_ascii_lowercase() => (1, format!("[{}{c}]", c.to_ascii_uppercase())),
            c => (c.len_utf8(), c.to_string()),
        };
        patterns.push(pattern);
        rest = rest.get(taken..).unwrap_or_default();
    }
    patterns
}

/// So many v, of which any two in a row may be a w.
fn run_of_v(length: usize) -> String {
    match length {
        0 => String::new(),
        1 => "[Vv]".to_owned(),
        2 => "(?:[Vv][._]*[Vv]|[Ww])".to_owned(),
        _ => format!("(?:[Vv][._]*{}|[Ww][._]*{})", run_of_v(length - 1), run_of_v(length - 2)),
    }
}
