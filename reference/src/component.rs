//! References to the components of the document.

use serde_json::{Value, json};

/// A reference to the component of that kind and name.
pub(crate) fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}
