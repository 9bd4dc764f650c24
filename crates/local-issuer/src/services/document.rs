//! The routes of a service, from its OpenAPI document.

use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// In upper case.
    pub(crate) method: String,
    /// With `{name}` for a parameter.
    pub(crate) path: String,
    /// What it does, without the rule.
    pub(crate) summary: String,
    /// The rule in brackets at the end of the summary, as in `Lists users (requires role admin)`.
    pub(crate) rule: Option<String>,
}

impl Operation {
    /// Whether it asks for more than a verified token.
    pub(crate) fn needs_a_right(&self) -> bool {
        let rule = self.rule.as_deref().unwrap_or_default();
        rule.starts_with("requires") && rule != "requires any verified token"
    }
}

/// Reads the operations in the document's order; none of a text that is no such document.
pub(crate) fn operations(document: &[u8]) -> Vec<Operation> {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object);
    let paths = paths.into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| {
            let operation = item.get(method)?;
            let summary = operation.get("summary").and_then(Value::as_str);
            let (summary, rule) = apart(summary.unwrap_or_default());
            Some(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                summary,
                rule,
            })
        })
    });
    operations.collect()
}

fn apart(summary: &str) -> (String, Option<String>) {
    let bracket = summary
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    match bracket {
        Some((text, rule)) => (text.trim().to_owned(), Some(rule.to_owned())),
        None => (summary.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_are_those_of_the_document_with_their_rules() {
        for text in ["", "[]", "{}", r#"{"paths":[]}"#, r#"{"paths":{"/a":1}}"#] {
            assert_eq!(operations(text.as_bytes()), [], "{text}");
        }
        let document = r#"{"paths":{
            "/b":{"delete":{"summary":"Delete it (now) (requires role admin)"},"get":{"summary":"Read (requires any verified token)"}},
            "/a":{"parameters":[],"post":{}}
        }}"#;
        let found = operations(document.as_bytes());
        let told: Vec<_> = found
            .iter()
            .map(|one| {
                let rule = one.rule.as_deref().unwrap_or_default();
                (
                    &*one.method,
                    &*one.path,
                    &*one.summary,
                    rule,
                    one.needs_a_right(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("GET", "/b", "Read", "requires any verified token", false),
                (
                    "DELETE",
                    "/b",
                    "Delete it (now)",
                    "requires role admin",
                    true
                ),
                ("POST", "/a", "", "", false),
            ]
        );
    }
}
