//! A row of the table of requests.

use std::fmt;

use anyhow::{Context, Result, ensure};

use crate::client;
use crate::http::Response;
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

/// What a row writes its request from. It is displayed as its token.
pub(super) struct Draft<'t> {
    /// A good one.
    pub(super) token: &'t str,
    /// Those of the service.
    pub(super) routes: Routes,
}

/// The response to a request. Only a refusal may have a reason in the log; another response leaves none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// This refusal, word for word.
    Refused(Refusal),
    /// What is not HTTP: 400 or 431 from the server itself, or no response. The service never sees it, and logs nothing.
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
    /// Whether it must not succeed.
    pub(super) fn is_attack(&self) -> bool {
        !matches!(self.outcome, Outcome::Open | Outcome::OpenThenRefused(_))
    }

    /// Sends it. `None`: the connection was closed without a response.
    pub(super) async fn send(&self, target: &Target, token: &str) -> Result<Option<Response>> {
        let draft = Draft {
            token,
            routes: target.kind().routes(),
        };
        target.send_bytes((self.write)(&draft).as_bytes()).await
    }

    /// Whether it names the host that it is for, and nothing else with it.
    pub(super) fn names_host(&self, target: &Target) -> bool {
        let draft = Draft {
            token: "",
            routes: target.kind().routes(),
        };
        let request = (self.write)(&draft).to_ascii_lowercase();
        let target = request.split(' ').nth(1).unwrap_or_default();
        match target.strip_prefix("http://") {
            Some(address) => !address.contains('@'),
            None => request.contains("\nhost:"),
        }
    }

    /// Sends it, and its response must be as the row says.
    pub(super) async fn check(&self, target: &Target, token: &str) -> Result<()> {
        let Some(response) = self.send(target, token).await? else {
            let may_close = matches!(self.outcome, Outcome::Unread | Outcome::Shut);
            ensure!(may_close, "no response");
            return Ok(());
        };
        match self.outcome {
            Outcome::Refused(refusal) => {
                let expected = refusal.expected(target.kind());
                let expected = match self.names_host(target) {
                    true => expected,
                    false => expected.without_metadata(),
                };
                expected.check(&response)
            }
            Outcome::Unread => {
                ensure!([400, 431].contains(&response.status), "{response:?}");
                ensure!(response.header("x-request-id").is_none(), "{response:?}");
                one_answer(&response)
            }
            Outcome::Shut => {
                ensure!((400..500).contains(&response.status), "{response:?}");
                no_reason(&response)?;
                nothing_open(&response)
            }
            Outcome::Open => {
                ensure!(response.status == 200, "{response:?}");
                no_reason(&response)?;
                one_answer(&response)
            }
            Outcome::OpenThenRefused(refusal) => {
                ensure!(response.status == 200, "the first: {response:?}");
                no_reason(&response)?;
                let both = response.text();
                let (_, second) = both.split_once("HTTP/1.1 ").context("one response only")?;
                let second = client::parse(format!("HTTP/1.1 {second}").as_bytes())?;
                refusal.expected(target.kind()).check(&second)
            }
        }
    }
}

/// The log says of no token that it was refused.
fn no_reason(response: &Response) -> Result<()> {
    let reasons = log::reasons(response).unwrap_or_default();
    ensure!(reasons.is_empty(), "the log has {reasons:?}: {response:?}");
    Ok(())
}

/// What was hidden in a request was not treated as one.
fn one_answer(response: &Response) -> Result<()> {
    ensure!(!response.text().contains("HTTP/1."), "{response:?}");
    Ok(())
}

/// Whatever follows on the same connection is a refusal too.
pub(super) fn nothing_open(response: &Response) -> Result<()> {
    ensure!(!response.text().contains("HTTP/1.1 2"), "{response:?}");
    Ok(())
}
