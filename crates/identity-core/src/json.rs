//! JSON parsing that rejects duplicate members, at any depth.
//!
//! RFC 7515, section 4, and RFC 7519, section 4, let a parser reject duplicate names or use the last one. Two parsers
//! that disagree about which one counts are a vulnerability, so this one rejects them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses `bytes` as one JSON object. Errors: not JSON, not an object, a duplicate member, more than 128 levels deep.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    match whole(bytes, Unique)? {
        Value::Object(members) => Ok(members),
        _ => Err(serde_json::Error::custom("not an object")),
    }
}

/// Parses all of `bytes` with the deserializer `kind`.
pub(crate) fn whole<'de, K: DeserializeSeed<'de>>(
    bytes: &'de [u8],
    kind: K,
) -> Result<K::Value, serde_json::Error> {
    // Checked once here, because the parser would check each string in the document.
    let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = kind.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Returns the parser's message, or a fixed text if the message would repeat a value, of any kind and length.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if error.is_data() && !text.starts_with("missing field `") {
        return "a value has another type than is expected".to_owned();
    }
    text
}

/// Builds a [`Value`] and rejects objects with duplicate members.
#[derive(Clone, Copy)]
pub(crate) struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without duplicate members")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(Self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::Error;

    use super::object;

    #[test]
    fn a_member_that_stands_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"\u0062":2}]}"#,
        ] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn only_one_whole_object_is_accepted() {
        for text in [
            "",
            "[]",
            "1",
            "null",
            "{} {}",
            "{",
            "{\"a\":1,}",
            "{\"a\":1e999}",
            "\u{feff}{}",
        ] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert!(object(deep.as_bytes()).is_err(), "nesting is bounded");
    }

    #[test]
    fn a_reason_says_where_and_repeats_nothing() {
        let reason = |text: &str| {
            let error = serde_json::from_str::<std::collections::BTreeMap<String, u8>>(text);
            super::reason(&error.unwrap_err())
        };
        assert_eq!(
            reason("{"),
            "EOF while parsing an object at line 1 column 1"
        );
        assert_eq!(
            reason(r#"{"a":"secret"}"#),
            "a value has another type than is expected"
        );
        let missing = serde_json::Error::missing_field("keys");
        assert_eq!(super::reason(&missing), "missing field `keys`");
    }

    #[test]
    fn values_keep_their_types() {
        let text = r#"{"s":"x","i":-1,"u":18446744073709551615,"f":1.5,"b":true,"n":null,"l":[1,"2"],"o":{"p":[]}}"#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(
            serde_json::Value::Object(object(text.as_bytes()).unwrap()),
            expected
        );
    }
}
