//! One row of a suite.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::target::Target;

/// Longer than any case takes, on a busy machine too: a case that hangs fails.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A claim about a service, and how to find out whether it is true.
pub struct Case {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) needs: Needs,
    check: Check,
}

type Check = Box<dyn Fn(&Handle, &Target) -> Result<()> + Send + Sync>;

/// What a case needs. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// A service.
    Service,
    /// A token of some client, whatever it may do.
    Client,
    /// Tokens of the local issuer's personas.
    Personas,
    /// Tokens of any kind, which only the local issuer makes.
    AnyToken,
    /// Services and issuers of its own, to be started, stopped and started again.
    OwnServers,
}

impl Case {
    /// A case. The name is the claim, such as `expired_token_is_401`; the sentence says why it must be so.
    pub fn new<C>(name: impl Into<String>, sentence: &str, needs: Needs, check: C) -> Self
    where
        C: AsyncFn(&Target) -> Result<()> + Send + Sync + 'static,
    {
        let check = move |runtime: &Handle, target: &Target| {
            runtime.block_on(async {
                timeout(TIMEOUT, check(target))
                    .await
                    .context("the case did not end in time")?
            })
        };
        Self {
            name: name.into(),
            sentence: sentence.to_owned(),
            needs,
            check: Box::new(check),
        }
    }

    pub(crate) fn check(&self, runtime: &Handle, target: &Target) -> Result<()> {
        (self.check)(runtime, target)
    }
}

/// A name that no other case and no other run uses: the service's store may be older than this run.
pub(crate) fn unique(prefix: &str) -> String {
    format!("{prefix}-{:016x}", RandomState::new().hash_one(prefix))
}

/// An email address that no user has yet.
pub(crate) fn email(prefix: &str) -> String {
    format!("{}@example.com", unique(prefix))
}

/// A path or a value as part of a name: its letters and digits.
pub(crate) fn label(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "root".to_owned()
    } else {
        words.join("_")
    }
}

/// Why a case of this need is left out where there is less.
impl fmt::Display for Needs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Service => "needs a service",
            Self::Client => "needs a client that gets a token",
            Self::Personas => "needs the personas of the local issuer",
            Self::AnyToken => "needs tokens that only the local issuer makes",
            Self::OwnServers => "needs to start and stop servers of its own",
        })
    }
}
