//! What a client sends to a token endpoint: parameters as a form or as JSON, and its credentials.

use std::collections::BTreeMap;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The parameters of a token request.
#[derive(Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, String>);

/// A client id and a client secret; either may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) id: Option<String>,
    pub(crate) secret: Option<String>,
}

/// Why the parameters could not be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParametersError {
    #[error("The request body is not valid JSON")]
    Json,
    #[error("The request body is not a valid form")]
    Form,
    #[error("Parameter {0} must be a string")]
    NotAString(String),
    #[error("Parameter {0} must not be repeated")]
    Repeated(String),
}

impl Parameters {
    /// Reads the body: JSON if the content type says so, otherwise a form.
    pub(crate) fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, ParametersError> {
        let media_type = request.content_type();
        if media_type.eq_ignore_ascii_case("application/json") {
            Self::from_json(body)
        } else {
            Self::from_form(body)
        }
    }

    /// A parameter that is there and not empty; an empty one counts as missing ([RFC 6749, 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The client's credentials: HTTP Basic if it was used, otherwise those in the body.
    pub(crate) fn credentials(&self, request: &HttpRequest) -> Credentials {
        basic(request).unwrap_or_else(|| Credentials {
            id: self.get("client_id").map(str::to_owned),
            secret: self.get("client_secret").map(str::to_owned),
        })
    }

    fn from_json(body: &[u8]) -> Result<Self, ParametersError> {
        let members: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| ParametersError::Json)?;
        let mut parameters = BTreeMap::new();
        for (name, value) in members {
            match value {
                Value::String(value) => parameters.insert(name, value),
                Value::Null => None,
                _ => return Err(ParametersError::NotAString(name)),
            };
        }
        Ok(Self(parameters))
    }

    /// Reads a form, or a query.
    pub(crate) fn from_form(body: &[u8]) -> Result<Self, ParametersError> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| ParametersError::Form)?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(ParametersError::Repeated(name));
            }
        }
        Ok(Self(parameters))
    }
}

/// What follows the scheme in the `Authorization` header, if it is this scheme.
pub(crate) fn authorization<'a>(request: &'a HttpRequest, scheme: &str) -> Option<&'a str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (found, value) = header.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| value.trim())
}

/// Client id and secret are form-encoded before they become user name and password ([RFC 6749, 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn basic(request: &HttpRequest) -> Option<Credentials> {
    let decoded = STANDARD.decode(authorization(request, "Basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Credentials {
        id: form_decoded(id),
        secret: form_decoded(secret),
    })
}

fn form_decoded(text: &str) -> Option<String> {
    let pair = format!("value={text}");
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&pair).ok()?;
    let (_, value) = pairs.pop()?;
    Some(value).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::CONTENT_TYPE;
    use actix_web::test::TestRequest;

    use super::*;

    fn read(content_type: &str, body: &str) -> Result<Parameters, ParametersError> {
        let request = TestRequest::post()
            .insert_header((CONTENT_TYPE, content_type))
            .to_http_request();
        Parameters::read(&request, body.as_bytes())
    }

    #[test]
    fn bodies_that_cannot_be_read_are_refused() {
        let json = "application/json; charset=utf-8";
        let form = "application/x-www-form-urlencoded";
        assert_eq!(
            read(json, "grant_type=x").unwrap_err(),
            ParametersError::Json
        );
        assert_eq!(read(json, "[]").unwrap_err(), ParametersError::Json);
        assert_eq!(
            read(json, r#"{"scope":["a"]}"#).unwrap_err(),
            ParametersError::NotAString("scope".to_owned())
        );
        assert_eq!(
            read(form, "a=1&a=2").unwrap_err(),
            ParametersError::Repeated("a".to_owned())
        );
    }

    #[test]
    fn json_and_form_say_the_same() {
        for (content_type, body) in [
            (
                "application/JSON",
                r#"{"scope":"a b","audience":"","x":null}"#,
            ),
            ("application/x-www-form-urlencoded", "scope=a+b&audience="),
        ] {
            let parameters = read(content_type, body).unwrap();
            assert_eq!(parameters.get("scope"), Some("a b"), "{content_type}");
            assert_eq!(parameters.get("audience"), None, "{content_type}");
            assert_eq!(parameters.get("x"), None, "{content_type}");
        }
    }

    #[test]
    fn basic_wins_over_the_body_and_is_form_decoded() {
        let parameters = read(
            "application/x-www-form-urlencoded",
            "client_id=other&client_secret=wrong",
        )
        .unwrap();
        let header = format!("basic {}", STANDARD.encode("my%20client:a%2Bb"));
        let request = TestRequest::post()
            .insert_header((AUTHORIZATION, header))
            .to_http_request();
        let credentials = parameters.credentials(&request);
        assert_eq!(
            credentials,
            Credentials {
                id: Some("my client".to_owned()),
                secret: Some("a+b".to_owned())
            }
        );
    }
}
