//! The Auth0 dialect: addresses, tokens and errors as an Auth0 tenant has them.

mod claims;
mod dialect;
mod discovery;
mod refusals;
mod tenant;
mod token;
mod token_dialect;

pub use token_dialect::TokenDialect;

pub(crate) use dialect::{KEYS, TOKEN_PATH};
pub(crate) use tenant::Tenant;
