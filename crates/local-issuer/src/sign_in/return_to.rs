//! The way back to the client.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};

use super::error::AuthorizationError;

/// How a client hears what a person chose.
#[derive(Clone, Debug)]
pub(super) enum ReturnTo {
    /// By a redirect of the browser.
    Redirect(RedirectTo),
    /// At the token endpoint, where it asks by the device code.
    Device(String),
}

/// Where a redirect goes.
#[derive(Clone, Debug)]
pub(super) struct RedirectTo {
    /// Registered for the client.
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    /// `iss`, see [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207).
    pub(super) issuer: String,
}

impl ReturnTo {
    /// The address that the browser is sent to in the end, if it is sent to one.
    pub(super) fn address(&self) -> Option<&str> {
        match self {
            Self::Redirect(to) => Some(&to.redirect_uri),
            Self::Device(_) => None,
        }
    }
}

impl RedirectTo {
    pub(super) fn with_code(&self, code: &str) -> HttpResponse {
        self.redirect(&[("code", code)])
    }

    pub(super) fn with_error(&self, error: &AuthorizationError) -> HttpResponse {
        self.redirect(&[
            ("error", error.error),
            ("error_description", &error.description),
        ])
    }

    fn redirect(&self, response: &[(&str, &str)]) -> HttpResponse {
        let mut parameters = response.to_vec();
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", &self.issuer));
        redirect(&with_query(&self.redirect_uri, &parameters))
    }
}

/// Adds parameters to an address that may have some.
pub(super) fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    // Text alone can always be encoded.
    let query = serde_urlencoded::to_string(parameters).unwrap_or_default();
    format!("{address}{separator}{query}")
}

/// A redirect that the browser follows with GET, whatever it came with.
pub(super) fn redirect(address: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::FOUND)
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_comes_back_encoded_and_after_a_query() {
        let return_to = RedirectTo {
            redirect_uri: "https://app.example/cb?from=here".to_owned(),
            state: Some("<script>&\"\r\nx: y".to_owned()),
            issuer: "http://localhost:9001/".to_owned(),
        };
        let response = return_to.with_code("the code");
        assert_eq!(
            response.headers().get(LOCATION).unwrap(),
            "https://app.example/cb?from=here&code=the+code&state=%3Cscript%3E%26%22%0D%0Ax%3A+y\
             &iss=http%3A%2F%2Flocalhost%3A9001%2F"
        );
        assert_eq!(response.status(), 302);
    }
}
