//! The Auth0 dialect: addresses, tokens and errors as an Auth0 tenant has them.

mod claims;
mod device;
mod dialect;
mod discovery;
mod refusals;
mod sign_in;
mod tenant;
mod token;
mod token_dialect;
mod user_info;
mod user_token;

pub use token_dialect::TokenDialect;

pub(crate) use dialect::{KEYS, TOKEN_PATH};
pub(crate) use tenant::Tenant;
