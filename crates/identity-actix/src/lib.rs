//! `identity-core` for actix-web: who is calling, what they may do, and how a service answers.
//!
//! [`Authenticate`] is middleware around a scope: it awaits, and answers 401, 400 or 503. [`Caller`], [`Require`],
//! [`Claims`] and [`Bearer`] are what handlers take: they only look, and answer 403. [`ApiError`] is every error answer.
//! HTTP statuses are chosen in this crate and nowhere else.

mod access;
mod activity;
mod api_error;
mod around;
mod authenticate;
mod body_deadline;
mod caller;
mod challenge;
mod cors;
mod count;
mod credentials;
mod docs;
mod drain;
mod error_code;
mod exporter;
pub mod figures;
mod head;
pub mod health;
mod input;
mod listen;
pub mod openapi;
mod password_flow;
pub mod program;
mod request_id;
mod service;
pub mod settings;
mod signal;
mod stopping;
pub mod telemetry;
mod token_info;
mod turned_away;

pub use access::{Access, AccessRoute, AccessTable, AnyCaller, no_such_route};
pub use activity::Activity;
pub use api_error::{ApiError, InvalidField, Problem};
pub use around::{around_cors, around_routes};
pub use authenticate::Authenticate;
pub use body_deadline::is_late;
pub use caller::{Bearer, Caller, Claims, Require};
pub use cors::cors;
pub use credentials::Credentials;
pub use error_code::ErrorCode;
pub use input::InputLimits;
pub use listen::{BindError, BoundServer, HealthcheckError, bind, healthcheck};
pub use request_id::REQUEST_ID_HEADER;
pub use service::{Service, ServiceName};
pub use stopping::Stopping;
pub use token_info::TokenInfo;

#[cfg(test)]
mod http_tests;
