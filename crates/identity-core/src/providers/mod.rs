//! Implementations of [`Provider`](crate::Provider): where the keys are, which tokens are accepted, and which claims
//! have the roles, permissions and scopes.

mod auth0;
mod descope;
mod error;
mod oidc;
#[cfg(test)]
mod test_tokens;

pub use auth0::{Auth0, Auth0Config, Domain};
pub use descope::{Descope, DescopeConfig, ProjectId};
pub use error::ProviderError;
pub use oidc::{Oidc, OidcConfig};
