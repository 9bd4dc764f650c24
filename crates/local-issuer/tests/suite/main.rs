//! The issuer through its public door: real HTTP, real signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests say what they expect by failing"
)]

mod access_keys;
mod auth0_refusals;
mod auth0_tokens;
mod control;
mod control_keys;
mod control_mint;
mod descope_api;
mod descope_api_refusals;
mod descope_keys;
mod descope_management;
mod descope_refusals;
mod descope_sessions;
mod descope_tokens;
mod discovery;
mod faults;
mod faults_on_the_wire;
mod front_page;
mod key_sets;
mod lifecycle;
mod minting;
mod program;
mod readme;
mod security_headers;
mod sign_in;
mod signatures;
mod support;
mod tls;
