//! One suite per service, black box over HTTP: a table of cases against a base URL and a source of tokens.
//!
//! `cargo test --test descope` runs [`descope::suite`] against a service and a local issuer in this
//! process; [`run`] says what else there is. A case says what it needs ([`Needs`]), so that the same table runs where less
//! is at hand: a test container starts and stops no servers, and a real provider makes no forged tokens.
//!
//! Expectations are written by hand, and never taken from the code of a service.

mod run;
mod suite;

pub mod auth0;
pub mod billing;
pub mod descope;

pub mod attacks;
mod contract;

mod launch;

mod case;
mod challenge;
mod forge;
mod target;
mod tokens;

mod expectation;
pub mod refusal;

mod client;
mod http;
mod jwt;
mod kind;
mod log;
mod wait;

pub use case::{Case, Needs};
pub use http::{Call, Response};
pub use kind::ServiceKind;
pub use launch::{
    BILLING_PERSONAS, Environment, ReservedPorts, World, issuer_config, start_issuer,
};
pub use libtest_mimic::Arguments;
pub use log::keep as keep_log;
pub use run::{LiveClient, SuiteSettings, run};
pub use suite::Suite;
pub use target::Target;
pub use tokens::Tokens;
pub use wait::until;

/// The example of the workspace's README: it compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
