//! Providers that are ready to use: where their keys are, what their tokens look like, and where roles, permissions and
//! scopes are in them.

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
