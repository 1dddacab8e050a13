//! What the reference says in words, by language. The texts are in `texts/`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use shared::http::context::Language;

const ENGLISH: &str = include_str!("../texts/en.yml");
const TURKISH: &str = include_str!("../texts/tr.yml");

/// The texts of one language by key: the section, a dot, and the name.
pub(crate) struct Texts {
    pub(crate) language: Language,
    by_key: BTreeMap<String, String>,
    asked: RefCell<BTreeSet<String>>,
}

impl Texts {
    /// The texts of that language.
    ///
    /// # Errors
    /// When the file is not a mapping of sections to mappings of texts.
    pub(crate) fn of(language: Language) -> Result<Self, yaml_serde::Error> {
        let file = match language {
            Language::English => ENGLISH,
            Language::Turkish => TURKISH,
        };
        let sections: BTreeMap<String, BTreeMap<String, String>> = yaml_serde::from_str(file)?;
        let mut by_key = BTreeMap::new();
        for (section, entries) in sections {
            for (name, text) in entries {
                by_key.insert(format!("{section}.{name}"), text.trim_end().to_owned());
            }
        }
        Ok(Self { language, by_key, asked: RefCell::default() })
    }

    /// The text of that key; the key itself when there is none, which a test does not let pass.
    pub(crate) fn get(&self, key: &str) -> String {
        self.asked.borrow_mut().insert(key.to_owned());
        self.by_key.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The first of the keys that has a text, which is that of the last when none has.
    pub(crate) fn first(&self, keys: &[String]) -> String {
        let key = keys.iter().find(|key| self.by_key.contains_key(*key)).or(keys.last());
        key.map(|key| self.get(key)).unwrap_or_default()
    }

    /// The texts of that section by name.
    pub(crate) fn section(&self, section: &str) -> BTreeMap<String, String> {
        let keys = self.by_key.keys().filter(|key| key.split('.').next() == Some(section));
        let names = keys.filter_map(|key| Some((key.split_once('.')?.1.to_owned(), self.get(key))));
        names.collect()
    }

    /// The keys that were asked for and have no text, and those that have one and were not.
    #[cfg(test)]
    pub(crate) fn odd_keys(&self) -> Vec<String> {
        let known: BTreeSet<String> = self.by_key.keys().cloned().collect();
        self.asked.borrow().symmetric_difference(&known).cloned().collect()
    }
}
