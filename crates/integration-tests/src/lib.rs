//! One suite per provider, black box over HTTP: a table of cases against a base URL and a source of tokens.
//!
//! `cargo test -p integration-tests --test descope` runs [`descope::suite`] against a service and a local issuer in this
//! process. A case says what it needs ([`Needs`]), so that the same table can run where less is at hand: a test container
//! has a [`Target`] without servers of its own, and a real provider mints no forged tokens.
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
mod raw;

mod jwt;
mod random;
mod wait;

mod contract;
mod launch;

pub mod auth0;
pub mod descope;

pub use case::{Case, Needs};
pub use launch::ServiceKind;
pub use suite::Suite;
pub use target::Target;
pub use tokens::{TokenFuture, Tokens};
