//! All attacks in one go.

use anyhow::{Context, Result, ensure};

use super::refusal::CLOSED_LIST;
use super::request::nothing_open;
use super::{count, requests, tokens};
use crate::answer::Answer;
use crate::case::{Case, Needs};
use crate::contract::good;
use crate::launch::ServiceKind;
use crate::log;
use crate::target::Target;

/// No attack is let in, none is answered 5xx, each answer is one that is documented, and no token is in the log.
pub(super) fn case(kind: ServiceKind) -> Case {
    let sentence = format!(
        "Of {} attacks none is let in, none is answered 5xx, each answer has a code of the closed list and its challenge, no token is in the log, and good tokens go on being accepted.",
        count(kind)
    );
    Case::new(
        "attacks::all_are_answered_within_the_closed_list",
        &sentence,
        Needs::AnyToken,
        all,
    )
}

async fn all(target: &Target) -> Result<()> {
    let mut faults = Vec::new();
    let mut tried = 0_usize;
    for (group, row) in tokens(target.kind()) {
        let token = row.token(target)?;
        let answer = target.send(&target.any_caller().bearer(&token)).await?;
        tried += 1;
        let checked = documented(target, &answer).and_then(|()| log::hides(&answer, &token));
        if let Err(error) = checked {
            faults.push(format!("{group}::{}: {error:#}", row.name));
        }
    }
    let token = good(target.provider()?)?.token()?;
    for row in requests() {
        tried += 1;
        // What is no HTTP may be answered with the end of the connection.
        let Some(answer) = row.send(target, &token).await? else {
            continue;
        };
        if let Err(error) = shut(target, &answer) {
            faults.push(format!("request::{}: {error:#}", row.name));
        }
    }
    let answer = target.send(&target.any_caller().bearer(&token)).await?;
    ensure!(answer.status == 200, "afterwards: {answer:?}");
    log::hides_everywhere(&token)?;
    ensure!(tried == count(target.kind()), "{tried} were tried");
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// As [`documented`], or the plain refusal of a server that cannot read the request: it has no code.
fn shut(target: &Target, answer: &Answer) -> Result<()> {
    nothing_open(answer)?;
    let unread = [400, 431].contains(&answer.status) && answer.header("x-request-id").is_none();
    // The answer to HEAD has no body to look at.
    let without_body = answer.status == 401 && answer.body.is_empty();
    if unread || without_body {
        return Ok(());
    }
    documented(target, answer)
}

/// A code of the closed list with its status, and the challenge that belongs to it.
fn documented(target: &Target, answer: &Answer) -> Result<()> {
    let code = answer.member("/code")?;
    let code = code.as_str().context("the code is no text")?;
    let known = CLOSED_LIST
        .iter()
        .find(|(status, _)| *status == answer.status);
    let (_, codes) = known.with_context(|| format!("the status is {}", answer.status))?;
    ensure!(codes.contains(&code), "{} with {code}", answer.status);
    let realm = format!("Bearer realm=\"{}\"", target.kind().name());
    let challenge = answer.header("www-authenticate");
    match (answer.status, code) {
        (401, "missing_token") => ensure!(challenge == Some(&realm), "{challenge:?}"),
        (401, _) => starts(challenge, &format!("{realm}, error=\"invalid_token\", "))?,
        (400, "invalid_request") => {
            starts(challenge, &format!("{realm}, error=\"invalid_request\", "))?;
        }
        (400, "bad_request") | (404 | 405, _) => ensure!(challenge.is_none(), "{challenge:?}"),
        _ => ensure!(false, "{} is no answer to an attack", answer.status),
    }
    Ok(())
}

fn starts(challenge: Option<&str>, start: &str) -> Result<()> {
    ensure!(
        challenge.is_some_and(|challenge| challenge.starts_with(start)),
        "the challenge is {challenge:?}, not {start}.."
    );
    Ok(())
}
