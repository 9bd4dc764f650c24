//! One suite per service, black box over HTTP: a table of cases against a base URL and a source of tokens.
//!
//! `cargo test -p integration-tests --test descope` runs [`descope::suite`] against a service and a local issuer in this
//! process; [`run`] says what else there is. A case says what it needs ([`Needs`]), so that the same table runs where less
//! is at hand: a test container starts and stops no servers, and a real provider makes no forged tokens.
//!
//! Expectations are written by hand, and never taken from the code of a service.

mod suite;

mod case;
mod target;
mod tokens;

mod answer;
mod call;
mod expectation;
mod http;
mod log;
mod raw;

mod jwt;
mod random;
mod ready;
mod wait;

mod contract;
mod launch;
mod run;

pub mod attacks;
pub mod auth0;
pub mod billing;
pub mod descope;

pub use answer::Answer;
pub use call::Call;
pub use case::{Case, Needs};
pub use launch::{Environment, ServiceKind, World, issuer_config};
pub use libtest_mimic::Arguments;
pub use log::keep as keep_log;
pub use run::{LiveClient, SuiteSettings, run};
pub use suite::Suite;
pub use target::Target;
pub use tokens::{PersonaTokens, TokenFuture, Tokens};
pub use wait::until;
