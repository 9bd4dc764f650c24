//! The settings themselves: names, kinds, defaults and descriptions, read from the structs.

use config::{Value, ValueKind};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value as Json;

use super::effect::Effect;

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The path in a TOML file, such as `keys.ttl_seconds`.
    pub path: String,
    /// The kind of its value.
    pub kind: Kind,
    /// The default, if there is one.
    pub default: Option<Json>,
    /// The description: the doc comment of the struct's field.
    pub description: String,
    /// Whether the service cannot start without it.
    pub required: bool,
    /// Whether it can be read from a file that `<NAME>_FILE` names, and is never shown.
    pub secret: bool,
    /// What a running service does with a changed value.
    pub effect: Effect,
    /// What is expected, if the error of the field's type does not say so.
    pub(super) expected: Option<String>,
}

/// The kind of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number between these bounds, inclusive.
    Number(i64, i64),
    /// `true` or `false`.
    Switch,
    /// Several texts: a list in a file, or one text with commas.
    List,
}

impl Field {
    /// Returns the setting that names the TOML file, which is in no group. A change of it is one of the settings in the file.
    pub(super) fn config_file() -> Self {
        Self {
            path: "config_file".to_owned(),
            kind: Kind::Text,
            default: None,
            description:
                "The path of a TOML file with settings; `.env` and the environment win over it."
                    .to_owned(),
            required: false,
            secret: false,
            effect: Effect::Requests,
            expected: None,
        }
    }

    /// Returns its name in the environment, such as `KEYS__TTL_SECONDS`.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Returns the settings of a group with these defaults, sorted: plain names first, then tables.
    pub(super) fn all_of<T: JsonSchema + Serialize>(default: &T) -> Vec<Self> {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
        });
        let schema = settings.into_generator().into_root_schema_for::<T>();
        let defaults = serde_json::to_value(default).unwrap_or_default();
        let mut fields = Vec::new();
        let schema = schema.as_value();
        collect(schema, &defaults, ("", Effect::Restart), &mut fields);
        fields.sort_by_key(|field| (field.path.contains('.'), field.path.clone()));
        fields
    }

    /// Parses a value as written by a person. Errors: what is expected.
    pub(super) fn parse(&self, found: &Value) -> Result<Value, String> {
        let text = || match &found.kind {
            ValueKind::String(text) => Some(text.clone()),
            ValueKind::I64(_) | ValueKind::U64(_) | ValueKind::Float(_) | ValueKind::Boolean(_) => {
                Some(found.kind.to_string())
            }
            _ => None,
        };
        let kind = match (self.kind, &found.kind) {
            (Kind::List, ValueKind::Array(values)) => {
                let texts = values.iter().map(|value| match &value.kind {
                    ValueKind::String(text) => Some(text.clone()),
                    _ => None,
                });
                texts.collect::<Option<Vec<_>>>().map(ValueKind::from)
            }
            (Kind::List, _) => text().map(|text| {
                let parts = text.split(',').map(str::trim);
                let parts = parts.filter(|part| !part.is_empty());
                ValueKind::from(parts.map(str::to_owned).collect::<Vec<_>>())
            }),
            (Kind::Text, _) => text().map(ValueKind::from),
            (Kind::Switch, _) => text()
                .and_then(|text| text.parse::<bool>().ok())
                .map(ValueKind::from),
            (Kind::Number(low, high), _) => text()
                .and_then(|text| text.parse::<i64>().ok())
                .filter(|number| (low..=high).contains(number))
                .map(ValueKind::from),
        };
        kind.map(|kind| Value::new(None, kind)).ok_or_else(|| {
            let own = self.expected.as_ref();
            own.map_or_else(|| self.kind.expected(), |own| format!("expected {own}"))
        })
    }
}

impl Kind {
    fn expected(self) -> String {
        match self {
            Self::Text => "expected a text".to_owned(),
            Self::Number(low, high) => format!("expected a whole number from {low} to {high}"),
            Self::Switch => "expected true or false".to_owned(),
            Self::List => {
                "expected a list of texts, or one text with commas between them".to_owned()
            }
        }
    }

    fn of(schema: &Json) -> Self {
        let is = |name: &str| match schema.get("type") {
            Some(Json::Array(names)) => names.iter().any(|one| one == name),
            one => one.is_some_and(|one| one == name),
        };
        let bound =
            |name: &str, default| schema.get(name).and_then(Json::as_i64).unwrap_or(default);
        if is("integer") {
            Self::Number(bound("minimum", 0), bound("maximum", i64::MAX))
        } else if is("boolean") {
            Self::Switch
        } else if is("array") {
            Self::List
        } else {
            Self::Text
        }
    }
}

/// Returns the environment name of the setting at `path`.
pub(super) fn name_of(path: &str) -> String {
    path.replace('.', "__").to_ascii_uppercase()
}

/// Converts a default to a value of `config`. Returns `None` if it is unset.
pub(super) fn value_of(json: &Json) -> Option<Value> {
    serde_json::from_value::<Value>(json.clone())
        .ok()
        .filter(|value| value.kind != ValueKind::Nil)
}

/// Adds the settings of a table; `above` is its path and the effect of what it is in.
fn collect(schema: &Json, defaults: &Json, above: (&str, Effect), fields: &mut Vec<Field>) {
    let (above, effect) = (above.0, Effect::of(schema).unwrap_or(above.1));
    let Some(Json::Object(properties)) = schema.get("properties") else {
        return;
    };
    for (name, property) in properties {
        let path = format!("{above}{name}");
        let default = defaults.get(name).filter(|default| !default.is_null());
        if property.get("properties").is_some() {
            collect(
                property,
                default.unwrap_or(&Json::Null),
                (&format!("{path}."), effect),
                fields,
            );
            continue;
        }
        let text = |name| property.get(name).and_then(Json::as_str);
        let is = |name| property.get(name) == Some(&Json::Bool(true));
        let words = text("description").unwrap_or_default().split_whitespace();
        fields.push(Field {
            path,
            kind: Kind::of(property),
            default: default.cloned(),
            description: words.collect::<Vec<_>>().join(" "),
            required: is("x-required"),
            secret: is("x-secret"),
            effect: Effect::of(property).unwrap_or(effect),
            expected: text("x-expected").map(str::to_owned),
        });
    }
}
