//! Implementations of [`Provider`](crate::Provider): where the keys are, which tokens are accepted, and which claims
//! have the roles, permissions and scopes.
//!
//! [`Oidc`] is every other provider: [`OidcConfig::keycloak`], [`entra`](OidcConfig::entra),
//! [`cognito`](OidcConfig::cognito), [`okta`](OidcConfig::okta), [`google`](OidcConfig::google) and
//! [`zitadel`](OidcConfig::zitadel) are values of its configuration, which can be changed like any other.

mod auth0;
mod cognito;
mod descope;
mod entra;
mod error;
mod google;
mod keycloak;
mod oidc;
mod okta;
mod zitadel;

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod test_tokens;

pub use auth0::{Auth0, Auth0Config, Domain};
pub use descope::{Descope, DescopeConfig, ProjectId};
pub use error::ProviderError;
pub use oidc::{Oidc, OidcConfig, TenantForm};
