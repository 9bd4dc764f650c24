//! The name and description of a service.

/// The name, version and description of a service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceInfo {
    /// The name: the realm of its challenges, and the title of its OpenAPI document.
    pub name: &'static str,
    /// The version in the OpenAPI document: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// The description in the OpenAPI document.
    pub description: &'static str,
    /// The name of its identity provider, shown in `/health`.
    pub provider: &'static str,
    /// How a user gets a token: the description of the security scheme in the OpenAPI document.
    pub how_to_get_a_token: &'static str,
}
