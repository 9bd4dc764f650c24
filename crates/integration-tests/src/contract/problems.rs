//! The refusals, word for word: status, challenge and body, and the reason in the log.

use anyhow::{Context, Result, ensure};

use crate::answer::Answer;
use crate::expectation::Expectation;
use crate::launch::ServiceKind;

/// 401 for a request without credentials. There is no token, and so no reason in the log.
pub(crate) fn missing_token(kind: ServiceKind) -> Expectation {
    let problem = Expectation::problem(401, "missing_token").detail("Not authenticated");
    problem
        .logged([])
        .challenge(format!("Bearer realm=\"{}\"", kind.name()))
}

/// 400 for credentials that could be read in more than one way, or in none; no token is verified, as above.
pub(crate) fn invalid_request(kind: ServiceKind, detail: &str) -> Expectation {
    let problem = Expectation::problem(400, "invalid_request").detail(detail);
    problem
        .logged([])
        .challenge(challenge(kind, "invalid_request", detail))
}

/// 401 for a token that is not good.
pub(crate) fn invalid_token(kind: ServiceKind, code: &str, detail: &str) -> Expectation {
    let problem = Expectation::problem(401, code).detail(detail);
    let problem = problem.logged([("token.reason", code)]);
    problem.challenge(challenge(kind, "invalid_token", detail))
}

/// 403 for a good token that may not do this; `scope` is what a client should ask for.
pub(crate) fn denied(
    kind: ServiceKind,
    code: &str,
    detail: &str,
    scope: Option<&str>,
) -> Expectation {
    let mut challenge = challenge(kind, "insufficient_scope", detail);
    if let Some(scope) = scope {
        challenge.push_str(&format!(", scope=\"{scope}\""));
    }
    let problem = Expectation::problem(403, code).detail(detail);
    let problem = problem.logged([("access.reason", code)]);
    problem.challenge(challenge)
}

/// 503 while the provider's keys are out of reach; the answer also has a [`retry_after`].
pub(crate) fn keys_unavailable() -> Expectation {
    let problem = Expectation::problem(503, "keys_unavailable");
    let problem = problem.logged([("token.reason", "keys_unavailable")]);
    problem.detail("The identity provider's keys are unavailable. Please try again later.")
}

/// 404 for a path that is no route.
pub(crate) fn not_found(path: &str) -> Expectation {
    let problem = Expectation::problem(404, "not_found");
    problem.detail(format!("There is no {path}"))
}

/// `Retry-After` in whole seconds, and never 0, which would say "at once" (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(answer: &Answer) -> Result<u64> {
    let value = answer
        .header("retry-after")
        .context("there is no Retry-After")?;
    let seconds = value.parse()?;
    ensure!((1..=60).contains(&seconds), "Retry-After is {seconds}");
    Ok(seconds)
}

fn challenge(kind: ServiceKind, error: &str, description: &str) -> String {
    let realm = kind.name();
    format!(r#"Bearer realm="{realm}", error="{error}", error_description="{description}""#)
}
