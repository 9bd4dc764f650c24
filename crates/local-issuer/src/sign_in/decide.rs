//! What a person chose on a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::authorize::Visit;
use super::browser::Browser;
use super::error::AuthorizationError;
use super::forms::{self, FormError, Submitted};
use super::kept::Form;
use super::request::AuthorizationRequest;
use super::rules::SignInRules;
use super::{device, log_out, pages};
use crate::keys::KeyError;
use crate::provider::Call;

/// Why a choice leads nowhere.
enum Refused {
    Form(FormError),
    Choice(String),
    Failed(KeyError),
}

/// Responds to a form.
pub(super) fn decide(call: &Call<'_>, rules: &dyn SignInRules) -> HttpResponse {
    let visit = Visit { call, rules };
    let response = forms::submitted(call)
        .map_err(Refused::Form)
        .and_then(|submitted| visit.respond(&submitted));
    response.unwrap_or_else(|refused| match refused {
        Refused::Form(FormError::Unknown) => {
            pages::problem(StatusCode::BAD_REQUEST, &FormError::Unknown.to_string())
        }
        Refused::Form(FormError::Unreadable(fault)) => {
            pages::problem(StatusCode::BAD_REQUEST, &fault)
        }
        Refused::Form(error) => pages::problem(StatusCode::FORBIDDEN, &error.to_string()),
        Refused::Choice(fault) => pages::problem(StatusCode::BAD_REQUEST, &fault),
        Refused::Failed(error) => pages::failed(&error),
    })
}

impl Visit<'_> {
    fn respond(self, submitted: &Submitted) -> Result<HttpResponse, Refused> {
        let id = &submitted.id;
        let chosen = |name| submitted.parameters.get(name);
        match &submitted.form {
            Form::Choose(request) if chosen("cancel").is_some() => self.denied(id, request),
            Form::Tenant(request, _) if chosen("cancel").is_some() => self.denied(id, request),
            Form::Tenant(request, browser) => {
                let tenant = match chosen("without") {
                    Some(_) => None,
                    None => Some(chosen("tenant").unwrap_or_default()),
                };
                self.tenant_chosen(id, (**request).clone(), browser, tenant)
            }
            Form::Choose(request) => {
                let persona = chosen("persona").unwrap_or_default();
                self.signed_in(id, (**request).clone(), persona)
            }
            Form::Consent(request, browser) if chosen("decision") == Some("allow") => {
                self.agreed(id, request, browser)
            }
            Form::Consent(request, _) => self.denied(id, request),
            Form::Device => {
                let user_code = chosen("user_code").unwrap_or_default();
                let request = device::request_of(self.call.provider, user_code);
                let request = request.ok_or_else(|| Refused::Choice(no_device(user_code)))?;
                forms::close(self.call, id)?;
                Ok(self.start(request)?)
            }
            Form::LogOut(return_to) => {
                forms::close(self.call, id)?;
                Ok(log_out::confirmed(self.call, return_to.as_deref()))
            }
        }
    }

    fn signed_in(
        self,
        id: &str,
        request: AuthorizationRequest,
        persona: &str,
    ) -> Result<HttpResponse, Refused> {
        let persona = self
            .persona(persona)
            .filter(|persona| self.rules.admits(&request.target, persona))
            .ok_or_else(|| Refused::Choice(format!("There is no user {persona} to sign in as.")))?;
        forms::close(self.call, id)?;
        let browser = Browser::sign_in(self.call, persona)?;
        Ok(self.tenant_consent_or_code(request, &browser)?)
    }

    fn agreed(
        self,
        id: &str,
        request: &AuthorizationRequest,
        browser_id: &str,
    ) -> Result<HttpResponse, Refused> {
        let browser = self.same_browser(browser_id)?;
        forms::close(self.call, id)?;
        let agreement = self.agreement(request, &browser.session.persona);
        browser.agree(self.call.provider, agreement);
        Ok(self.code(request, &browser)?)
    }

    /// Goes on for the chosen tenant, or for none.
    fn tenant_chosen(
        self,
        id: &str,
        mut request: AuthorizationRequest,
        browser_id: &str,
        tenant: Option<&str>,
    ) -> Result<HttpResponse, Refused> {
        let browser = self.same_browser(browser_id)?;
        let own = self.tenants(&browser.session.persona);
        if let Some(unknown) = tenant.filter(|id| !own.iter().any(|own| own.id == *id)) {
            let word = self.rules.tenant_word();
            return Err(Refused::Choice(format!(
                "There is no {word} {unknown} to choose."
            )));
        }
        forms::close(self.call, id)?;
        request.target.tenant = tenant.map(str::to_owned);
        Ok(self.consent_or_code(request, &browser)?)
    }

    /// Returns the browser that a page was shown to. Errors: another user signed in, or out, while the page was open.
    fn same_browser(self, browser_id: &str) -> Result<Browser, FormError> {
        let browser = Browser::of_cookie(self.call).filter(|browser| browser.id == browser_id);
        browser.ok_or(FormError::Unknown)
    }

    fn denied(self, id: &str, request: &AuthorizationRequest) -> Result<HttpResponse, Refused> {
        forms::close(self.call, id)?;
        let error = AuthorizationError::new("access_denied", "the user did not agree");
        Ok(self.refused(request, &error))
    }
}

fn no_device(user_code: &str) -> String {
    format!(
        "No device waits for the code {user_code}. It may have expired; go back and type it again."
    )
}

impl From<FormError> for Refused {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self::Failed(error)
    }
}
