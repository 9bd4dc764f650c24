//! `identity-core` for actix-web: authentication and authorization of requests, and nothing else.
//!
//! [`Authenticate`] is middleware for a scope: it awaits, and responds with 401, 400 or 503. [`Caller`], [`Require`],
//! [`Claims`] and [`Bearer`] are extractors for handlers: they only look, and respond with 403. [`ApiError`] is every
//! error response. HTTP status codes are chosen in this crate and nowhere else.

mod access;
mod api_error;
mod authenticate;
mod caller;
mod challenge;
mod credentials;
mod error_code;
mod request_id;

pub use access::{Access, AccessRoute, AccessTable, AnyCaller, no_such_route};
pub use api_error::{ApiError, InvalidField, Problem};
pub use authenticate::Authenticate;
pub use caller::{Bearer, Caller, Claims, Require};
pub use credentials::Credentials;
pub use error_code::ErrorCode;
pub use request_id::{REQUEST_ID_HEADER, with_request_id};
