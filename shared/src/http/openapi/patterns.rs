//! The patterns of the schemas: ECMA-262 regular expressions, as JSON Schema has them.

use crate::domain::username::{Username, reserved_words};

/// A letter with any letters and digits around it, then groups of letters and digits after single
/// separators; groups of digits alone may come first.
pub(super) const HANDLE: &str = "^(?:[0-9]+[._])*[0-9]*[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)*$";
pub(super) const USER_ID: &str = "^[A-Za-z0-9_.:|@-]+$";
pub(super) const LABEL: &str = "^[A-Z][A-Z0-9_]*$";
pub(super) const PHONE_NUMBER: &str = "^\\+[1-9][0-9]{6,14}$";
pub(super) const INSTANT: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$";

const CONTROLS: &str =
    "\\u0000-\\u001F\\u007F-\\u009F\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069";

/// At most so many characters between white space, of which the first and the last are none, and none
/// is a control or bidirectional control.
pub(super) fn line(max: usize) -> String {
    let inner = max.saturating_sub(2);
    let line = format!("^[\\s\\u0085]*[^\\sCC](?:[^CC]{{0,{inner}}}[^\\sCC])?[\\s\\u0085]*$");
    line.replace("CC", CONTROLS)
}

/// Roles with or without quotes, between commas, in brackets or not.
pub(super) fn roles() -> String {
    let role = "(?:API_USER|POWER_USER|ADMIN)";
    let quoted = format!("(?:{role}|'{role}'|\"{role}\")");
    let list = format!("{quoted}(?:\\s*,\\s*{quoted})*");
    format!("^\\s*(?:{list}|\\[\\s*{list}\\s*\\])\\s*$")
}

/// A host, maybe a port, then what RFC 3986 allows in a path, a query and a fragment.
pub(super) fn https_url() -> String {
    let any = "(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*";
    format!("^https://[A-Za-z0-9.-]+(?::[0-9]*)?(?:[/?]{any})?(?:#{any})?$")
}

/// A language that is not `und`, a script, a region, variants, the extensions `t` and `u`, private
/// use (BCP 47, RFC 6497, RFC 6067); no variant and no extension twice.
pub(super) fn locale() -> String {
    let variant = "[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}";
    let language = |group: u8| {
        format!(
            "[A-Za-z]{{2,3}}(?:-[A-Za-z]{{4}})?(?:-(?:[A-Za-z]{{2}}|[0-9]{{3}}))?\
             (?:-({variant})(?!(?:-(?:{variant}))*-\\{group}(?:-|$)))*"
        )
    };
    let once = |singleton: &str| {
        format!("{singleton}(?!(?:-(?:[A-Za-z0-9]{{2,8}}|[TtUu]))*-{singleton}-)")
    };
    let (t, u) = (once("[Tt]"), once("[Uu]"));
    let field = "-[A-Za-z][0-9](?:-[A-Za-z0-9]{3,8})+";
    let transformed = format!("{t}(?:-{}(?:{field})*|(?:{field})+)", language(2));
    let preferences = format!("{u}(?:-(?:[A-Za-z0-9]{{3,8}}|[A-Za-z0-9][A-Za-z]))+");
    let tag = format!(
        "^(?![Uu][Nn][Dd](?:-|$)){}(?:-(?:{transformed}|{preferences}))*(?:-[Xx](?:-[A-Za-z0-9]{{1,8}})+)?$",
        language(1)
    );
    separators(&tag)
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

/// Every reserved word in every spelling that has its key.
pub fn reserved() -> String {
    let words: Vec<String> = reserved_words().map(look_alikes).collect();
    format!("^(?:{})$", words.join("|"))
}

/// The spellings of a word that have its key.
fn look_alikes(word: &str) -> String {
    let word = Username::claimed(word.to_owned());
    let (mut rest, mut pattern) = (word.key().as_str(), String::new());
    while let Some(c) = rest.chars().next() {
        let (taken, spellings) = match c {
            'o' => (1, "[0Oo]".to_owned()),
            'l' => (1, "[1IiLl]".to_owned()),
            'r' if rest.starts_with("rn") => (2, "(?:[Mm]|[Rr][Nn])".to_owned()),
            'v' => {
                let run = rest.len() - rest.trim_start_matches('v').len();
                (run, run_of_v(run))
            }
            c if c.is_ascii_lowercase() => (1, format!("[{}{c}]", c.to_ascii_uppercase())),
            c => (c.len_utf8(), c.to_string()),
        };
        pattern.push_str(&spellings);
        rest = rest.get(taken..).unwrap_or_default();
    }
    pattern
}

/// So many v, of which any two in a row may be a w.
fn run_of_v(length: usize) -> String {
    match length {
        0 => String::new(),
        1 => "[Vv]".to_owned(),
        _ => format!("(?:[Vv]{}|[Ww]{})", run_of_v(length - 1), run_of_v(length - 2)),
    }
}
