//! All attacks in one go.

use anyhow::{Context, Result, ensure};

use super::request::{Request, nothing_open};
use crate::case::{Case, Needs};
use crate::challenge::without_metadata;
use crate::forge::Row;
use crate::http::Response;
use crate::log;
use crate::target::Target;

/// Every code that an error may have, as ARCHITECTURE.md lists them, with its status; 500 and 503 are in that list too, and
/// are no response to an attack.
#[rustfmt::skip]
const CLOSED_LIST: [(u16, &[&str]); 11] = [
    (400, &["invalid_request", "bad_request"]),
    (401, &[
        "missing_token", "malformed_token", "token_too_large", "token_expired", "token_not_yet_valid", "key_not_found",
        "missing_key_id", "invalid_claims", "invalid_claim_type", "missing_claim", "invalid_signature",
        "algorithm_not_allowed", "token_type_not_allowed", "critical_header", "embedded_key", "id_token", "refresh_token",
        "sender_constrained_token",
    ]),
    (403, &["insufficient_scope", "missing_role", "missing_permission", "access_denied"]),
    (404, &["not_found"]),
    (405, &["method_not_allowed"]),
    (409, &["conflict"]),
    (413, &["payload_too_large"]),
    (415, &["unsupported_media_type"]),
    (422, &["invalid_input"]),
    (429, &["too_many_requests"]),
    (431, &[]),
];

/// All attacks on a service.
pub(super) struct Attacks {
    /// With the group that the names of their cases have.
    pub(super) tokens: [(&'static str, &'static [Row]); 6],
    pub(super) requests: &'static [Request],
}

impl Attacks {
    pub(super) fn tokens(&self) -> impl Iterator<Item = (&'static str, &'static Row)> {
        let groups = self.tokens.into_iter();
        groups.flat_map(|(group, rows)| rows.iter().map(move |row| (group, row)))
    }

    /// Every request that must not succeed.
    fn requests(&self) -> impl Iterator<Item = &'static Request> {
        self.requests.iter().filter(|row| row.is_attack())
    }
}

/// No attack is accepted, none is 5xx, each response is one that is documented, and no token is in the log.
pub(super) fn case(attacks: Attacks) -> Case {
    let count = attacks.tokens().count() + attacks.requests().count();
    let sentence = format!(
        "Of {count} attacks none is accepted, none gets a 5xx, each response has a code of the closed list and its challenge, no token is in the log, and good tokens go on being accepted.",
    );
    Case::new(
        "attacks::all_are_answered_within_the_closed_list",
        &sentence,
        Needs::AnyToken,
        async move |target| all(target, &attacks).await,
    )
}

async fn all(target: &Target, attacks: &Attacks) -> Result<()> {
    let mut faults = Vec::new();
    for (group, row) in attacks.tokens() {
        let token = row.token(target)?;
        let response = target.send(&target.any_caller().bearer(&token)).await?;
        let challenge = challenge(&response).map(without_metadata).transpose();
        let checked = challenge.and_then(|challenge| documented(target, &response, challenge));
        let checked = checked.and_then(|()| log::hides(&response, &token));
        if let Err(error) = checked {
            faults.push(format!("{group}::{}: {error:#}", row.name));
        }
    }
    let token = target.good()?.token()?;
    for row in attacks.requests() {
        // What is no HTTP may end the connection.
        let Some(response) = row.send(target, &token).await? else {
            continue;
        };
        if let Err(error) = shut(target, row, &response) {
            faults.push(format!("request::{}: {error:#}", row.name));
        }
    }
    target.accepts(&token).await.context("afterwards")?;
    log::hides_everywhere(&token)?;
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// As [`documented`], or the plain refusal of a server that cannot read the request: it has no code.
fn shut(target: &Target, row: &Request, response: &Response) -> Result<()> {
    nothing_open(response)?;
    let unread = [400, 431].contains(&response.status) && response.header("x-request-id").is_none();
    // The response to HEAD has no body.
    let without_body = response.status == 401 && response.body.is_empty();
    if unread || without_body {
        return Ok(());
    }
    let challenge = challenge(response);
    let challenge = match row.names_host(target) {
        true => challenge.map(without_metadata).transpose()?,
        false => challenge,
    };
    documented(target, response, challenge)
}

fn challenge(response: &Response) -> Option<&str> {
    response.header("www-authenticate")
}

/// A code of the closed list with its status, and the challenge that belongs to it, without the address of the metadata.
fn documented(target: &Target, response: &Response, challenge: Option<&str>) -> Result<()> {
    let code = response.text_member("/code")?;
    let known = CLOSED_LIST
        .iter()
        .find(|(known, _)| *known == response.status);
    let (_, codes) = known.with_context(|| format!("the status is {}", response.status))?;
    ensure!(
        codes.contains(&code.as_str()),
        "{} with {code}",
        response.status
    );
    let realm = format!("Bearer realm=\"{}\"", target.kind().name());
    let starts = |error: &str| {
        let start = format!("{realm}, error=\"{error}\", ");
        challenge.is_some_and(|challenge| challenge.starts_with(&start))
    };
    let fits = match (response.status, code.as_str()) {
        (401, "missing_token") => challenge == Some(&realm),
        (401, _) => starts("invalid_token"),
        (400, "invalid_request") => starts("invalid_request"),
        (400, "bad_request") | (404 | 405, _) => challenge.is_none(),
        _ => anyhow::bail!("{} is no response to an attack", response.status),
    };
    ensure!(fits, "the challenge of {code} is {challenge:?}");
    Ok(())
}
