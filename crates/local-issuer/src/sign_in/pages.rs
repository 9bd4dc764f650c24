//! The pages that a person sees. Everything is in the program; a page needs no script and has none.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::browser::{self, Browser};
use super::forms::OpenForm;
use super::request::AuthorizationRequest;
use super::rules::{SignInRules, TenantChoice};
use crate::keys::KeyError;
use crate::page::{FormTarget, page};
use crate::persona_card::PersonaCard;
use crate::provider::Call;

pub(super) const FORM_PATH: &str = "/_signin";
pub(super) const STYLE_PATH: &str = "/_signin/style.css";

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    form: &'a OpenForm,
    client: &'a str,
    provider: &'a str,
    /// The organization or tenant whose members are listed, in words.
    members_of: Option<String>,
    personas: Vec<PersonaCard<'a>>,
}

#[derive(Template)]
#[template(path = "tenant.html")]
struct Tenant<'a> {
    form: &'a OpenForm,
    client: &'a str,
    persona: &'a str,
    tenants: &'a [TenantChoice],
    /// What the provider calls one.
    word: &'static str,
    article: &'static str,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    form: &'a OpenForm,
    client: &'a str,
    persona: &'a str,
    scopes: &'a [String],
}

#[derive(Template)]
#[template(path = "log_out.html")]
struct LogOut<'a> {
    form: &'a OpenForm,
    persona: &'a str,
}

#[derive(Template)]
#[template(path = "device.html")]
struct Device<'a> {
    form: &'a OpenForm,
    user_code: &'a str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
}

/// The list of personas.
pub(super) fn choose(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    form: &OpenForm,
    request: &AuthorizationRequest,
) -> HttpResponse {
    let provider = call.provider;
    let hint = request.login_hint.as_deref();
    let hinted = hint.and_then(|hint| browser::hinted(provider, hint));
    let is_hinted = |name: &str| hinted.is_some_and(|hinted| hinted.name == name);
    let mut personas: Vec<_> = browser::users(provider)
        .filter(|persona| rules.admits(&request.target, persona))
        .map(|persona| PersonaCard::new(persona, is_hinted(&persona.name)))
        .collect();
    // The one that the application expects comes first.
    personas.sort_by_key(|card| !card.is_expected);
    let tenant = request.target.tenant.as_ref();
    let template = Choose {
        form,
        client: &request.client_name,
        provider: rules.provider_name(),
        members_of: tenant.map(|tenant| format!("{} {tenant}", rules.tenant_word())),
        personas,
    };
    let target = FormTarget::of(request.return_to.address());
    with_cookie(page(StatusCode::OK, &template, target), form)
}

/// The tenants or organizations of a person, with what the provider calls one.
pub(super) fn tenant(
    form: &OpenForm,
    request: &AuthorizationRequest,
    browser: &Browser,
    (tenants, word): (&[TenantChoice], &'static str),
) -> HttpResponse {
    let template = Tenant {
        form,
        client: &request.client_name,
        persona: &browser.session.persona,
        tenants,
        word,
        article: if word.starts_with('o') { "an" } else { "a" },
    };
    let target = FormTarget::of(request.return_to.address());
    with_cookie(page(StatusCode::OK, &template, target), form)
}

/// What the client asks for, to be allowed or denied.
pub(super) fn consent(
    form: &OpenForm,
    request: &AuthorizationRequest,
    browser: &Browser,
    scopes: &[String],
) -> HttpResponse {
    let template = Consent {
        form,
        client: &request.client_name,
        persona: &browser.session.persona,
        scopes,
    };
    let target = FormTarget::of(request.return_to.address());
    with_cookie(page(StatusCode::OK, &template, target), form)
}

/// Whether to sign out.
pub(super) fn log_out(form: &OpenForm, browser: &Browser, return_to: Option<&str>) -> HttpResponse {
    let persona = &browser.session.persona;
    let target = FormTarget::of(return_to);
    with_cookie(
        page(StatusCode::OK, &LogOut { form, persona }, target),
        form,
    )
}

/// Which device is to be let in; `user_code` is what the device's own link says.
pub(super) fn device(form: &OpenForm, user_code: &str) -> HttpResponse {
    let template = Device { form, user_code };
    with_cookie(page(StatusCode::OK, &template, FormTarget::Own), form)
}

/// The person has let a device in, or not.
pub(super) fn device_done(client: &str, allowed: bool) -> HttpResponse {
    let (title, text) = if allowed {
        (
            "Device connected",
            format!("{client} is signed in. Go back to your device."),
        )
    } else {
        (
            "Device not connected",
            format!("{client} is not signed in. You can close this page."),
        )
    };
    let text = &text;
    page(StatusCode::OK, &Message { title, text }, FormTarget::None)
}

/// Nobody is signed in any more.
pub(super) fn signed_out() -> HttpResponse {
    let template = Message {
        title: "Signed out",
        text: "You are signed out of this local issuer. You can close this page.",
    };
    page(StatusCode::OK, &template, FormTarget::None)
}

/// A fault that cannot be told to the client.
pub(super) fn problem(status: StatusCode, fault: &str) -> HttpResponse {
    let template = Message {
        title: "This did not work",
        text: fault,
    };
    page(status, &template, FormTarget::None)
}

/// A mistake of our own.
pub(super) fn failed(error: &KeyError) -> HttpResponse {
    tracing::error!(error.code = error.code(), "could not respond: {error}");
    let text = "The local issuer could not respond; its log says why.";
    problem(StatusCode::INTERNAL_SERVER_ERROR, text)
}

fn with_cookie(mut response: HttpResponse, form: &OpenForm) -> HttpResponse {
    let (name, cookie) = &form.cookie;
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(name.clone(), cookie);
    }
    response
}
