//! Rate limits: how many requests a client address and a subject may send, and how often an address may fail to
//! authenticate. None is on unless it is set ([`RateLimitConfig`]).
//!
//! | limit | counts | by | checked |
//! |---|---|---|---|
//! | `failures` | 401 responses of protected routes to credentials that are not accepted | address | before authentication |
//! | `address-public`, `address-read`, `address-change` | requests | address | before authentication |
//! | `subject-read`, `subject-change` | authenticated requests | issuer and subject | after authentication, before the handler |
//!
//! A route is of one class: `public` if it needs no token, else `change` for POST, PUT, PATCH and DELETE, and `read` for
//! every other method. `/health`, `/health/ready` and the metrics are never limited, nor are CORS preflights.
//!
//! An address is one of IPv4 or the /64 network of one of IPv6 ([`ClientAddress`](super::ClientAddress)); clients whose
//! address is unknown are counted together. A request over a limit is 429 with `Retry-After`. That response and each
//! that was counted name the limits in `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
//!
//! Each process counts for itself, or all of them in one Redis or Valkey (`RATE_LIMIT_URL`). Not checked: what a request
//! costs, and how many are in progress at once.

mod class;
mod config;
mod count;
mod decision;
mod key;
mod layer;
mod limit;
mod memory;
mod store;
mod store_url;
mod switch;

pub(crate) use class::Classes;
pub use config::{AddressRates, Rate, RateLimitConfig, SubjectRates};
pub(crate) use decision::{RATE_LIMIT, RATE_LIMIT_POLICY};
pub(crate) use layer::{LimitLayer, Stage};
pub(crate) use memory::Ticks;
pub use store_url::{StoreUrl, StoreUrlError};
pub(crate) use switch::RateLimits;

#[cfg(test)]
mod tests;
