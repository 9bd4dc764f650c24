//! Which tenant or organization the tokens are for, if the person is in several and the client names none.

use actix_web::HttpResponse;

use super::authorize::Visit;
use super::browser::Browser;
use super::forms;
use super::kept::Form;
use super::pages;
use super::request::AuthorizationRequest;
use super::rules::TenantChoice;
use crate::keys::KeyError;

impl Visit<'_> {
    /// Asks for a tenant if there is a choice, and then for consent; else gives the client what it asked for.
    pub(super) fn tenant_consent_or_code(
        self,
        request: AuthorizationRequest,
        browser: &Browser,
    ) -> Result<HttpResponse, KeyError> {
        let tenants = self.tenants(&browser.session.persona);
        if request.target.tenant.is_some() || tenants.len() < 2 {
            return self.consent_or_code(request, browser);
        }
        let form = Form::Tenant(Box::new(request.clone()), browser.id.clone());
        let form = forms::open(self.call, form)?;
        let page = pages::tenant(
            &form,
            &request,
            browser,
            (&tenants, self.rules.tenant_word()),
        );
        Ok(self.with_session(page, browser))
    }

    /// The tenants or organizations of a persona.
    pub(super) fn tenants(self, persona: &str) -> Vec<TenantChoice> {
        let persona = self.persona(persona);
        persona.map_or_else(Vec::new, |persona| self.rules.tenants(persona))
    }
}
