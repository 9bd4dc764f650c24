//! The way back to the client (RFC 6749, section 4.1.2; RFC 9207).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use url::form_urlencoded::Serializer;

/// An error that the client is told, with a code of RFC 6749 or of OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationError {
    /// The code.
    pub error: &'static str,
    /// A description for developers.
    pub description: String,
}

/// The registered redirect URI, and what comes back with every response to it.
#[derive(Debug, Clone)]
pub struct ReturnTo {
    /// As the client sent it, and checked.
    pub redirect_uri: String,
    /// As the client sent it.
    pub state: Option<String>,
    /// The issuer (RFC 9207).
    pub issuer: String,
}

impl AuthorizationError {
    /// Returns an error.
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }

    /// Returns `invalid_request`.
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }
}

impl ReturnTo {
    /// Returns the redirect with a code.
    pub fn with_code(&self, code: &str) -> HttpResponse {
        self.redirect(&[("code", code)])
    }

    /// Returns the redirect with an error.
    pub fn with_error(&self, error: &AuthorizationError) -> HttpResponse {
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

/// Returns an address with further parameters.
pub fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    let query = Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{address}{separator}{query}")
}

/// Returns a redirect that the browser follows with GET, and that no cache stores.
pub fn redirect(address: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER)
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::LOCATION;

    use super::ReturnTo;

    #[test]
    fn markup_comes_back_encoded_and_after_a_query() {
        let to = ReturnTo {
            redirect_uri: "https://app.example/cb?from=here".to_owned(),
            state: Some("<script>&\"\r\nx: y".to_owned()),
            issuer: "http://localhost:8002".to_owned(),
        };
        assert_eq!(
            to.with_code("the code").headers().get(LOCATION).unwrap(),
            "https://app.example/cb?from=here&code=the+code&state=%3Cscript%3E%26%22%0D%0Ax%3A+y\
             &iss=http%3A%2F%2Flocalhost%3A8002"
        );
    }
}
