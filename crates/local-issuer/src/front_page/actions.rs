//! What the forms do.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};

use super::action::Action;
use super::attempt::attempt;
use super::faults::{endpoint, fault};
use super::forms;
use super::inspect::inspect;
use super::one_token;
use super::show::{Outcome, show};
use crate::client_request::Parameters;
use crate::cookies::Cookie;
use crate::handle::ProviderHandle;
use crate::provider::{Call, Provider};
use crate::rotation::Rotation;
use crate::same_origin::{is_asked_as_loopback, is_same_origin};

/// A change was refused: what the page says.
type Changed = Result<(), String>;

/// Does what a form asks for, if the page itself sent it, and the browser may.
pub(super) async fn perform(
    call: &Call<'_>,
    provider: Arc<Provider>,
    action: Action,
) -> HttpResponse {
    let outcome = match checked(call, action) {
        Ok(form) => match action {
            Action::Unlock => return unlock(call, &form).await,
            Action::Lock => {
                return with_cookie(back("#control"), Cookie::Control.removal(call));
            }
            Action::Mint => mint(call, form.get("persona").unwrap_or_default()),
            Action::Inspect => {
                let token = form.get("token").unwrap_or_default();
                Outcome::inspected(inspect(call.provider, token))
            }
            Action::Try => {
                let (asked, tried) = attempt(call, &form).await;
                Outcome::tried(asked, tried)
            }
            change => return changed(call, provider, change, form).await,
        },
        Err(outcome) => *outcome,
    };
    show(call, outcome).await
}

/// The form, if it may be acted upon.
fn checked(call: &Call<'_>, action: Action) -> Result<Parameters, Box<Outcome>> {
    let forbidden = |text: &str| Box::new(Outcome::problem(StatusCode::FORBIDDEN, text));
    if !is_same_origin(call.request) {
        return Err(forbidden("This form was sent from a page of another site."));
    }
    let form = Parameters::from_form(call.body).map_err(|error| {
        let text = format!("The form cannot be read. {error}.");
        Box::new(Outcome::problem(StatusCode::BAD_REQUEST, text))
    })?;
    let csrf = form.get("csrf").unwrap_or_default();
    if !forms::is_own_form(call, action, csrf) {
        return Err(forbidden(
            "This form was not sent by the browser that it was shown to, or the issuer was restarted. Allow cookies and try again.",
        ));
    }
    let may = match action {
        Action::Unlock | Action::Lock | Action::Inspect => true,
        // As `/_token` does.
        Action::Mint | Action::Try => {
            is_asked_as_loopback(call.request) || forms::is_unlocked(call)
        }
        _ => forms::is_unlocked(call),
    };
    if may {
        Ok(form)
    } else {
        Err(forbidden("This needs the control token: see Control."))
    }
}

async fn unlock(call: &Call<'_>, form: &Parameters) -> HttpResponse {
    let token = form.get("control_token").unwrap_or_default();
    match forms::unlocked(call, token) {
        Some(value) => with_cookie(back("#control"), Cookie::Control.header(call, &value)),
        None => {
            let text = "This is not the control token.";
            show(call, Outcome::problem(StatusCode::FORBIDDEN, text)).await
        }
    }
}

fn mint(call: &Call<'_>, persona: &str) -> Outcome {
    match one_token::of(call.provider, persona) {
        Some(token) => {
            tracing::info!(persona = %persona, "minted a token on the page");
            Outcome::minted(persona, token)
        }
        None => Outcome::problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("There is no persona {persona}."),
        ),
    }
}

async fn changed(
    call: &Call<'_>,
    provider: Arc<Provider>,
    action: Action,
    form: Parameters,
) -> HttpResponse {
    let handle = ProviderHandle { state: provider };
    // Generating a key takes long enough to hold up the other requests of this worker.
    let done = web::block(move || change(&handle, action, &form)).await;
    match done.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(()) => {
            tracing::info!("{} on the page", action.name());
            back(place(action))
        }
        Err(fault) => {
            let outcome = Outcome::problem(StatusCode::UNPROCESSABLE_ENTITY, fault);
            show(call, outcome).await
        }
    }
}

fn change(handle: &ProviderHandle, action: Action, form: &Parameters) -> Changed {
    let kid = form.get("kid").unwrap_or_default();
    let found = |found: bool| match found {
        true => Ok(()),
        false => Err(format!("There is no such key {kid}.")),
    };
    let said = |error: &dyn std::fmt::Display| error.to_string();
    match action {
        Action::Rotate => {
            let rotation = match form.get("revoke") {
                Some(_) => Rotation::default().and_revoke(),
                None => Rotation::default(),
            };
            handle.rotate(rotation).map_err(|error| said(&error))?;
            Ok(())
        }
        Action::Withhold => found(handle.withhold(kid)),
        Action::Withdraw => found(handle.withdraw(kid).map_err(|error| said(&error))?),
        Action::Restore => found(handle.restore(kid).map_err(|error| said(&error))?),
        Action::SetFault => set_fault(handle, form),
        Action::ClearFaults => {
            handle.clear_faults();
            Ok(())
        }
        Action::Clock => {
            let largest = ProviderHandle::LARGEST_CLOCK_OFFSET;
            let offset = form.get("offset_seconds").unwrap_or_default().parse().ok();
            let offset = offset.filter(|offset| (-largest..=largest).contains(offset));
            let expected = || format!("The clock: expected seconds, from -{largest} to {largest}.");
            handle.set_clock_offset(offset.ok_or_else(expected)?);
            Ok(())
        }
        Action::Reset => handle.reset().map_err(|error| said(&error)),
        Action::Unlock | Action::Lock | Action::Mint | Action::Inspect | Action::Try => Ok(()),
    }
}

fn set_fault(handle: &ProviderHandle, form: &Parameters) -> Changed {
    let endpoint = endpoint(form.get("endpoint").unwrap_or_default());
    let fault = fault(form.get("fault").unwrap_or_default());
    let (endpoint, fault) = endpoint
        .zip(fault)
        .ok_or("Expected an endpoint and a fault of the lists.")?;
    let set = match form.get("requests") {
        None => handle.fail(endpoint, fault),
        Some(requests) => {
            let requests = requests.parse().map_err(|_| {
                "For how many requests: expected a number, or nothing for all.".to_owned()
            })?;
            handle.fail_next(endpoint, fault, requests)
        }
    };
    set.map_err(|error| error.to_string())
}

/// Where on the page a change is seen.
fn place(action: Action) -> &'static str {
    match action {
        Action::Rotate | Action::Withhold | Action::Withdraw | Action::Restore => "#keys",
        Action::SetFault | Action::ClearFaults => "#faults",
        Action::Clock => "#clock",
        _ => "",
    }
}

/// Back to the page, so that reloading it does nothing again.
fn back(place: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("/{place}")))
        .finish()
}

fn with_cookie(
    mut response: HttpResponse,
    (name, cookie): (actix_web::http::header::HeaderName, String),
) -> HttpResponse {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(name, cookie);
    }
    response
}
