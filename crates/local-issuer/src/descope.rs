//! The Descope dialect: addresses, tokens and errors as a Descope project has them.

mod access_key;
mod api;
mod claims;
mod dialect;
mod directory;
mod discovery;
mod project;
mod refusals;
mod token;

pub(crate) use dialect::{EXCHANGE_PATH, KEYS, TOKEN_PATH};
pub(crate) use project::Project;
