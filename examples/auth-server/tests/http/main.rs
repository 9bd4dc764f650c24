//! Tests of the server over real HTTP, each with its own port and database, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says, in its helpers as well"
)]

mod support;

mod access;
mod audit;
mod audit_events;
mod audit_targets;
mod bodies;
mod browser;
mod browser_refusals;
mod clients;
mod crash;
mod fairness;
mod giving;
mod grace;
mod growth;
mod health;
mod introspection;
mod introspection_client;
mod keys;
mod lists;
mod management;
mod metadata;
mod oauth_clients;
mod origins;
mod program;
mod refusals;
mod reload;
mod replicas;
mod revocation;
mod rights;
mod sessions;
mod sign_in;
mod tenants;
mod throttling;
mod waiting;
mod walk_through;
mod wrong_key;
