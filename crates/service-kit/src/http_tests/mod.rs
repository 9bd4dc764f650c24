//! Tests of the crate from the client's side: a small service over actix's test transport.

mod actor;
mod app;
mod audit;
mod contract;
mod cors;
mod health;
mod index;
mod input;
mod keys;
pub(crate) mod log;
mod opaque;
mod order;
mod prefix;
mod refusals;
mod request_ids;
mod requests;
mod resource;
mod row;
mod rules;
mod security_headers;
mod trace;
