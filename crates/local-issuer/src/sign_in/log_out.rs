//! Signing out, [RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value};

use super::browser::{self, Browser};
use super::forms;
use super::kept::Form;
use super::return_to::{redirect, with_query};
use super::rules::SignInRules;
use super::{pages, read};
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::cookies::Cookie;
use crate::provider::{Call, Provider};

/// How an address for signing out calls its parameters.
pub(crate) struct LogOutParameters {
    /// Where to go afterwards.
    pub(crate) return_to: &'static str,
    /// Whether the person is asked first, unless an ID token shows that the client knows the session.
    pub(crate) confirms: bool,
}

/// What a client asks for.
struct LogOut {
    /// Registered for the client.
    return_to: Option<String>,
    /// The session of the ID token that came along.
    sid: Option<String>,
}

/// Responds to a client that sends a person here to sign out.
pub(crate) fn log_out(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    names: &LogOutParameters,
) -> HttpResponse {
    match read_request(call, rules, names) {
        Err(fault) => pages::problem(StatusCode::BAD_REQUEST, &fault),
        Ok(request) => proceed(call, names, request),
    }
}

/// The person agreed to sign out.
pub(super) fn confirmed(call: &Call<'_>, return_to: Option<&str>) -> HttpResponse {
    if let Some(browser) = Browser::of_cookie(call) {
        browser::sign_out(call.provider, &browser.id);
    }
    signed_out(call, return_to)
}

fn proceed(call: &Call<'_>, names: &LogOutParameters, request: LogOut) -> HttpResponse {
    let return_to = request.return_to;
    if let Some(sid) = request.sid {
        sign_out_of(call.provider, &sid);
    }
    match Browser::of_cookie(call) {
        Some(browser) if names.confirms => match forms::open(call, Form::LogOut(return_to.clone()))
        {
            Ok(form) => pages::log_out(&form, &browser, return_to.as_deref()),
            Err(error) => pages::failed(&error),
        },
        _ => confirmed(call, return_to.as_deref()),
    }
}

/// Ends the session of a browser by its `sid`; an application without a browser has nothing else.
fn sign_out_of(provider: &Provider, sid: &str) {
    let now = provider.clock.now();
    let browsers = &provider.sign_ins.browsers;
    if let Some(id) = browsers.find(now, |session| session.sid == sid) {
        browser::sign_out(provider, &id);
    }
}

fn signed_out(call: &Call<'_>, return_to: Option<&str>) -> HttpResponse {
    let mut response = match return_to {
        Some(address) => redirect(address),
        None => pages::signed_out(),
    };
    let (name, cookie) = Cookie::Session.removal(call);
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(name, cookie);
    }
    response
}

fn read_request(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    names: &LogOutParameters,
) -> Result<LogOut, String> {
    let parameters = read::parameters(call)?;
    let hint = parameters.get("id_token_hint").map(|token| {
        // It may have expired.
        let claims = call.provider.verified(token);
        claims.ok_or("id_token_hint is not an ID token of this issuer.")
    });
    let hint = hint.transpose()?;
    let client = client(call, rules, &parameters, hint.as_ref())?;
    let return_to = parameters.get(names.return_to).map(|address| {
        let client = client
            .as_ref()
            .ok_or_else(|| format!("{} needs a client_id or an id_token_hint.", names.return_to))?;
        if !client.may_log_out_to(address) {
            let id = &client.id;
            return Err(format!(
                "The address {address} is not registered for signing out of the client {id}."
            ));
        }
        let state = parameters.get("state").map(|state| ("state", state));
        Ok(with_query(address, state.as_slice()))
    });
    let sid = hint.as_ref().and_then(|hint| hint.get("sid")?.as_str());
    Ok(LogOut {
        return_to: return_to.transpose()?,
        sid: sid.map(str::to_owned),
    })
}

/// The client, by its id or by the ID token; both must be the same.
fn client(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    parameters: &Parameters,
    hint: Option<&Map<String, Value>>,
) -> Result<Option<Client>, String> {
    let hinted = hint.and_then(|hint| hint.get("azp").or(hint.get("aud"))?.as_str());
    let id = match (parameters.get("client_id"), hinted) {
        (Some(id), Some(hinted)) if id != hinted => {
            return Err("The id_token_hint was issued to another client.".to_owned());
        }
        (id, hinted) => id.or(hinted),
    };
    let found = id.map(|id| {
        let client = rules.client(call.provider, id);
        client.ok_or_else(|| format!("There is no client {id}."))
    });
    found.transpose()
}
