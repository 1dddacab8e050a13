//! Imports run one way: in no crate do two modules use each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path within its crate; the root's is empty.
type Module = Vec<String>;
/// Which modules each module uses.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// The files of a crate: each module with its source text.
type Sources = BTreeMap<Module, String>;

#[test]
fn no_crate_has_a_circle_of_imports() {
    let crates = crates();
    assert!(crates.len() > 14, "{crates:?}");
    let circles: Vec<String> = crates
        .iter()
        .filter_map(|folder| {
            let circle = circle(&graph(&sources(folder)))?;
            Some(format!("{}: {circle}", folder.file_name()?.display()))
        })
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let with = |a: &str, b: &str| {
        let sources = [("", "mod a; mod b;"), ("a", a), ("b", b)];
        let sources = sources.map(|(name, text)| {
            let module = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
            (module.collect(), text.to_owned())
        });
        circle(&graph(&Sources::from(sources)))
    };
    let to_a = "use crate::a::X;";
    for from_a in [
        "use crate::b::Y;",
        "use super::b::{self, Y};",
        "use crate::{b::{Y, Z as W}, c};",
        "pub use super::b::*;",
        "fn f() -> crate::b::Y { crate::b::y() }",
        "use super::{\n    // comment\n    b::Y,\n};",
    ] {
        assert_eq!(with(from_a, to_a).as_deref(), Some("a -> b -> a"), "{from_a}");
    }
    for harmless in [
        "// use crate::b::Y;",
        "const TEXT: &str = \"use crate::b::Y;\";",
        "#[cfg(test)]\nmod tests { use crate::b::Y; fn f() { {} } }",
        "use other::b::Y;",
    ] {
        assert_eq!(with(harmless, to_a), None, "{harmless}");
    }
    // A parent that re-exports what its child defines, and a child that uses its parent.
    let parent = [("", ""), ("a", "mod c; pub use c::X; pub struct Y;"), ("a/c", "use super::Y;")];
    let parent = parent.map(|(name, text)| {
        let module = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        (module.collect(), text.to_owned())
    });
    assert_eq!(circle(&graph(&Sources::from(parent))).as_deref(), Some("a -> a::c -> a"));
}

/// The folder of every crate of the workspace.
fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [root.clone(), root.join("functions"), root.join("evidence")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let folders = entries.map(|entry| entry.unwrap().path());
    folders.filter(|folder| folder.join("Cargo.toml").is_file()).collect()
}

/// Every module of the crate in that folder. `main.rs` beside `lib.rs` is a crate of its own, and
/// small.
fn sources(folder: &Path) -> Sources {
    let src = folder.join("src");
    let mut sources = Sources::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&src).unwrap().with_extension("");
                let mut module: Module =
                    relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                if matches!(module.last().map(String::as_str), Some("lib" | "main" | "mod")) {
                    module.pop();
                }
                let text = fs::read_to_string(&path).unwrap();
                sources.entry(module).or_default().push_str(&text);
            }
        }
    }
    sources
}

fn graph(sources: &Sources) -> Graph {
    let graph = sources.iter().map(|(module, text)| {
        let tokens = without_tests(tokens(text));
        let mut used = BTreeSet::new();
        for at in 0..tokens.len() {
            // `pub(in crate::http)` says who may use, not what is used.
            let is_start = at == 0 || !matches!(tokens[at - 1], "::" | "in");
            if is_start && tokens.get(at + 1).is_some_and(|next| *next == "::") {
                paths(&tokens, at, &mut Vec::new(), &mut |path| {
                    used.extend(resolve(module, path, sources));
                });
            }
        }
        used.remove(module);
        (module.clone(), used)
    });
    graph.collect()
}

/// The module that a path leads to, if it begins at the crate, at a parent, or at a child.
fn resolve(module: &Module, path: &[&str], sources: &Sources) -> Option<Module> {
    let child = || module.iter().cloned().chain([path[0].to_owned()]).collect::<Module>();
    let (mut target, rest) = match path[0] {
        "crate" => (Module::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => {
            let ups = path.iter().take_while(|part| **part == "super").count();
            (module[..module.len().saturating_sub(ups)].to_vec(), &path[ups..])
        }
        _ if sources.contains_key(&child()) => (child(), &path[1..]),
        _ => return None,
    };
    for part in rest {
        target.push((*part).to_owned());
        if !sources.contains_key(&target) {
            target.pop();
            break;
        }
    }
    Some(target)
}

/// Gives every path of the tree that begins at that token: `a::{b, c::d}` has `a::b` and `a::c::d`.
/// Returns where the tree ends.
fn paths<'t>(
    tokens: &[&'t str],
    mut at: usize,
    prefix: &mut Vec<&'t str>,
    found: &mut impl FnMut(&[&'t str]),
) -> usize {
    let depth = prefix.len();
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    at = match tokens[at] {
                        "," => at + 1,
                        _ => paths(tokens, at, prefix, found).max(at + 1),
                    };
                }
                at += 1;
                break;
            }
            Some(part) if part.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                prefix.push(part);
                at += 1;
                if tokens.get(at) != Some(&"::") {
                    found(prefix);
                    break;
                }
                at += 1;
            }
            _ => {
                // `*`, or the type arguments of a path in an expression.
                if !prefix.is_empty() {
                    found(prefix);
                }
                break;
            }
        }
    }
    prefix.truncate(depth);
    at
}

/// Words, `::` and single characters, without comments, texts and lifetimes.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            'r' if rest.starts_with("r\"") => rest[2..].find('"').map_or(rest.len(), |end| end + 3),
            '"' => quoted(rest, '"'),
            '\'' if is_character(rest) => quoted(rest, '\''),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let end = end.unwrap_or(rest.len());
                tokens.push(&rest[..end]);
                end
            }
            ':' if rest.starts_with("::") => {
                tokens.push("::");
                2
            }
            c if c.is_whitespace() => c.len_utf8(),
            c => {
                tokens.push(&rest[..c.len_utf8()]);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of a text between those quotation marks.
fn quoted(text: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == mark && !is_escaped {
            return at + c.len_utf8();
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

/// Whether a quotation mark begins a character, and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    characters.next() == Some('\\') || characters.next() == Some('\'')
}

/// The tokens without the items that only tests compile.
fn without_tests(tokens: Vec<&str>) -> Vec<&str> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].starts_with(&MARK) {
            kept.push(tokens[at]);
            at += 1;
            continue;
        }
        let mut depth = 0;
        for token in &tokens[at + MARK.len()..] {
            at += 1;
            match *token {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(*token, "}" | ";") {
                break;
            }
        }
        at += MARK.len();
    }
    kept
}

/// A circle of the graph, if it has one, as `a -> b -> a`.
fn circle(graph: &Graph) -> Option<String> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| walk(graph, module, &mut Vec::new(), &mut done))
}

fn walk<'g>(
    graph: &'g Graph,
    module: &'g Module,
    way: &mut Vec<&'g Module>,
    done: &mut BTreeSet<&'g Module>,
) -> Option<String> {
    if let Some(start) = way.iter().position(|passed| *passed == module) {
        let names = way[start..].iter().chain([&module]).map(|module| match module.len() {
            0 => "crate".to_owned(),
            _ => module.join("::"),
        });
        return Some(names.collect::<Vec<_>>().join(" -> "));
    }
    if !done.insert(module) {
        return None;
    }
    way.push(module);
    let used = graph.get(module).into_iter().flatten();
    let found = used.into_iter().find_map(|used| walk(graph, used, way, done));
    way.pop();
    found
}
