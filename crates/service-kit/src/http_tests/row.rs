//! A request that is rejected, and the expected response.

use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{Answer, Setup};

/// A request that is rejected, and the expected response.
pub(super) struct Row {
    /// The reason, for the failure output.
    pub(super) why: String,
    pub(super) setup: Setup,
    pub(super) request: TestRequest,
    pub(super) status: u16,
    pub(super) title: &'static str,
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// The complete `WWW-Authenticate` header, without the address of the metadata.
    pub(super) challenge: Option<String>,
    /// Members and headers that only some errors have.
    pub(super) errors: Option<serde_json::Value>,
    pub(super) retry_after: Option<&'static str>,
    pub(super) allow: Option<&'static str>,
}

impl Row {
    pub(super) fn new(why: impl Into<String>, request: TestRequest, code: &'static str) -> Self {
        Self {
            why: why.into(),
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

    /// Expects a challenge with `error`, the detail as its description, and `more` after it.
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
        let request = self.request.insert_header(("host", "an-api.example"));
        let answer = self.setup.ask(request).await;
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
        let media_type = answer.header("content-type");
        assert_eq!(media_type, Some("application/problem+json"), "{why}");
        let challenge = answer.header("www-authenticate");
        // Every challenge ends with it.
        let metadata =
            r#", resource_metadata="http://an-api.example/.well-known/oauth-protected-resource""#;
        let expected = self.challenge.map(|challenge| challenge + metadata);
        assert_eq!(challenge, expected.as_deref(), "{why}");
        assert_eq!(answer.header("retry-after"), self.retry_after, "{why}");
        assert_eq!(answer.header("allow"), self.allow, "{why}");
    }
}

/// Returns the status and the code of an error response.
pub(super) fn status_and_code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}
