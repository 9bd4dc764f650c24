//! An API with invoices, behind any OpenID Connect issuer: scopes that one list claim grants, and organizations.
//!
//! [`Settings`] say which issuer; [`server::build`] makes the server; `policies` is the access model on one screen;
//! Whose tokens are accepted is a configuration of `identity_core::providers::Oidc`, which any OpenID Connect issuer is.
//!
//! # A slug means nothing without its organization
//!
//! The scopes here are slugs such as `example_service.billing.read`. At an issuer where every organization makes its own
//! permissions, as the auth-server in this workspace, **any organization can give itself any slug**: the scope says that
//! somebody's administrator allowed it, not whose data it is for. So a scope alone opens only what has no data (`/billing/`).
//! Everything with data is kept per `org_id`: each handler under `/billing/invoices` takes an [`Organization`], which only a
//! verified token's `org_id` claim makes, and the store answers no question without one. A service of your own that
//! keeps data must do the same.
//!
//! An organization's id is unique within one issuer. A database belongs to one issuer, too: give another `ISSUER` another
//! `DATABASE_URL`.

mod banner;
mod currency;
mod invoices;
mod organization;
mod policies;
mod routes;
pub mod server;
mod settings;

pub use banner::banner;
pub use organization::Organization;
pub use policies::access;
pub use settings::{Settings, oidc_config};
