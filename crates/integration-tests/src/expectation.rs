//! What a response must be.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::challenge::without_metadata;
use crate::http::Response;
use crate::log;

/// Status, headers and body of a response, checked together. More members in a JSON body are allowed.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    status: u16,
    content_type: &'static str,
    /// The `WWW-Authenticate` header without the address of the metadata at its end; `None` if it must not be there.
    challenge: Option<String>,
    /// Whether the address of the metadata ends the challenge.
    names_metadata: bool,
    /// Members that must be there with these values.
    members: Value,
    detail: Option<Detail>,
    /// Whether `Retry-After` must be there.
    retries: bool,
    /// The reasons in the log, each with its name; `None` if they are not looked at.
    reasons: Option<Vec<(String, String)>>,
}

#[derive(Debug, Clone)]
enum Detail {
    Exactly(String),
    Starting(&'static str),
}

impl Expectation {
    /// A JSON response with at least these members.
    pub(crate) fn json(members: Value) -> Self {
        Self {
            status: 200,
            content_type: "application/json",
            challenge: None,
            names_metadata: true,
            members,
            detail: None,
            retries: false,
            reasons: None,
        }
    }

    /// A problem (RFC 9457), without a challenge.
    pub(crate) fn problem(status: u16, code: &str) -> Self {
        let members = json!({
            "type": "about:blank", "title": title(status), "status": status, "code": code,
        });
        Self {
            status,
            content_type: "application/problem+json",
            ..Self::json(members)
        }
    }

    /// 404 for a path that is no route.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::problem(404, "not_found").detail(format!("There is no {path}"))
    }

    /// 503 while the provider's keys are out of reach.
    pub(crate) fn keys_unavailable() -> Self {
        let problem = Self::problem(503, "keys_unavailable")
            .detail("The identity provider's keys are unavailable. Please try again later.")
            .logged([("token.reason", "keys_unavailable")]);
        Self {
            retries: true,
            ..problem
        }
    }

    /// With exactly this `detail`.
    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        let detail = Some(Detail::Exactly(detail.into()));
        Self { detail, ..self }
    }

    /// With a `detail` that starts like this and goes on.
    pub(crate) fn detail_starting(self, start: &'static str) -> Self {
        let detail = Some(Detail::Starting(start));
        Self { detail, ..self }
    }

    /// With exactly this `WWW-Authenticate`, and the address of the metadata after it.
    pub(crate) fn challenge(self, challenge: impl Into<String>) -> Self {
        let challenge = Some(challenge.into());
        Self { challenge, ..self }
    }

    /// With a challenge that names no metadata: the request names no host.
    pub(crate) fn without_metadata(self) -> Self {
        Self {
            names_metadata: false,
            ..self
        }
    }

    /// With these reasons in the service's log, and no others; only a process that has the service in it looks there.
    pub(crate) fn logged<'r>(self, reasons: impl IntoIterator<Item = (&'r str, &'r str)>) -> Self {
        let reasons = reasons.into_iter();
        let owned = reasons.map(|(name, reason)| (name.to_owned(), reason.to_owned()));
        let reasons = Some(owned.collect());
        Self { reasons, ..self }
    }

    /// Errors: everything that is not as expected, and the response.
    pub(crate) fn check(&self, response: &Response) -> Result<()> {
        let mut faults = Vec::new();
        if response.status != self.status {
            faults.push(format!("the status is not {}", self.status));
        }
        let mut header = |name: &str, expected: Option<&str>| {
            let values: Vec<_> = response.all(name).collect();
            if values != Vec::from_iter(expected) {
                let expected = expected.unwrap_or("(none)");
                faults.push(format!("{name} is {values:?}, not {expected}"));
            }
        };
        header("content-type", Some(self.content_type));
        if self.challenge.is_none() {
            header("www-authenticate", None);
        }
        if let Some(expected) = &self.challenge {
            let found = response.header("www-authenticate").unwrap_or_default();
            let challenge = match self.names_metadata {
                true => without_metadata(found),
                false => Ok(found),
            };
            match challenge {
                Ok(challenge) if challenge == expected => {}
                Ok(challenge) => {
                    faults.push(format!("the challenge is {challenge}, not {expected}"))
                }
                Err(error) => faults.push(error.to_string()),
            }
        }
        if self.retries && !retries(response) {
            faults.push("Retry-After is not from 1 to 60".to_owned());
        }
        match serde_json::from_slice(&response.body) {
            Ok(body) => self.check_body(&body, response, &mut faults),
            Err(error) => faults.push(format!("the body is not JSON: {error}")),
        }
        if let (Some(expected), Some(logged)) = (&self.reasons, log::reasons(response))
            && logged != *expected
        {
            faults.push(format!("the log has {logged:?}, not {expected:?}"));
        }
        if faults.is_empty() {
            return Ok(());
        }
        bail!("- {}\n\nThe response was {response:?}", faults.join("\n- "))
    }

    fn check_body(&self, body: &Value, response: &Response, faults: &mut Vec<String>) {
        compare(body, &self.members, "", faults);
        let detail = body.get("detail").and_then(Value::as_str);
        match &self.detail {
            Some(Detail::Exactly(expected)) if detail != Some(expected) => {
                faults.push(format!("detail is {detail:?}, not {expected:?}"));
            }
            Some(Detail::Starting(start)) if !detail.is_some_and(|text| goes_on(text, start)) => {
                faults.push(format!("detail is {detail:?}, not {start:?} and more"));
            }
            _ => {}
        }
        let named = body.get("request_id").and_then(Value::as_str);
        let id = response.header("x-request-id").filter(|id| !id.is_empty());
        if id.is_none() {
            faults.push("there is no x-request-id".to_owned());
        } else if self.content_type == "application/problem+json" && named != id {
            faults.push(format!("request_id is {named:?}, x-request-id {id:?}"));
        }
    }
}

/// Whether `Retry-After` is in whole seconds, and not 0, which would say "at once" (RFC 9110, section 10.2.3).
pub(crate) fn retries(response: &Response) -> bool {
    let seconds = response.header("retry-after").map(str::parse);
    matches!(seconds, Some(Ok(1..=60)))
}

fn goes_on(text: &str, start: &str) -> bool {
    text.starts_with(start) && text.len() > start.len()
}

/// `expected` must be in `actual`: objects may have more members, everything else must be equal.
fn compare(actual: &Value, expected: &Value, path: &str, faults: &mut Vec<String>) {
    if let (Value::Object(actual), Value::Object(expected)) = (actual, expected) {
        for (name, expected) in expected {
            match actual.get(name) {
                Some(actual) => compare(actual, expected, &format!("{path}/{name}"), faults),
                None => faults.push(format!("{path}/{name} is missing")),
            }
        }
    } else if actual != expected {
        faults.push(format!("{path} is {actual}, not {expected}"));
    }
}

/// The status in words (RFC 9110, section 15; 413 and 422 in their older form, RFC 4918 and RFC 7231).
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        503 => "Service Unavailable",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Response {
        let headers = [
            ("content-type", "application/problem+json"),
            ("x-request-id", "7"),
            (
                "www-authenticate",
                "Bearer realm=\"a\", resource_metadata=\"http://a/.well-known/oauth-protected-resource\"",
            ),
        ];
        let body = json!({"type": "about:blank", "title": "Unauthorized", "status": 401, "code": "c", "detail": "d", "request_id": "7", "more": 1});
        Response {
            status: 401,
            headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
            body: body.to_string().into_bytes(),
        }
    }

    fn expectation() -> Expectation {
        Expectation::problem(401, "c").detail("d")
    }

    #[test]
    fn an_answer_with_all_that_is_expected_and_more_passes() {
        let expectation = expectation().challenge("Bearer realm=\"a\"");
        expectation.check(&good()).unwrap();
    }

    #[test]
    fn each_difference_is_found() {
        let without = |name: &'static str| {
            let mut response = good();
            response.headers.retain(|(known, _)| known != name);
            response
        };
        let with = |from: &str, to: &str| Response {
            body: good().text().replace(from, to).into_bytes(),
            ..good()
        };
        let mut twice = good();
        let header = ("www-authenticate".to_owned(), "Basic".to_owned());
        twice.headers.push(header);
        let differences = [
            Response {
                status: 403,
                ..good()
            },
            without("content-type"),
            without("x-request-id"),
            without("www-authenticate"),
            twice,
            with("\"d\"", "\"e\""),
            with("\"7\"", "\"8\""),
        ];
        let expectation = expectation().challenge("Bearer realm=\"a\"");
        for response in differences {
            assert!(expectation.check(&response).is_err(), "{response:?}");
        }
    }

    #[test]
    fn a_challenge_that_nobody_expects_is_found() {
        assert!(expectation().check(&good()).is_err());
    }
}
