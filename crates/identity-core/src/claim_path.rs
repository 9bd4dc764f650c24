//! Where a claim is in a token.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::claims::Claims;

/// The place of a claim: a top-level claim, or a member of an object inside one.
///
/// The text alone decides how it is read, never the token:
///
/// - with a leading slash, a JSON Pointer (RFC 6901) through objects: `/resource_access/my.api/roles`; `~1` is a slash in
///   a name, and `~0` a tilde;
/// - with a colon or a slash elsewhere, the name of one top-level claim: `https://example.com/roles`, `cognito:groups`;
/// - otherwise, names separated by dots: `roles`, `realm_access.roles`.
///
/// ```
/// use identity_core::claims::ClaimPath;
/// use serde_json::json;
///
/// let claims = json!({"realm_access": {"roles": ["admin"]}});
/// let path: ClaimPath = "realm_access.roles".parse()?;
/// assert_eq!(path.find(claims.as_object().unwrap()), Some(&json!(["admin"])));
/// # Ok::<(), identity_core::claims::ClaimPathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPath {
    text: String,
    names: Vec<String>,
}

/// The text does not name a claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected one claim: its name, or its path such as realm_access.roles or /resource_access/my.api/roles"
)]
pub struct ClaimPathError;

impl ClaimPath {
    /// Creates the path of the top-level claim with this name, whatever characters it contains.
    #[must_use]
    pub fn of_claim(name: &str) -> Self {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        let is_plain =
            !name.is_empty() && name.parse().is_ok_and(|path: Self| path.names == [name]);
        Self {
            text: if is_plain {
                name.to_owned()
            } else {
                format!("/{escaped}")
            },
            names: vec![name.to_owned()],
        }
    }

    /// Creates the path of a member of an object inside a top-level claim, whatever characters the names contain.
    pub(crate) fn of_members<const N: usize>(names: [&str; N]) -> Self {
        Self::of_names(names.map(str::to_owned).to_vec())
    }

    pub(crate) fn of_names(names: Vec<String>) -> Self {
        let escaped = |name: &String| name.replace('~', "~0").replace('/', "~1");
        let escaped: Vec<_> = names.iter().map(escaped).collect();
        Self {
            text: format!("/{}", escaped.join("/")),
            names,
        }
    }

    /// Sets the value at this place; what is on the way and no object is replaced.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn put(&self, claims: &mut Claims, value: Value) {
        let Some((last, above)) = self.names.split_last() else {
            return;
        };
        let mut object = claims;
        for name in above {
            let member = object.entry(name).or_insert(Value::Null);
            if !member.is_object() {
                *member = Value::Object(Claims::new());
            }
            let Some(inner) = member.as_object_mut() else {
                return; // unreachable: it is an object now
            };
            object = inner;
        }
        object.insert(last.clone(), value);
    }

    /// Removes the value at this place, if there is one.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn take(&self, claims: &mut Claims) {
        let Some((last, above)) = self.names.split_last() else {
            return;
        };
        let object = above
            .iter()
            .try_fold(claims, |object, name| object.get_mut(name)?.as_object_mut());
        if let Some(object) = object {
            object.remove(last);
        }
    }

    /// Returns the value at this place. `None` if there is none, or if something on the way is not an object.
    pub fn find<'c>(&self, claims: &'c Claims) -> Option<&'c Value> {
        let (last, above) = self.names.split_last()?;
        let object = above
            .iter()
            .try_fold(claims, |object, name| object.get(name)?.as_object())?;
        object.get(last)
    }
}

impl FromStr for ClaimPath {
    type Err = ClaimPathError;

    fn from_str(text: &str) -> Result<Self, ClaimPathError> {
        let names: Option<Vec<_>> = names_of(text)
            .map(|name| name.map(Cow::into_owned))
            .collect();
        // With a comma, it is a list where one claim is expected.
        let names = names.filter(|_| !text.contains(','));
        Ok(Self {
            text: text.to_owned(),
            names: names.ok_or(ClaimPathError)?,
        })
    }
}

/// What is at a place.
pub(crate) enum Found<'c> {
    Value(&'c Value),
    /// There is nothing, and nothing is in the way.
    Absent,
    /// Something on the way is not an object, or the text is not a path.
    Unreadable,
}

/// Returns what is at the place that `path` names, read as in [`ClaimPath`].
pub(crate) fn look_up<'c>(path: &str, claims: &'c Claims) -> Found<'c> {
    let mut object = Some(claims);
    let mut found = Found::Unreadable;
    for name in names_of(path) {
        let Some(name) = name else {
            return Found::Unreadable;
        };
        found = match object {
            None => return Found::Unreadable,
            Some(object) => object.get(&*name).map_or(Found::Absent, Found::Value),
        };
        match found {
            Found::Value(value) => object = value.as_object(),
            _ => return found,
        }
    }
    found
}

/// Returns the names in a path; `None` for one that is empty or not valid.
fn names_of(text: &str) -> impl Iterator<Item = Option<Cow<'_, str>>> {
    let (text, separator) = match text.strip_prefix('/') {
        Some(pointer) => (pointer, Some('/')),
        None if text.contains([':', '/']) => (text, None),
        None => (text, Some('.')),
    };
    let names = text.split(move |character| Some(character) == separator);
    names.map(move |name| {
        let name = match separator {
            Some('/') => unescaped(name)?,
            _ => Cow::Borrowed(name),
        };
        (!name.is_empty()).then_some(name)
    })
}

/// Returns a name of a JSON Pointer (RFC 6901, section 4). `None` if a tilde is not followed by 0 or 1.
fn unescaped(name: &str) -> Option<Cow<'_, str>> {
    if !name.contains('~') {
        return Some(Cow::Borrowed(name));
    }
    let mut rest = name.split('~').skip(1);
    let is_valid = rest.all(|rest| rest.starts_with(['0', '1']));
    is_valid.then(|| name.replace("~1", "/").replace("~0", "~").into())
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::ClaimPath;

    fn claims() -> Value {
        json!({
            "roles": "top", "realm_access": {"roles": "nested"}, "realm_access.roles": "dotted",
            "resource_access": {"my.api": {"roles": "of my.api"}, "https://b/c": {"roles": "of a URL"}},
            "https://example.com/roles": "namespaced", "https://example": {"com/roles": "no"},
            "urn:zitadel:iam:org:project:roles": "zitadel", "a~b": "tilde", "list": [{"0": "no"}], "text": "x",
        })
    }

    #[test]
    fn a_text_has_one_meaning_whatever_the_token_has() {
        let claims = claims();
        let claims = claims.as_object().unwrap();
        for (path, expected) in [
            ("roles", "top"),
            ("/roles", "top"),
            ("realm_access.roles", "nested"),
            ("/realm_access/roles", "nested"),
            ("/realm_access.roles", "dotted"),
            ("/resource_access/my.api/roles", "of my.api"),
            ("/resource_access/https:~1~1b~1c/roles", "of a URL"),
            ("https://example.com/roles", "namespaced"),
            ("/https:~1~1example.com~1roles", "namespaced"),
            ("urn:zitadel:iam:org:project:roles", "zitadel"),
            ("a~b", "tilde"),
            ("/a~0b", "tilde"),
        ] {
            let found = path.parse::<ClaimPath>().unwrap();
            assert_eq!(found.find(claims), Some(&json!(expected)), "{path}");
            assert_eq!(found.to_string(), path);
        }
        for path in [
            "role",
            "Roles",
            "realm_access.role",
            "realm_access.roles.x",
            "resource_access.my.api.roles",
            "list.0",
            "/list/0",
            "/list/0/0",
            "text.x",
            "https://example.com",
        ] {
            let found = path.parse::<ClaimPath>().unwrap();
            assert_eq!(found.find(claims), None, "{path}");
        }
    }

    #[test]
    fn what_names_no_claim_is_refused() {
        for text in [
            "", ".", "a.", ".a", "a..b", "/", "/a/", "//a", "/a~", "/a~2", "a,b", "/a,b",
        ] {
            assert!(text.parse::<ClaimPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_can_be_meant_literally() {
        let claims = claims();
        let claims = claims.as_object().unwrap();
        for (name, text) in [
            ("roles", "roles"),
            ("realm_access.roles", "/realm_access.roles"),
            ("https://example.com/roles", "https://example.com/roles"),
            ("a~b", "a~b"),
        ] {
            let path = ClaimPath::of_claim(name);
            assert_eq!(path.find(claims), claims.get(name), "{name}");
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path));
        }
    }
}
