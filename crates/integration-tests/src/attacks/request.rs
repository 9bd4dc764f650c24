//! A row of the table of requests.

use std::fmt;

use anyhow::{Context, Result, ensure};

use crate::client;
use crate::http::Answer;
use crate::kind::Routes;
use crate::log;
use crate::refusal::Refusal;
use crate::target::Target;

/// A request, byte by byte, that must not open anything, or one that must, so that the others are refused for what
/// differs.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) source: &'static str,
    write: fn(&Draft<'_>) -> String,
}

/// What a row writes its request from. It stands for its token where a text is written.
pub(super) struct Draft<'t> {
    /// A good one.
    pub(super) token: &'t str,
    /// Those of the service.
    pub(super) routes: Routes,
}

/// What a request is answered. Only a refusal may have a reason in the log; what is answered otherwise leaves none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// This refusal, word for word.
    Refused(Refusal),
    /// What is not HTTP: 400 or 431 from the server itself, or no answer. The service never sees it, and logs nothing.
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
    write: fn(&Draft<'_>) -> String,
) -> Request {
    Request {
        name,
        outcome,
        source,
        write,
    }
}

impl Draft<'_> {
    /// A request for a route that needs a token, with these lines in its head.
    pub(super) fn get(&self, lines: &str) -> String {
        self.to(self.routes.private, lines)
    }

    /// A request for this target.
    pub(super) fn to(&self, target: &str, lines: &str) -> String {
        let lines = match lines {
            "" => String::new(),
            lines => format!("{lines}\r\n"),
        };
        format!("GET {target} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n{lines}\r\n")
    }

    /// The path of that route with this before its last segment, and not a slash.
    pub(super) fn below(&self, separator: &str) -> String {
        let last = self.routes.private.rsplit('/').next().unwrap_or_default();
        format!("{}{separator}{last}", self.routes.scope)
    }

    /// A path that leads from a public route up, and down to that one, with these dots and slashes.
    pub(super) fn back(&self, dots: &str, slash: &str) -> String {
        let Routes {
            public, private, ..
        } = self.routes;
        let (parent, _) = public.rsplit_once('/').unwrap_or_default();
        let down = private.strip_prefix(parent).unwrap_or(private);
        format!("{public}{slash}{dots}{}", down.replace('/', slash))
    }
}

impl fmt::Display for Draft<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.token)
    }
}

impl Request {
    /// Whether it must not be answered with success.
    pub(super) fn is_attack(&self) -> bool {
        !matches!(self.outcome, Outcome::Open | Outcome::OpenThenRefused(_))
    }

    /// Sends it. `None`: the connection was closed without an answer.
    pub(super) async fn send(&self, target: &Target, token: &str) -> Result<Option<Answer>> {
        let draft = Draft {
            token,
            routes: target.kind().routes(),
        };
        target.send_bytes((self.write)(&draft).as_bytes()).await
    }

    /// Sends it, and its answer must be as the row says.
    pub(super) async fn check(&self, target: &Target, token: &str) -> Result<()> {
        let Some(answer) = self.send(target, token).await? else {
            let may_close = matches!(self.outcome, Outcome::Unread | Outcome::Shut);
            ensure!(may_close, "no answer");
            return Ok(());
        };
        match self.outcome {
            Outcome::Refused(refusal) => refusal.expected(target.kind()).check(&answer),
            Outcome::Unread => {
                ensure!([400, 431].contains(&answer.status), "{answer:?}");
                ensure!(answer.header("x-request-id").is_none(), "{answer:?}");
                one_answer(&answer)
            }
            Outcome::Shut => {
                ensure!((400..500).contains(&answer.status), "{answer:?}");
                no_reason(&answer)?;
                nothing_open(&answer)
            }
            Outcome::Open => {
                ensure!(answer.status == 200, "{answer:?}");
                no_reason(&answer)?;
                one_answer(&answer)
            }
            Outcome::OpenThenRefused(refusal) => {
                ensure!(answer.status == 200, "the first: {answer:?}");
                no_reason(&answer)?;
                let both = answer.text();
                let (_, second) = both.split_once("HTTP/1.1 ").context("one answer only")?;
                let second = client::parse(format!("HTTP/1.1 {second}").as_bytes())?;
                refusal.expected(target.kind()).check(&second)
            }
        }
    }
}

/// The log says of no token that it was refused.
fn no_reason(answer: &Answer) -> Result<()> {
    let reasons = log::reasons(answer).unwrap_or_default();
    ensure!(reasons.is_empty(), "the log has {reasons:?}: {answer:?}");
    Ok(())
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
