//! The crate as a client meets it: a small service, asked over actix's test transport.

mod app;
mod claims_and_bearer;
mod contract;
mod cors;
mod health;
mod input;
mod keys;
mod log;
mod order;
mod refusals;
mod request_ids;
mod requests;
mod row;
mod rules;
