//! The JSON body of a request, member by member. What is left at the end was not understood, and is refused if it asks for something.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::descope::refusals;
use crate::provider::Call;
use crate::refusal::Refusal;

/// Custom claims and attributes: Descope allows as many members.
const MOST_ATTRIBUTES: usize = 100;

/// The members that were not taken yet.
pub(super) struct Body(Map<String, Value>);

impl Body {
    /// Reads the body; an empty one has no members.
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        if call.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        let read = serde_json::from_slice(call.body);
        let object =
            read.map_err(|_| refusals::unreadable("The request body is no JSON object"))?;
        Ok(Self(object))
    }

    /// A text that is there and not empty.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let text: Option<String> = self.take(name, "a string")?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        text.ok_or_else(|| refusals::invalid(&format!("The {name} field is required")))
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.take(name, "a list of strings")
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        self.take(name, "true or false")
    }

    /// A whole number, 0 or more; as usual in 64 bits, it may be written as a string.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        if let Some(Value::String(text)) = self.0.get(name)
            && let Ok(number) = text.parse::<i64>()
        {
            self.0.insert(name.to_owned(), number.into());
        }
        let expected = "a whole number, 0 or more";
        let number: Option<i64> = self.take(name, expected)?;
        match number {
            Some(..0) => Err(wrong(name, expected)),
            number => Ok(number),
        }
    }

    pub(super) fn objects(&mut self, name: &str) -> Result<Option<Vec<Self>>, Refusal> {
        let objects: Option<Vec<Map<String, Value>>> = self.take(name, "a list of objects")?;
        Ok(objects.map(|objects| objects.into_iter().map(Self).collect()))
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Refusal> {
        self.take(name, "an object").map(|object| object.map(Self))
    }

    /// Custom claims or attributes.
    pub(super) fn attributes(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        let attributes: Option<Map<String, Value>> = self.take(name, "an object")?;
        let count = attributes.as_ref().map_or(0, Map::len);
        if count > MOST_ATTRIBUTES {
            let message = format!("The {name} field must have at most {MOST_ATTRIBUTES} members");
            return Err(refusals::invalid(&message));
        }
        Ok(attributes)
    }

    /// The claims of the client's own making in `loginOptions`.
    pub(super) fn client_claims(&mut self) -> Result<Map<String, Value>, Refusal> {
        let Some(mut options) = self.object("loginOptions")? else {
            return Ok(Map::new());
        };
        let claims = options.attributes("customClaims")?;
        options.end()?;
        Ok(claims.unwrap_or_default())
    }

    /// Any value.
    pub(super) fn value(&mut self, name: &str) -> Value {
        self.0.shift_remove(name).unwrap_or_default()
    }

    /// Refuses a member that was not taken and asks for something: what is not done must not look done.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.0.iter().find(|(_, value)| asks(value)) {
            Some((name, _)) => Err(refusals::not_yet(&format!("the field {name}"))),
            None => Ok(()),
        }
    }

    fn take<T: DeserializeOwned>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Refusal> {
        let value = self.0.shift_remove(name).unwrap_or_default();
        serde_json::from_value(value).map_err(|_| wrong(name, expected))
    }
}

fn wrong(name: &str, expected: &str) -> Refusal {
    refusals::invalid(&format!("The {name} field must be {expected}"))
}

/// SDKs send members that the caller did not set, too, without a value.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_f64() != Some(0.0),
        Value::String(value) => !value.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => members.values().any(asks),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: Value) -> Body {
        Body(value.as_object().cloned().unwrap())
    }

    #[test]
    fn what_was_not_taken_is_refused_if_it_asks_for_something() {
        let silent =
            json!({ "a": null, "b": "", "c": [], "d": {}, "e": false, "f": 0, "g": { "h": null } });
        assert!(body(silent).end().is_ok());
        for asking in [
            json!(true),
            json!("x"),
            json!([0]),
            json!(1),
            json!({ "x": 1 }),
        ] {
            let refused = body(json!({ "sendMail": asking })).end().unwrap_err();
            let message = "This local issuer does not do the field sendMail yet";
            assert!(refused.to_string().contains(message), "{refused}");
        }
    }

    #[test]
    fn members_of_the_wrong_type_are_named() {
        let mut wrong = body(json!({ "name": 7, "ids": "x", "limit": -1, "page": "x" }));
        let said = [
            wrong.text("name").unwrap_err(),
            wrong.texts("ids").unwrap_err(),
            wrong.number("limit").unwrap_err(),
            body(json!({})).required("loginId").unwrap_err(),
        ]
        .map(|refusal| refusal.to_string());
        for (said, expected) in said.iter().zip([
            "The name field must be a string",
            "The ids field must be a list of strings",
            "The limit field must be a whole number, 0 or more",
            "The loginId field is required",
        ]) {
            assert!(said.contains(expected), "{said}");
        }
        assert_eq!(
            body(json!({ "limit": "5" })).number("limit").unwrap(),
            Some(5)
        );
    }
}
