#![doc = include_str!("../README.md")]

mod access;
mod api_error;
mod authenticate;
mod caller;
mod challenge;
mod credentials;
mod error_code;
mod problem;
mod protection_space;
mod request_id;
mod require;
#[cfg(feature = "testing")]
pub mod testing;
mod token_detail;

pub use access::{Access, AccessRoute, AccessTable, AnyCaller, no_such_route};
pub use api_error::ApiError;
pub use authenticate::Authenticate;
pub use caller::{Bearer, Caller, Claims};
pub use credentials::Credentials;
pub use error_code::ErrorCode;
pub use problem::{InvalidField, Problem};
pub use request_id::{REQUEST_ID_HEADER, with_request_id};
pub use require::{Require, RequireIn};
