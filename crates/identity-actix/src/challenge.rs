//! The `WWW-Authenticate` header (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9470, section 3;
//! RFC 9728, section 5.1).

use std::borrow::Cow;
use std::fmt::Write;

use actix_web::http::header::HeaderValue;
use identity_core::Denial;

use crate::error_code::ErrorCode;

/// A challenge of the `Bearer` scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) realm: String,
    pub(crate) error: Option<ChallengeError>,
    pub(crate) description: Option<String>,
    pub(crate) demand: Demand,
    /// The address of the protected resource metadata.
    pub(crate) resource_metadata: Option<String>,
}

/// What a client should request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Demand {
    /// The scopes that a token must have, with `insufficient_scope`.
    pub(crate) scopes: Vec<Cow<'static, str>>,
    /// The authentication contexts of which one is required, with `insufficient_user_authentication`.
    pub(crate) acr_values: Vec<Cow<'static, str>>,
    /// How long ago the user may have signed in, in seconds, with `insufficient_user_authentication`.
    pub(crate) max_age: Option<u64>,
}

impl From<&Denial> for Demand {
    fn from(denial: &Denial) -> Self {
        match denial {
            Denial::Scopes { required, .. } => Self {
                scopes: required.clone(),
                ..Self::default()
            },
            Denial::StepUp {
                acr_values,
                max_age,
            } => Self {
                acr_values: acr_values.clone(),
                max_age: max_age.map(|age| age.as_secs()),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

/// The `error` parameter (RFC 6750, section 3.1; RFC 9470, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeError {
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
    InsufficientUserAuthentication,
}

impl Challenge {
    /// Returns the challenge of an error response. Returns `None` if it has none.
    pub(crate) fn new(
        realm: &str,
        code: ErrorCode,
        description: &str,
        demand: Demand,
    ) -> Option<Self> {
        let error = match (code, code.status().as_u16()) {
            (ErrorCode::MissingToken, _) => None,
            (ErrorCode::InvalidRequest, _) => Some(ChallengeError::InvalidRequest),
            (ErrorCode::InsufficientUserAuthentication, _) => {
                Some(ChallengeError::InsufficientUserAuthentication)
            }
            (_, 401) => Some(ChallengeError::InvalidToken),
            (_, 403) => Some(ChallengeError::InsufficientScope),
            _ => return None,
        };
        let description = error.map(|_| description.to_owned());
        Some(Self {
            realm: realm.to_owned(),
            error,
            description,
            demand,
            resource_metadata: None,
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
        let demand = &self.demand;
        for (name, values) in [
            ("scope", &demand.scopes),
            ("acr_values", &demand.acr_values),
        ] {
            if !values.is_empty() {
                push(&mut text, name, &values.join(" "), ',');
            }
        }
        if let Some(seconds) = demand.max_age {
            push(&mut text, "max_age", &seconds.to_string(), ',');
        }
        if let Some(address) = &self.resource_metadata {
            push(&mut text, "resource_metadata", address, ',');
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
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
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
    use super::{Challenge, Demand};
    use crate::error_code::ErrorCode;

    fn header(code: ErrorCode, description: &str, scopes: Vec<&'static str>) -> String {
        let demand = Demand {
            scopes: scopes.into_iter().map(Into::into).collect(),
            ..Demand::default()
        };
        header_with(code, description, demand)
    }

    fn header_with(code: ErrorCode, description: &str, demand: Demand) -> String {
        let challenge = Challenge::new("an-api", code, description, demand).unwrap();
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
    fn a_step_up_says_which_sign_in_is_required() {
        let demand = |acr_values: &[&'static str], max_age| Demand {
            acr_values: acr_values.iter().map(|&value| value.into()).collect(),
            max_age,
            ..Demand::default()
        };
        let start = r#"Bearer realm="an-api", error="insufficient_user_authentication", error_description="Again""#;
        for (demand, end) in [
            (
                demand(&["mfa", "otp"], Some(300)),
                r#", acr_values="mfa otp", max_age="300""#,
            ),
            (demand(&["mfa"], None), r#", acr_values="mfa""#),
            (demand(&[], Some(0)), r#", max_age="0""#),
        ] {
            let code = ErrorCode::InsufficientUserAuthentication;
            assert_eq!(header_with(code, "Again", demand), format!("{start}{end}"));
        }
    }

    #[test]
    fn the_address_of_the_metadata_comes_last_and_stays_in_its_quotes() {
        let header = |code, address: &str| {
            let challenge = Challenge::new("r", code, "No", Demand::default()).unwrap();
            let challenge = Challenge {
                resource_metadata: Some(address.to_owned()),
                ..challenge
            };
            challenge.header().to_str().unwrap().to_owned()
        };
        assert_eq!(
            header(ErrorCode::MissingToken, "https://api.example/m"),
            r#"Bearer realm="r", resource_metadata="https://api.example/m""#
        );
        assert_eq!(
            header(ErrorCode::MissingRole, "https://a\"\r\nb"),
            r#"Bearer realm="r", error="insufficient_scope", error_description="No", resource_metadata="https://a'??b""#
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
                Challenge::new("r", *code, "", Demand::default()).is_some(),
                expected,
                "{code:?}"
            );
        }
    }
}
