//! The Descope dialect: addresses, tokens and errors as a Descope project has them.

mod access_key;
mod api;
mod claims;
mod device;
mod dialect;
mod directory;
mod discovery;
mod people;
mod project;
mod refusals;
mod sign_in;
mod token;
mod user_info;
mod user_token;

pub(crate) use dialect::{EXCHANGE_PATH, KEYS, TOKEN_PATH};
pub(crate) use project::Project;
