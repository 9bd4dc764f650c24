//! What differs between the providers when a person signs in.

use super::error::AuthorizationError;
use super::grant::Target;
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::personas::Persona;
use crate::provider::Provider;

/// An organization (Auth0) or a tenant (Descope) to choose.
pub(crate) struct TenantChoice {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

impl TenantChoice {
    /// Its name, or its id if it has none.
    pub(crate) fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// What differs between the providers when a person signs in.
pub(crate) trait SignInRules: Send + Sync {
    /// The issuer that a response names.
    fn response_issuer(&self, third_party: bool) -> String;

    /// The client with this id.
    fn client(&self, provider: &Provider, id: &str) -> Option<Client>;

    /// Whether a client that sends this secret, or none, is the one that it says.
    fn accepts(&self, _: &Provider, client: &Client, secret: Option<&str>) -> bool {
        client.accepts(secret)
    }

    /// Whether an authorization request must have a `state`.
    fn needs_state(&self) -> bool {
        false
    }

    /// Reads what only this provider knows, and refuses what it does not have.
    fn target(
        &self,
        provider: &Provider,
        parameters: &Parameters,
        third_party: bool,
    ) -> Result<Target, AuthorizationError>;

    /// The scopes that a persona gets if it asks for these.
    fn granted(&self, persona: &Persona, scope: Option<&str>, target: &Target) -> Vec<String>;

    /// Whether a persona is in the organization or tenant that was asked for.
    fn admits(&self, target: &Target, persona: &Persona) -> bool;

    /// The organizations or tenants of a persona, of which a person chooses one if there are several and the request names
    /// none.
    fn tenants(&self, persona: &Persona) -> Vec<TenantChoice>;

    /// Its name, for people.
    fn provider_name(&self) -> &'static str;

    /// What the provider calls an organization or tenant.
    fn tenant_word(&self) -> &'static str;
}
