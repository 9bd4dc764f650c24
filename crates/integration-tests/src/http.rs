//! A request and its response.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// A request, without the address of the service.
#[derive(Clone)]
pub struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Call {
    /// A request without headers and body; the path is as in the request line.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// A `GET`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// A `POST`.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    /// A `DELETE`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path)
    }

    /// Adds a header; one of this name may be there already.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref().to_vec();
        self.headers.push((name.to_owned(), value));
        self
    }

    /// Adds an `Authorization` header.
    pub fn authorization(self, value: impl AsRef<[u8]>) -> Self {
        self.header("Authorization", value)
    }

    /// With this bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.authorization(format!("Bearer {token}"))
    }

    /// With a body.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = Some(body.into());
        Self { body, ..self }.header("Content-Type", content_type)
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }
}

/// Without header values: a failure must show no token of a real provider.
impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        for (name, value) in &self.headers {
            write!(formatter, " [{name}: {} bytes]", value.len())?;
        }
        Ok(())
    }
}

/// A response, read to its end.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names are in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Returns the value of a header that is there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// Returns all values of a header.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON. Errors: it is none.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {self:?}"))
    }

    /// Returns a member of the JSON body, by its JSON pointer (RFC 6901).
    pub fn member(&self, pointer: &str) -> Result<Value> {
        let member = self.json()?.pointer(pointer).cloned();
        member.with_context(|| format!("no member {pointer}: {self:?}"))
    }

    /// As [`Self::member`], which must be a text.
    pub(crate) fn text_member(&self, pointer: &str) -> Result<String> {
        let member = self.member(pointer)?;
        let text = member.as_str().map(str::to_owned);
        text.with_context(|| format!("{pointer} is no text: {self:?}"))
    }

    /// As [`Self::member`], which must be a number from 0.
    pub(crate) fn number(&self, pointer: &str) -> Result<u64> {
        let number = self.member(pointer)?.as_u64();
        number.with_context(|| format!("{pointer} is no number: {self:?}"))
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {value}")?;
        }
        let short: String = self.text().chars().take(2000).collect();
        write!(formatter, "\n{short}")
    }
}
