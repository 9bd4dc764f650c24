//! The attack corpus: forged and broken tokens, and requests that no client would send, one a line.
//!
//! A row says what is sent, what must be answered, what must be logged, and which rule it breaks or which library once let
//! it in. The reason in the log (`token.reason`) is the code of the answer; where that is `malformed_token`, the sentence
//! says which of the ways it is. A request without a token that could be verified leaves no reason. The log is read where
//! the service is in this process. The plain cases, such as an expired token, are not here: every service's contract has
//! them.

mod algorithms;
mod attack;
mod claims;
mod forms;
mod headers;
mod kinds;
mod refusal;
mod request;
mod requests;
mod signatures;
mod sweep;

use attack::Attack;
use request::Request;

use anyhow::ensure;

use crate::case::{Case, Needs};
use crate::contract::good;
use crate::launch::ServiceKind;
use crate::log;

/// The tokens, but for those that are of one provider alone.
const TOKENS: [(&str, &[Attack]); 5] = [
    ("algorithm", algorithms::ROWS),
    ("signature", signatures::ROWS),
    ("header", headers::ROWS),
    ("form", forms::ROWS),
    ("claim", claims::ROWS),
];

/// How many attacks there are on a service.
#[must_use]
pub fn count(kind: ServiceKind) -> usize {
    tokens(kind).count() + requests().count()
}

/// The cases that every service has.
pub(crate) fn cases(kind: ServiceKind) -> Vec<Case> {
    let mut cases: Vec<_> = tokens(kind).map(token_case).collect();
    cases.extend(requests::ROWS.iter().map(request_case));
    cases.push(sweep::case(kind));
    cases.push(the_log_is_read());
    cases
}

/// Every token, with the group that its name starts with.
fn tokens(kind: ServiceKind) -> impl Iterator<Item = (&'static str, &'static Attack)> {
    let all = TOKENS.into_iter().chain([("kind", kinds::rows(kind))]);
    all.flat_map(|(group, rows)| rows.iter().map(move |row| (group, row)))
}

/// Every request that must not be answered with success.
fn requests() -> impl Iterator<Item = &'static Request> {
    requests::ROWS.iter().filter(|row| row.is_attack())
}

/// Without a log, all that is said of it would hold.
fn the_log_is_read() -> Case {
    Case::new(
        "attacks::reasons_are_read_from_the_log",
        "In the process of the service the log is there, and a refused token leaves its reason in it once.",
        Needs::OwnServers,
        async |target| {
            let answer = target.send(&target.any_caller().bearer("bad")).await?;
            let expected = [("token.reason".to_owned(), "malformed_token".to_owned())];
            let logged = log::reasons(&answer);
            ensure!(logged.as_deref() == Some(&expected), "{logged:?}");
            let answer = target.send(&target.any_caller()).await?;
            let logged = log::reasons(&answer);
            ensure!(logged.as_deref() == Some(&[]), "{logged:?}");
            Ok(())
        },
    )
}

fn token_case((group, row): (&'static str, &'static Attack)) -> Case {
    let name = format!("attacks::{group}::{}_is_401", row.name);
    Case::new(name, row.source, Needs::AnyToken, async move |target| {
        let call = target.any_caller().bearer(&row.token(target)?);
        let expected = row.refusal.expected(target.kind());
        target.check(&call, &expected).await.map(drop)
    })
}

fn request_case(row: &'static Request) -> Case {
    let name = format!("attacks::request::{}", row.name);
    Case::new(name, row.source, Needs::AnyToken, async move |target| {
        let token = good(target.provider()?)?.token()?;
        row.check(target, &token).await
    })
}
