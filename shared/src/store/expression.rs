//! Update and condition expressions, with every attribute name aliased.
//!
//! DynamoDB reserves several hundred words (`status`, `roles`, `location` …), so no attribute is
//! ever named literally: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, PK};

/// Two states of one item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference<'a> {
    pub(super) before: &'a Item,
    pub(super) after: &'a Item,
}

/// One write's update expression, condition expression, and what their placeholders stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// The placeholder for an attribute's name.
    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    /// A fresh placeholder for a value.
    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Sets the attribute.
    pub(super) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let clause = format!("{} = {}", self.name(attribute), self.value(value));
        self.set.push(clause);
    }

    /// Adds to a number attribute that exists.
    pub(super) fn increase(&mut self, attribute: &str, by: AttributeValue) {
        let name = self.name(attribute);
        let clause = format!("{name} = {name} + {}", self.value(by));
        self.set.push(clause);
    }

    /// Adds to a number attribute, which counts as 0 while it is absent.
    pub(super) fn add(&mut self, attribute: &str, by: AttributeValue) {
        let clause = format!("{} {}", self.name(attribute), self.value(by));
        self.add.push(clause);
    }

    /// Removes the attribute, if it is there.
    pub(super) fn remove(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.remove.push(name);
    }

    /// Sets and removes what differs between two states of one item.
    pub(super) fn set_difference(&mut self, Difference { before, after }: Difference<'_>) {
        for (attribute, value) in after {
            if before.get(attribute) != Some(value) {
                self.set(attribute, value.clone());
            }
        }
        for attribute in before.keys().filter(|attribute| !after.contains_key(*attribute)) {
            self.remove(attribute);
        }
    }

    /// The item must not exist.
    pub(super) fn require_absent(&mut self) {
        let clause = self.absent(PK);
        self.conditions.push(clause);
    }

    /// All of the clauses must hold.
    pub(super) fn require(&mut self, clause: String) {
        self.conditions.push(clause);
    }

    /// At least one of the clauses must hold.
    pub(super) fn require_any(&mut self, clauses: &[String]) {
        // DynamoDB refuses two pairs of parentheses around the same.
        self.conditions.push(match clauses {
            [clause] => clause.clone(),
            _ => format!("({})", clauses.join(" OR ")),
        });
    }

    /// The clause that the attribute is absent.
    pub(super) fn absent(&mut self, attribute: &str) -> String {
        format!("attribute_not_exists({})", self.name(attribute))
    }

    /// The clause that the attribute is there.
    pub(super) fn present(&mut self, attribute: &str) -> String {
        format!("attribute_exists({})", self.name(attribute))
    }

    /// The clause that the attribute is there and less than the value.
    pub(super) fn less(&mut self, attribute: &str, value: AttributeValue) -> String {
        format!("{} < {}", self.name(attribute), self.value(value))
    }

    /// The clause that the attribute is there and greater than the value.
    pub(super) fn greater(&mut self, attribute: &str, value: AttributeValue) -> String {
        format!("{} > {}", self.name(attribute), self.value(value))
    }

    /// The clause that the attribute is there and not less than the value.
    pub(super) fn at_least(&mut self, attribute: &str, value: AttributeValue) -> String {
        format!("{} >= {}", self.name(attribute), self.value(value))
    }

    /// The clause that the attribute has the value.
    pub(super) fn equals(&mut self, attribute: &str, value: AttributeValue) -> String {
        format!("{} = {}", self.name(attribute), self.value(value))
    }

    /// The clause that the attribute is there and not greater than the value.
    pub(super) fn at_most(&mut self, attribute: &str, value: AttributeValue) -> String {
        format!("{} <= {}", self.name(attribute), self.value(value))
    }

    /// The update expression.
    pub(super) fn update(&self) -> String {
        let mut clauses = Vec::new();
        if !self.set.is_empty() {
            clauses.push(format!("SET {}", self.set.join(", ")));
        }
        if !self.remove.is_empty() {
            clauses.push(format!("REMOVE {}", self.remove.join(", ")));
        }
        if !self.add.is_empty() {
            clauses.push(format!("ADD {}", self.add.join(", ")));
        }
        clauses.join(" ")
    }

    /// The condition expression, or `None` without a condition.
    pub(super) fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// The attribute names, or `None` where there are none: DynamoDB refuses an empty map.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// The values, or `None` where there are none: DynamoDB refuses an empty map.
    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}
