//! What a command found, for people and for programs.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value, json};

/// The findings of a command: named values, and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
    faults: Vec<Fault>,
    /// Replaces the rows in the text for people.
    text: Option<String>,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    text: String,
    value: Value,
    /// Whether it is one of a list.
    is_item: bool,
}

/// Something that is wrong, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do; empty if that is said already.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl Error for Fault {}

impl Report {
    /// Returns a report that is this text.
    pub fn text(text: String) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    /// Sets the text that replaces the values for people.
    pub fn with_text(self, text: String) -> Self {
        Self {
            text: Some(text),
            ..self
        }
    }

    /// Adds a value under its name.
    pub fn add(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        self.add_as(name, words(&value), value);
    }

    /// Adds a value that people read as `text`.
    pub fn add_as(&mut self, name: &'static str, text: String, value: Value) {
        self.rows.push(Row {
            name,
            text,
            value,
            is_item: false,
        });
    }

    /// Adds one more value to the list of this name.
    pub fn item(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        self.item_as(name, words(&value), value);
    }

    /// Adds one more value, which people read as `text`, to the list of this name.
    pub fn item_as(&mut self, name: &'static str, text: String, value: Value) {
        self.rows.push(Row {
            name,
            text,
            value,
            is_item: true,
        });
    }

    /// Adds something that is wrong.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Returns whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// Returns the text to print. Control characters of a stranger's document are shown as escapes: a terminal obeys them.
    pub fn print(&self, as_json: bool) -> String {
        if as_json {
            return format!("{:#}\n", self.json());
        }
        let mut text = match &self.text {
            Some(text) => text.clone(),
            None => self.lines(),
        };
        for Fault { what, remedy, .. } in &self.faults {
            text.push_str(&format!("\nfault: {}\n", plain(what)));
            if !remedy.is_empty() {
                text.push_str(&format!("       {}\n", plain(remedy)));
            }
        }
        text
    }

    fn lines(&self) -> String {
        let before = std::iter::once("").chain(self.rows.iter().map(|row| row.name));
        let rows = self.rows.iter().zip(before);
        let line = |(row, before): (&Row, &str)| row.line(before != row.name);
        rows.map(line).collect()
    }

    fn json(&self) -> Value {
        let mut members = Map::new();
        for row in &self.rows {
            let (name, value) = (row.name.replace(' ', "_"), row.value.clone());
            let place = members.entry(name);
            match place.or_insert_with(|| json!([])) {
                Value::Array(items) if row.is_item => items.push(value),
                other => *other = value,
            }
        }
        if let (true, Some(text)) = (members.is_empty(), &self.text) {
            members.insert("text".to_owned(), json!(text));
        }
        let faults = self.faults.iter().map(
            |Fault { code, what, remedy }| json!({"code": code, "what": what, "remedy": remedy}),
        );
        members.insert("faults".to_owned(), faults.collect());
        Value::Object(members)
    }
}

impl Row {
    fn line(&self, is_named: bool) -> String {
        let name = if is_named { self.name } else { "" };
        let mut lines = self.text.lines();
        let mut text = format!("{name:<15} {}\n", plain(lines.next().unwrap_or("")));
        for line in lines {
            text.push_str(&format!("{:<15} {}\n", "", plain(line)));
        }
        text
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

/// Returns the text with control characters as escapes.
pub fn plain(text: &str) -> String {
    let escaped = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Fault, Report};

    #[test]
    fn a_report_is_lines_or_json_and_obeys_no_control_characters() {
        let mut report = Report::default();
        report.add("issuer", "https://a\u{1b}[2J");
        report.add("key types", json!(["RSA", "EC"]));
        report.item("routes", "a");
        report.item("routes", "b");
        report.fault(Fault {
            code: "wrong",
            what: "it is\nwrong".to_owned(),
            remedy: "mend it".to_owned(),
        });
        assert!(!report.is_good());
        assert_eq!(
            report.print(false),
            "issuer          https://a\\u{1b}[2J\nkey types       RSA, EC\nroutes          a\n                b\n\nfault: it is\\nwrong\n       mend it\n"
        );
        let printed: serde_json::Value = serde_json::from_str(&report.print(true)).unwrap();
        assert_eq!(
            printed,
            json!({
                "issuer": "https://a\u{1b}[2J", "key_types": ["RSA", "EC"], "routes": ["a", "b"],
                "faults": [{"code": "wrong", "what": "it is\nwrong", "remedy": "mend it"}],
            })
        );
    }
}
