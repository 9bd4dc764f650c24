//! What is particular to Auth0 when a person signs in.

use super::tenant::Tenant;
use super::token::STANDARD_SCOPES;
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::personas::{Organization, Persona};
use crate::provider::Provider;
use crate::scopes;
use crate::sign_in::{AuthorizationError, SignInRules, Target, TenantChoice};

/// The scope that gives a refresh token.
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

impl SignInRules for Tenant {
    fn response_issuer(&self, _: bool) -> String {
        self.issuer.clone()
    }

    fn client(&self, provider: &Provider, id: &str) -> Option<Client> {
        let mut clients = provider.clients.iter();
        clients.find(|client| client.id == id).cloned()
    }

    fn target(
        &self,
        provider: &Provider,
        parameters: &Parameters,
        third_party: bool,
    ) -> Result<Target, AuthorizationError> {
        let target = Target {
            audience: parameters.get("audience").map(str::to_owned),
            tenant: parameters.get("organization").map(str::to_owned),
            third_party,
        };
        match &target.audience {
            Some(audience) if *audience == self.management_audience() => {
                let fault = format!(
                    "Client is not authorized to access \"{audience}\". You need to create a \"client-grant\" associated to this API."
                );
                return Err(AuthorizationError::invalid(fault));
            }
            Some(audience) if *audience != self.audience => {
                let fault = format!("Service not found: {audience}");
                return Err(AuthorizationError::new("access_denied", fault));
            }
            _ => {}
        }
        let mut personas = provider.personas.iter();
        if !personas.any(|persona| self.admits(&target, persona)) {
            let fault = "parameter organization is invalid: there is no such organization";
            return Err(AuthorizationError::invalid(fault));
        }
        Ok(target)
    }

    fn granted(&self, persona: &Persona, scope: Option<&str>, target: &Target) -> Vec<String> {
        let standard = [STANDARD_SCOPES, &[OFFLINE_ACCESS]].concat();
        let mut granted = scopes::grant(persona, scope, &standard);
        if target.audience.is_none() {
            // Scopes of an API are for a token for it.
            granted.retain(|scope| standard.contains(&scope.as_str()));
        }
        granted
    }

    fn admits(&self, target: &Target, persona: &Persona) -> bool {
        let asked = target.tenant.as_deref();
        asked.is_none() || persona.auth0.organization(asked).is_some()
    }

    fn tenants(&self, persona: &Persona) -> Vec<TenantChoice> {
        let organizations = persona.auth0.organizations.iter();
        let choice = |one: &Organization| TenantChoice {
            id: one.id.clone(),
            name: one.name.clone(),
        };
        organizations.map(choice).collect()
    }

    fn provider_name(&self) -> &'static str {
        "Auth0"
    }

    fn tenant_word(&self) -> &'static str {
        "organization"
    }
}
