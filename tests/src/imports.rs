//! No crate has an import cycle: no two modules use each other, directly or through other modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module within its crate. The path of the root is empty.
type Module = Vec<String>;
/// The modules that each module uses.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// The source text of each module of a crate.
type Sources = BTreeMap<Module, String>;

#[test]
fn no_crate_has_an_import_cycle() {
    let crates = crates();
    assert!(crates.len() > 14, "{crates:?}");
    let cycles: Vec<String> = crates
        .iter()
        .filter_map(|folder| {
            let cycle = find_cycle(&graph(&sources(folder)))?;
            Some(format!("{}: {cycle}", folder.file_name()?.display()))
        })
        .collect();
    assert!(cycles.is_empty(), "{cycles:#?}");
}

#[test]
fn an_import_cycle_is_found_however_it_is_written() {
    let with = |a: &str, b: &str| {
        let sources = [("", "mod a; mod b;"), ("a", a), ("b", b)];
        let sources = sources.map(|(name, text)| {
            let module = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
            (module.collect(), text.to_owned())
        });
        find_cycle(&graph(&Sources::from(sources)))
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
    // A parent re-exports a type of its child, and the child uses its parent.
    let parent = [("", ""), ("a", "mod c; pub use c::X; pub struct Y;"), ("a/c", "use super::Y;")];
    let parent = parent.map(|(name, text)| {
        let module = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        (module.collect(), text.to_owned())
    });
    assert_eq!(find_cycle(&graph(&Sources::from(parent))).as_deref(), Some("a -> a::c -> a"));
}

/// Returns the folder of every crate of the workspace.
fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [root.clone(), root.join("functions"), root.join("evidence")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let folders = entries.map(|entry| entry.unwrap().path());
    folders.filter(|folder| folder.join("Cargo.toml").is_file()).collect()
}

/// Returns every module of the crate in that folder. The function treats `main.rs` and `lib.rs` in one
/// folder as one module.
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
        let tokens = without_tests(&tokens(text));
        let mut used = BTreeSet::new();
        for at in 0..tokens.len() {
            // The path in `pub(in crate::http)` is no import.
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

/// Returns the module that a path leads to, if the path begins at the crate, at a parent or at a child.
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

/// Calls `found` with every path of the use tree that begins at that token: `a::{b, c::d}` has `a::b`
/// and `a::c::d`. Returns the index after the tree.
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
                // The token is `*`, or begins the type arguments of a path in an expression.
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

/// Splits the text into words, `::` and single characters. Leaves out comments and literals.
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

/// Returns the length of a literal between these quotation marks.
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

/// Whether the quotation mark begins a character literal, not a lifetime.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    characters.next() == Some('\\') || characters.next() == Some('\'')
}

/// Returns the tokens without the items that have `#[cfg(test)]`.
fn without_tests<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
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

/// Returns a cycle of the graph, if there is one, as in `a -> b -> a`.
fn find_cycle(graph: &Graph) -> Option<String> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| visit(graph, module, &mut Vec::new(), &mut done))
}

/// Visits the modules that a module uses, directly or through others. Returns a cycle, if there is one.
fn visit<'g>(
    graph: &'g Graph,
    module: &'g Module,
    path: &mut Vec<&'g Module>,
    done: &mut BTreeSet<&'g Module>,
) -> Option<String> {
    if let Some(start) = path.iter().position(|passed| *passed == module) {
        let names = path[start..].iter().chain([&module]).map(|module| match module.len() {
            0 => "crate".to_owned(),
            _ => module.join("::"),
        });
        return Some(names.collect::<Vec<_>>().join(" -> "));
    }
    if !done.insert(module) {
        return None;
    }
    path.push(module);
    let used = graph.get(module).into_iter().flatten();
    let found = used.into_iter().find_map(|used| visit(graph, used, path, done));
    path.pop();
    found
}
