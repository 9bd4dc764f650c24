//! An invoice API for any OpenID Connect issuer, with organizations and with scopes from a list claim.
//!
//! [`Settings`] configures the issuer; [`server::build`] builds the server; `policies` is the access model on one
//! screen. The trusted issuer is configured through `identity_core::providers::Oidc`, which fits any OpenID Connect
//! issuer.
//!
//! # A slug means nothing without its organization
//!
//! The scopes here are slugs such as `example_service.billing.read`. At an issuer where every organization creates its
//! own permissions, such as the auth-server in this workspace, **any organization can create any slug**: the scope says
//! that an administrator of some organization allowed it, not whose data it is for. So a scope alone gives access only
//! to routes without data (`/billing/`). All data is stored per organization: each handler under `/billing/invoices` takes
//! an [`Organization`], which can only be made from a claim of a verified token (`org_id` by default), and every method of the
//! store requires one. Your own service must do the same if it stores data.
//!
//! An organization's id is unique only within one issuer, so a database belongs to one `ISSUER`: for another one, use
//! another `DATABASE_URL`. An organization of an issuer in `OTHER_ISSUERS` is stored with the issuer's name.

mod banner;
mod currency;
mod introspection;
mod invoices;
mod issuers;
mod organization;
mod policies;
mod routes;
pub mod server;
mod settings;
mod tokens;

pub use banner::banner;
pub use introspection::Introspection;
pub use organization::Organization;
pub use policies::access;
pub use settings::Settings;
pub use tokens::oidc_config;
