//! The JOSE header of a token.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::json::Unique;

/// A JOSE header (RFC 7515, section 4): the members that are checked. Other members are read only to detect duplicates,
/// and not kept.
#[derive(Default)]
pub(crate) struct Header {
    algorithm: Option<Value>,
    key_id: Option<Value>,
    token_type: Option<Value>,
    is_critical: bool,
    embedded_key: Option<&'static str>,
}

impl Header {
    /// Members that contain or reference a key chosen by the sender.
    const KEYS_OF_ITS_OWN: [&str; 4] = ["jwk", "jku", "x5u", "x5c"];

    /// Returns `alg` if it is a string.
    pub(crate) fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_ref()?.as_str()
    }

    /// Returns whether `kid` is present, with any value.
    pub(crate) fn has_key_id(&self) -> bool {
        self.key_id.is_some()
    }

    /// Takes `kid` if it is a non-empty string.
    pub(crate) fn take_key_id(&mut self) -> Option<String> {
        match self.key_id.take() {
            Some(Value::String(kid)) if !kid.is_empty() => Some(kid),
            _ => None,
        }
    }

    /// Returns `typ`, of any type.
    pub(crate) fn token_type(&self) -> Option<&Value> {
        self.token_type.as_ref()
    }

    /// Returns `typ` without a leading `application/` (RFC 7515, section 4.1.9), or an empty text if it is not a string.
    pub(crate) fn short_type(&self) -> &str {
        let name = self.token_type().and_then(Value::as_str);
        let name = name.unwrap_or_default();
        match name.get(.."application/".len()) {
            Some(prefix) if prefix.eq_ignore_ascii_case("application/") => {
                name.get(prefix.len()..).unwrap_or_default()
            }
            _ => name,
        }
    }

    /// Returns whether `crit` is present, with any value.
    pub(crate) fn is_critical(&self) -> bool {
        self.is_critical
    }

    /// Returns the name of a member that contains or references a key.
    pub(crate) fn embedded_key(&self) -> Option<&'static str> {
        self.embedded_key
    }

    /// Returns the field for this member, or `None` if its value is not kept.
    fn place(&mut self, name: &str) -> Option<&mut Option<Value>> {
        match name {
            "alg" => Some(&mut self.algorithm),
            "kid" => Some(&mut self.key_id),
            "typ" => Some(&mut self.token_type),
            _ => None,
        }
    }

    /// Records the presence of a member whose value is not kept.
    fn note(&mut self, name: &str) {
        self.is_critical |= name == "crit";
        let own = Self::KEYS_OF_ITS_OWN.into_iter().find(|own| *own == name);
        self.embedded_key = self.embedded_key.or(own);
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Header;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object without duplicate members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header, A::Error> {
        #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
        struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

        let mut header = Header::default();
        let mut others = Vec::new();
        let mut is_twice = false;
        while let Some(name) = members.next_key::<Name<'de>>()? {
            let value = members.next_value_seed(Unique)?;
            if let Some(place) = header.place(&name.0) {
                is_twice |= place.replace(value).is_some();
            } else {
                header.note(&name.0);
                others.push(name);
            }
        }
        others.sort_unstable();
        is_twice |= others.windows(2).any(|pair| pair.first() == pair.last());
        if is_twice {
            return Err(A::Error::custom("duplicate member"));
        }
        Ok(header)
    }
}
