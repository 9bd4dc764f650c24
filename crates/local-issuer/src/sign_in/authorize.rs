//! The authorization endpoint: back to the client at once, or a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::browser::{self, Browser};
use super::codes;
use super::device;
use super::error::AuthorizationError;
use super::forms;
use super::grant::Grant;
use super::kept::Form;
use super::pages;
use super::read::RequestError;
use super::request::AuthorizationRequest;
use super::return_to::ReturnTo;
use super::rules::SignInRules;
use crate::cookies::Cookie;
use crate::keys::KeyError;
use crate::personas::Persona;
use crate::provider::Call;

/// A browser at one provider.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) rules: &'a dyn SignInRules,
}

/// Responds to an authorization request.
pub(crate) fn authorize(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    third_party: bool,
) -> HttpResponse {
    let visit = Visit { call, rules };
    match AuthorizationRequest::read(call, rules, third_party) {
        Err(RequestError::Page(fault)) => pages::problem(StatusCode::BAD_REQUEST, &fault),
        Err(RequestError::Client(return_to, error)) => return_to.with_error(&error),
        Ok(request) => visit
            .start(request)
            .unwrap_or_else(|error| pages::failed(&error)),
    }
}

impl<'a> Visit<'a> {
    /// The page, or what the session of the browser is good for.
    pub(super) fn start(self, request: AuthorizationRequest) -> Result<HttpResponse, KeyError> {
        let browser =
            Browser::of_cookie(self.call).filter(|browser| self.is_fit(browser, &request));
        if request.prompt.none {
            return self.silently(&request, browser);
        }
        let admitted = |browser: &Browser| {
            let persona = self.persona(&browser.session.persona);
            persona.is_some_and(|persona| self.rules.admits(&request.target, persona))
        };
        match browser.filter(|browser| !request.prompt.login && admitted(browser)) {
            Some(browser) => self.tenant_consent_or_code(request, &browser),
            None => self.choose(request),
        }
    }

    /// Whether a session is fresh enough, and of the persona that the client expects.
    fn is_fit(self, browser: &Browser, request: &AuthorizationRequest) -> bool {
        let now = self.call.provider.clock.now();
        let hint = request.login_hint.as_deref();
        let expected = hint.map(|hint| browser::hinted(self.call.provider, hint));
        let is_expected = expected.is_none_or(|expected| {
            expected.is_some_and(|expected| expected.name == browser.session.persona)
        });
        let is_known = request.subject.as_ref().is_none_or(|subject| {
            let persona = self.persona(&browser.session.persona);
            persona.is_some_and(|persona| persona.subject == *subject)
        });
        is_expected && is_known && request.prompt.allows(browser.session.auth_time, now)
    }

    /// `prompt=none`: without a page. A persona that is hinted at is signed in as if the person had clicked.
    fn silently(
        self,
        request: &AuthorizationRequest,
        browser: Option<Browser>,
    ) -> Result<HttpResponse, KeyError> {
        let refused = |error, description: String| {
            let error = AuthorizationError::new(error, description);
            Ok(self.refused(request, &error))
        };
        let browser = match (browser, request.login_hint.as_deref()) {
            (Some(browser), _) => browser,
            (None, Some(hint)) => match browser::hinted(self.call.provider, hint) {
                Some(persona) if self.rules.admits(&request.target, persona) => {
                    Browser::sign_in(self.call, persona)?
                }
                Some(_) => return refused("access_denied", self.not_admitted(request)),
                None => {
                    let fault = format!("login_hint: there is no user {hint}");
                    return refused("login_required", fault);
                }
            },
            (None, None) => {
                return refused("login_required", "nobody is signed in".to_owned());
            }
        };
        let persona = self.persona(&browser.session.persona);
        if !persona.is_some_and(|persona| self.rules.admits(&request.target, persona)) {
            return refused("access_denied", self.not_admitted(request));
        }
        if request.login_hint.is_none() && self.needs_consent(request, &browser) {
            let fault = "the user has not agreed to this client and these scopes";
            return refused("consent_required", fault.to_owned());
        }
        self.code(request, &browser)
    }

    pub(super) fn consent_or_code(
        self,
        request: AuthorizationRequest,
        browser: &Browser,
    ) -> Result<HttpResponse, KeyError> {
        if !self.needs_consent(&request, browser) {
            return self.code(&request, browser);
        }
        let scopes = self.scopes(&request, &browser.session.persona);
        let form = Form::Consent(Box::new(request.clone()), browser.id.clone());
        let page = pages::consent(&forms::open(self.call, form)?, &request, browser, &scopes);
        Ok(self.with_session(page, browser))
    }

    /// Gives the client what it asked for: sends the browser back with a code, or lets the device have its tokens.
    pub(super) fn code(
        self,
        request: &AuthorizationRequest,
        browser: &Browser,
    ) -> Result<HttpResponse, KeyError> {
        let session = &browser.session;
        let grant = Grant {
            persona: session.persona.clone(),
            client_id: request.client_id.clone(),
            scopes: self.scopes(request, &session.persona),
            nonce: request.nonce.clone(),
            auth_time: session.auth_time,
            sid: session.sid.clone(),
            target: request.target.clone(),
        };
        let provider = self.call.provider;
        let response = match &request.return_to {
            ReturnTo::Redirect(to) => {
                let challenge = request.challenge.clone();
                let code = codes::issue(provider, grant, &to.redirect_uri, challenge)?;
                to.with_code(&code)
            }
            ReturnTo::Device(device_code) => {
                device::decide(provider, device_code, Some(grant));
                pages::device_done(&request.client_name, true)
            }
        };
        Ok(self.with_session(response, browser))
    }

    /// Tells the client that it gets nothing.
    pub(super) fn refused(
        self,
        request: &AuthorizationRequest,
        error: &AuthorizationError,
    ) -> HttpResponse {
        match &request.return_to {
            ReturnTo::Redirect(to) => to.with_error(error),
            ReturnTo::Device(device_code) => {
                device::decide(self.call.provider, device_code, None);
                pages::device_done(&request.client_name, false)
            }
        }
    }

    fn choose(self, request: AuthorizationRequest) -> Result<HttpResponse, KeyError> {
        let form = forms::open(self.call, Form::Choose(Box::new(request.clone())))?;
        Ok(pages::choose(self.call, self.rules, &form, &request))
    }

    /// What the person agrees to, if it is asked.
    pub(super) fn agreement(self, request: &AuthorizationRequest, persona: &str) -> String {
        let scopes = self.scopes(request, persona).join(" ");
        format!("{} {scopes}", request.client_id)
    }

    fn needs_consent(self, request: &AuthorizationRequest, browser: &Browser) -> bool {
        let agreement = self.agreement(request, &browser.session.persona);
        request.prompt.consent || (request.target.third_party && !browser.has_agreed(&agreement))
    }

    fn scopes(self, request: &AuthorizationRequest, persona: &str) -> Vec<String> {
        let scope = request.scope.as_deref();
        self.persona(persona).map_or_else(Vec::new, |persona| {
            self.rules.granted(persona, scope, &request.target)
        })
    }

    pub(super) fn persona(self, name: &str) -> Option<&'a Persona> {
        browser::users(self.call.provider).find(|persona| persona.name == name)
    }

    fn not_admitted(self, request: &AuthorizationRequest) -> String {
        let tenant = request.target.tenant.as_deref().unwrap_or_default();
        format!(
            "the user is not in the {} {tenant}",
            self.rules.tenant_word()
        )
    }

    pub(super) fn with_session(
        self,
        mut response: HttpResponse,
        browser: &Browser,
    ) -> HttpResponse {
        if browser.is_new {
            let (name, cookie) = Cookie::Session.header(self.call, &browser.id);
            if let Ok(cookie) = cookie.parse() {
                response.headers_mut().append(name, cookie);
            }
        }
        response
    }
}
