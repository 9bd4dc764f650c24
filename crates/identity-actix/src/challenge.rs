//! The `WWW-Authenticate` header (RFC 9110, section 11.6.1; RFC 6750, section 3).

use std::borrow::Cow;
use std::fmt::Write;

use actix_web::http::header::HeaderValue;

use crate::error_code::ErrorCode;

/// A challenge of the `Bearer` scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) realm: String,
    pub(crate) error: Option<ChallengeError>,
    pub(crate) description: Option<String>,
    /// The scopes that a token must have, with `insufficient_scope`.
    pub(crate) scopes: Vec<Cow<'static, str>>,
}

/// The `error` parameter (RFC 6750, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeError {
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
}

impl Challenge {
    /// Returns the challenge of an error response. Returns `None` if it has none.
    pub(crate) fn new(
        realm: &str,
        code: ErrorCode,
        description: &str,
        scopes: Vec<Cow<'static, str>>,
    ) -> Option<Self> {
        let error = match (code, code.status().as_u16()) {
            (ErrorCode::MissingToken, _) => None,
            (ErrorCode::InvalidRequest, _) => Some(ChallengeError::InvalidRequest),
            (_, 401) => Some(ChallengeError::InvalidToken),
            (_, 403) => Some(ChallengeError::InsufficientScope),
            _ => return None,
        };
        let description = error.map(|_| description.to_owned());
        Some(Self {
            realm: realm.to_owned(),
            error,
            description,
            scopes,
        })
    }

    /// Returns the header value. Characters that a header cannot carry are replaced.
    pub(crate) fn header(&self) -> HeaderValue {
        let mut text = String::from("Bearer");
        push(&mut text, "realm", &self.realm, ' ');
        if let Some(error) = self.error {
            push(&mut text, "error", error.as_str(), ',');
        }
        if let Some(description) = &self.description {
            push(&mut text, "error_description", description, ',');
        }
        if !self.scopes.is_empty() {
            push(&mut text, "scope", &self.scopes.join(" "), ',');
        }
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
    }
}

impl ChallengeError {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// Appends a quoted parameter. RFC 6750 excludes `"` and `\` from the values; control characters and everything that is
/// not ASCII are not allowed in a header.
fn push(text: &mut String, name: &str, value: &str, separator: char) {
    let value: String = value
        .chars()
        .map(|character| match character {
            '"' | '\\' => '\'',
            ' '..='~' => character,
            _ => '?',
        })
        .collect();
    let space = if separator == ',' { " " } else { "" };
    // Writing to a string cannot fail.
    let _ = write!(text, "{separator}{space}{name}=\"{value}\"");
}

#[cfg(test)]
mod tests {
    use super::Challenge;
    use crate::error_code::ErrorCode;

    fn header(code: ErrorCode, description: &str, scopes: Vec<&'static str>) -> String {
        let scopes = scopes.into_iter().map(Into::into).collect();
        let challenge = Challenge::new("an-api", code, description, scopes).unwrap();
        challenge.header().to_str().unwrap().to_owned()
    }

    #[test]
    fn without_a_token_only_the_realm_is_named() {
        assert_eq!(
            header(ErrorCode::MissingToken, "Not authenticated", Vec::new()),
            r#"Bearer realm="an-api""#
        );
    }

    #[test]
    fn parameters_are_quoted_and_separated_by_commas() {
        assert_eq!(
            header(
                ErrorCode::InsufficientScope,
                "Missing",
                vec!["read:messages", "write:messages"]
            ),
            r#"Bearer realm="an-api", error="insufficient_scope", error_description="Missing", scope="read:messages write:messages""#
        );
    }

    #[test]
    fn nothing_breaks_out_of_the_quotes() {
        assert_eq!(
            header(ErrorCode::MalformedToken, "a\"b\\c\r\nd\u{e9}", Vec::new()),
            r#"Bearer realm="an-api", error="invalid_token", error_description="a'b'c??d?""#
        );
    }

    #[test]
    fn only_errors_about_credentials_have_a_challenge() {
        for code in ErrorCode::ALL {
            let expected =
                matches!(code.status().as_u16(), 401 | 403) || *code == ErrorCode::InvalidRequest;
            assert_eq!(
                Challenge::new("r", *code, "", Vec::new()).is_some(),
                expected,
                "{code:?}"
            );
        }
    }
}
