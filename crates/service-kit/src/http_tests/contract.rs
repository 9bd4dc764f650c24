//! The table of what can go wrong: each row is asked, and each code has a row.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use identity_core::verification::{Excerpt, Malformed};
use identity_core::{ClaimsError, Denial, TokenError};
use serde_json::json;

use super::app::{Answer, Setup};
use super::{input, refusals, rules};
use identity_actix::ErrorCode;

/// A request that is refused, and how.
pub(super) struct Row {
    /// Why, for the failure output.
    pub(super) why: &'static str,
    pub(super) setup: Setup,
    pub(super) request: TestRequest,
    pub(super) status: u16,
    pub(super) title: &'static str,
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// The whole `WWW-Authenticate`.
    pub(super) challenge: Option<String>,
    /// Members and headers that not every error has.
    pub(super) errors: Option<serde_json::Value>,
    pub(super) retry_after: Option<&'static str>,
    pub(super) allow: Option<&'static str>,
}

impl Row {
    pub(super) fn new(why: &'static str, request: TestRequest, code: &'static str) -> Self {
        Self {
            why,
            setup: Setup::default(),
            request,
            status: 0,
            title: "",
            code,
            detail: String::new(),
            challenge: None,
            errors: None,
            retry_after: None,
            allow: None,
        }
    }

    pub(super) fn answers(self, status: u16, title: &'static str, detail: &str) -> Self {
        Self {
            status,
            title,
            detail: detail.to_owned(),
            ..self
        }
    }

    /// With `error` and what goes behind the description, which is the detail.
    pub(super) fn challenged(self, error: &str, more: &str) -> Self {
        let detail = &self.detail;
        let challenge = format!(
            r#"Bearer realm="an-api", error="{error}", error_description="{detail}"{more}"#
        );
        Self {
            challenge: Some(challenge),
            ..self
        }
    }

    pub(super) async fn check(self) {
        let why = self.why;
        let answer = self.setup.ask(self.request).await;
        let id = answer.header("x-request-id").unwrap_or_default().to_owned();
        let mut body = json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": id,
        });
        if let Some(errors) = self.errors {
            body["errors"] = errors;
        }
        assert!(!id.is_empty(), "{why}");
        assert_eq!(answer.status.as_u16(), self.status, "{why}: {answer:?}");
        assert_eq!(answer.json(), body, "{why}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{why}"
        );
        assert_eq!(
            answer.header("www-authenticate"),
            self.challenge.as_deref(),
            "{why}"
        );
        assert_eq!(answer.header("retry-after"), self.retry_after, "{why}");
        assert_eq!(answer.header("allow"), self.allow, "{why}");
    }
}

pub(super) fn code_of(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[actix_web::test]
async fn each_row_is_answered_as_it_says() {
    for row in all() {
        row.check().await;
    }
}

#[test]
fn each_code_has_a_row() {
    // A service that is being stopped says it to connections that no app sees: the tests of `turned_away`.
    // A late body needs a connection that it comes on: the tests of `body_deadline`.
    let beside = [ErrorCode::Stopping, ErrorCode::RequestTimeout].map(ErrorCode::as_str);
    let rows = all().into_iter().map(|row| row.code);
    let tested: BTreeSet<_> = rows.chain(beside).collect();
    let known: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(tested, known);
}

#[test]
fn codes_are_distinct_and_plain() {
    let distinct: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(distinct.len(), ErrorCode::ALL.len());
    let plain = |code: &str| {
        code.chars()
            .all(|one| one.is_ascii_lowercase() || one == '_')
    };
    assert!(distinct.iter().all(|code| plain(code)), "{distinct:?}");
}

pub(super) fn all() -> Vec<Row> {
    [refusals::rows(), rules::rows(), input::rows()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn a_reason_has_the_same_code_in_the_log_and_in_the_answer() {
    let excerpt = || Excerpt::new(None);
    let claims_error = || ClaimsError::unexpected_type("roles", "a list");
    let reasons = [
        TokenError::TooLarge {
            length: 2,
            limit: 1,
        },
        TokenError::Malformed(Malformed::Header),
        TokenError::AlgorithmNotAllowed(excerpt()),
        TokenError::TypeNotAllowed(excerpt()),
        TokenError::CriticalHeader,
        TokenError::EmbeddedKey("jwk"),
        TokenError::MissingKeyId,
        TokenError::KeyNotFound(excerpt()),
        TokenError::InvalidSignature,
        TokenError::InvalidIssuer(excerpt()),
        TokenError::InvalidAudience,
        TokenError::InvalidClaimType("exp"),
        TokenError::Claims(claims_error()),
        TokenError::Claims(ClaimsError::refused("banned")),
        TokenError::MissingClaim("exp"),
        TokenError::Expired,
        TokenError::NotYetValid("nbf"),
        TokenError::IdToken,
        TokenError::RefreshToken,
        TokenError::SenderConstrained,
    ];
    for reason in reasons {
        assert_eq!(ErrorCode::from(&reason).as_str(), reason.code(), "{reason}");
    }
}

#[test]
fn a_denial_has_the_same_code_in_the_log_and_in_the_answer() {
    let scopes = Denial::Scopes {
        missing: Vec::new(),
        required: Vec::new(),
    };
    for denial in [
        scopes,
        Denial::Role("r".into()),
        Denial::Permission("p".into()),
        Denial::Other,
    ] {
        assert_eq!(ErrorCode::from(&denial).as_str(), denial.code());
    }
}
