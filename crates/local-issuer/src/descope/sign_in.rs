//! What is particular to Descope when a person signs in.

use super::project::Project;
use super::token::STANDARD_SCOPES;
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::personas::Persona;
use crate::provider::Provider;
use crate::scopes;
use crate::sign_in::{AuthorizationError, SignInRules, Target, TenantChoice};

impl SignInRules for Project {
    fn response_issuer(&self, third_party: bool) -> String {
        self.issuer_of(third_party)
    }

    /// A registered client, or the project's default application: the first public client under the project's id.
    fn client(&self, provider: &Provider, id: &str) -> Option<Client> {
        let mut clients = provider.clients.iter();
        if id != self.id {
            return clients.find(|client| client.id == id).cloned();
        }
        let first = clients.find(|client| client.is_public())?;
        Some(Client {
            id: self.id.clone(),
            ..first.clone()
        })
    }

    /// The secret of the default application is an access key, or it has none.
    fn accepts(&self, provider: &Provider, client: &Client, secret: Option<&str>) -> bool {
        match secret {
            Some(secret) if client.id == self.id => {
                let (directory, now) = (self.directory.state(), provider.clock.now());
                directory.persona_of_cleartext(secret, None, now).is_ok()
            }
            secret => client.accepts(secret),
        }
    }

    fn needs_state(&self) -> bool {
        true
    }

    fn target(
        &self,
        provider: &Provider,
        parameters: &Parameters,
        third_party: bool,
    ) -> Result<Target, AuthorizationError> {
        let invalid = |description: &str| Err(AuthorizationError::invalid(description));
        let mut scopes = parameters.get("scope").unwrap_or_default().split(' ');
        if !third_party && !scopes.any(|scope| scope == "openid") {
            let fault = "scope must contain openid";
            return Err(AuthorizationError::new("invalid_scope", fault));
        }
        // Inbound applications name the parameter `tenantId`.
        let tenant = parameters.get("tenant").or(parameters.get("tenantId"));
        let target = Target {
            audience: None,
            tenant: tenant.map(str::to_owned),
            third_party,
        };
        let mut personas = provider.personas.iter();
        if !personas.any(|persona| self.admits(&target, persona)) {
            return invalid("tenant is invalid: there is no such tenant");
        }
        Ok(target)
    }

    fn granted(&self, persona: &Persona, scope: Option<&str>, _: &Target) -> Vec<String> {
        scopes::grant(persona, scope, STANDARD_SCOPES)
    }

    fn admits(&self, target: &Target, persona: &Persona) -> bool {
        let tenants = &persona.descope.tenants;
        let asked = target.tenant.as_ref();
        asked.is_none_or(|asked| tenants.contains_key(asked))
    }

    fn tenants(&self, persona: &Persona) -> Vec<TenantChoice> {
        let ids = persona.descope.tenants.keys();
        let choice = |id: &String| TenantChoice {
            id: id.clone(),
            name: None,
        };
        ids.map(choice).collect()
    }

    fn provider_name(&self) -> &'static str {
        "Descope"
    }

    fn tenant_word(&self) -> &'static str {
        "tenant"
    }
}
