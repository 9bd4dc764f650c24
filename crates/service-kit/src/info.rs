//! What a service is called.

/// Name, version and description of a service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceInfo {
    /// Its name: the realm of its challenges, and the title of its OpenAPI document.
    pub name: &'static str,
    /// Its version, in the document: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// What it does, in the document.
    pub description: &'static str,
    /// The name of its identity provider, in `/health`.
    pub provider: &'static str,
    /// How a person gets a token, in the document.
    pub how_to_get_a_token: &'static str,
}
