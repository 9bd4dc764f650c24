//! Tests of billing-api over real HTTP with tokens of a real issuer.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says"
)]

mod access;
mod documents;
mod durability;
mod health;
mod introspection;
mod invoices;
mod issuers;
mod keys;
mod limits;
mod lost_database;
mod organizations;
mod other_issuers;
mod own_issuer;
mod prefix;
mod program;
mod service;
mod tokens;
mod world;
