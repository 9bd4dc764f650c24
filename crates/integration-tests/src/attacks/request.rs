//! A row of the table of requests.

use anyhow::{Context, Result, ensure};

use super::refusal::Refusal;
use crate::answer::Answer;
use crate::raw;
use crate::target::Target;

/// A request, byte by byte, that must not open anything, or one that must, so that the others are refused for what
/// differs.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) source: &'static str,
    write: fn(&str) -> String,
}

/// What a request is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// This refusal, word for word.
    Refused(Refusal),
    /// What is not HTTP: 400 or 431 from the server itself, or no answer.
    Unread,
    /// Anything but success: a refusal from the closed list, or as `Unread`.
    Shut,
    /// 200.
    Open,
    /// Two requests on one connection: 200 for the first, and this refusal for the second.
    OpenThenRefused(Refusal),
}

/// A request that a good token is written into.
pub(super) const fn request(
    name: &'static str,
    outcome: Outcome,
    source: &'static str,
    write: fn(&str) -> String,
) -> Request {
    Request {
        name,
        outcome,
        source,
        write,
    }
}

/// A request for a route that needs a token, with these lines in its head.
pub(super) fn get(lines: &str) -> String {
    to("/api/private", lines)
}

/// A request for this target.
pub(super) fn to(target: &str, lines: &str) -> String {
    let lines = match lines {
        "" => String::new(),
        lines => format!("{lines}\r\n"),
    };
    format!("GET {target} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n{lines}\r\n")
}

impl Request {
    /// Whether it must not be answered with success.
    pub(super) fn is_attack(&self) -> bool {
        !matches!(self.outcome, Outcome::Open | Outcome::OpenThenRefused(_))
    }

    /// Sends it. `None`: the connection was closed without an answer.
    pub(super) async fn send(&self, target: &Target, token: &str) -> Result<Option<Answer>> {
        raw::send(target.base_url(), (self.write)(token).as_bytes()).await
    }

    /// Sends it, and its answer must be as the row says.
    pub(super) async fn check(&self, target: &Target, token: &str) -> Result<()> {
        let answer = self.send(target, token).await?;
        match (self.outcome, answer) {
            (Outcome::Refused(refusal), answer) => {
                let answer = answer.context("no answer")?;
                refusal.expected(target.kind()).check(&answer)
            }
            (Outcome::Unread | Outcome::Shut, None) => Ok(()),
            (Outcome::Unread, Some(answer)) => {
                ensure!([400, 431].contains(&answer.status), "{answer:?}");
                one_answer(&answer)
            }
            (Outcome::Shut, Some(answer)) => {
                ensure!((400..500).contains(&answer.status), "{answer:?}");
                nothing_open(&answer)
            }
            (Outcome::Open, answer) => {
                let answer = answer.context("no answer")?;
                ensure!(answer.status == 200, "{answer:?}");
                one_answer(&answer)
            }
            (Outcome::OpenThenRefused(refusal), answer) => {
                let first = answer.context("no answer")?;
                ensure!(first.status == 200, "the first: {first:?}");
                let code = format!(r#""code":"{}""#, refusal.code);
                let both = first.text();
                let (_, second) = both.split_once("HTTP/1.1 ").context("one answer only")?;
                ensure!(
                    second.starts_with("401 ") && second.contains(&code),
                    "{both}"
                );
                Ok(())
            }
        }
    }
}

/// What was hidden in a request was not answered as one.
fn one_answer(answer: &Answer) -> Result<()> {
    ensure!(!answer.text().contains("HTTP/1."), "{answer:?}");
    Ok(())
}

/// Whatever follows on the same connection is a refusal too.
pub(super) fn nothing_open(answer: &Answer) -> Result<()> {
    ensure!(!answer.text().contains("HTTP/1.1 2"), "{answer:?}");
    Ok(())
}
