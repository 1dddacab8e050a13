//! Which operation an answer leads to, and with what of it.

use serde_json::{Map, Value, json};

use crate::texts::Texts;

/// A link from the success of an operation to another operation.
struct Link {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    /// Parameters with the expressions that give their values.
    parameters: &'static [(&'static str, &'static str)],
    /// Fields of the body, likewise.
    body: &'static [(&'static str, &'static str)],
}

const USER_ID: &str = "$response.body#/userId";
const USERNAME: &str = "$response.body#/username";
const ETAG: &str = "$response.header.ETag";
const OLD_USERNAME: &str = "$response.body#/data/oldUsername";
const NEW_USERNAME: &str = "$response.body#/data/newUsername";

#[rustfmt::skip]
const LINKS: &[Link] = &[
    Link { name: "FindByNewName", from: "change-username", to: "find-user",
        parameters: &[("username", NEW_USERNAME)], body: &[] },
    Link { name: "FindByOldName", from: "change-username", to: "find-user",
        parameters: &[("username", OLD_USERNAME)], body: &[] },
    Link { name: "ChangeToIt", from: "check-username", to: "change-username",
        parameters: &[], body: &[("newUsername", "$response.body#/data/username")] },
    Link { name: "GetFoundUser", from: "find-user", to: "get-user",
        parameters: &[("userId", "$response.body#/data/userId")], body: &[] },
    Link { name: "GetNewUser", from: "create-user", to: "get-user",
        parameters: &[("userId", USER_ID)], body: &[] },
    Link { name: "UpdateNewUser", from: "create-user", to: "update-user",
        parameters: &[("If-Match", ETAG)], body: &[("userId", USER_ID)] },
    Link { name: "FindNewUser", from: "create-user", to: "find-user",
        parameters: &[("username", USERNAME)], body: &[] },
    Link { name: "UpdateThisVersion", from: "get-user", to: "update-user",
        parameters: &[("If-Match", ETAG)], body: &[("userId", USER_ID)] },
    Link { name: "GetUpdatedUser", from: "update-user", to: "get-user",
        parameters: &[("userId", USER_ID)], body: &[] },
    Link { name: "UpdateAgain", from: "update-user", to: "update-user",
        parameters: &[("If-Match", ETAG)], body: &[("userId", USER_ID)] },
];

/// The links of the success of that operation.
pub(crate) fn of(operation: &str, texts: &Texts) -> Map<String, Value> {
    let links = LINKS.iter().filter(|link| link.from == operation);
    links.map(|link| (link.name.to_owned(), link.write(texts))).collect()
}

impl Link {
    fn write(&self, texts: &Texts) -> Value {
        let mut link = json!({
            "operationId": self.to,
            "description": texts.get(&format!("links.{}", self.name)),
        });
        for (key, values) in [("parameters", self.parameters), ("requestBody", self.body)] {
            if !values.is_empty() {
                link[key] = values.iter().map(|(name, value)| (*name, *value)).collect();
            }
        }
        link
    }
}

#[cfg(test)]
mod tests {
    use shared::http::context::Language;

    use super::*;
    use crate::document::json;
    use crate::{Servers, examples};

    #[test]
    fn every_link_leads_to_an_operation_that_takes_what_the_answer_has() {
        let document = json(Language::English, &Servers::default()).unwrap();
        let operations: Vec<&Value> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .collect();
        for link in LINKS {
            let find = |id: &str| operations.iter().find(|o| o["operationId"] == id).unwrap();
            let [from, to] = [link.from, link.to].map(find);
            let success =
                from["responses"].as_object().unwrap().values().find(|r| r["links"].is_object());
            let success = success.unwrap();
            assert_eq!(success["links"][link.name]["operationId"], link.to);
            for (name, _) in link.parameters {
                let parameters = to["parameters"].as_array().unwrap();
                assert!(parameters.iter().any(|p| p["name"] == *name), "{}: {name}", link.name);
            }
            let schema = &to["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            for (name, _) in link.body {
                let schema = schema.as_str().unwrap().strip_prefix('#').unwrap();
                let fields = document.pointer(schema).unwrap();
                assert!(fields["properties"][name].is_object(), "{}: {name}", link.name);
            }
            for (_, expression) in link.parameters.iter().chain(link.body) {
                let answer = examples::of(link.from).answer;
                let of_body = expression.strip_prefix("$response.body#");
                let of_header = expression.strip_prefix("$response.header.");
                let is_there = of_body.is_some_and(|pointer| answer.pointer(pointer).is_some())
                    || of_header.is_some_and(|name| success["headers"][name].is_object());
                assert!(is_there, "{}: {expression}", link.name);
            }
        }
    }
}
