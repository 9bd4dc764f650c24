//! Reads an authorization request.

use super::{AuthorizationError, Challenge, Parameters, Prompt, ReturnTo, check_length};
use crate::input::is_slug;
use crate::public_clients::PublicClients;
use crate::store::browsers::BrowserSession;
use crate::tokens::is_identity;

/// A valid authorization request.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// A public client.
    pub client: String,
    /// Where the response goes.
    pub return_to: ReturnTo,
    /// The code challenge.
    pub challenge: Challenge,
    /// The requested scope; empty for all.
    pub scope: String,
    /// For the ID token.
    pub nonce: Option<String>,
    /// Which page is shown.
    pub prompt: Prompt,
    /// The name or the e-mail of the user that the client expects.
    pub login_hint: Option<String>,
    /// An ID token of the user that the client expects. Not verified.
    pub id_token_hint: Option<String>,
}

/// The reason a request is refused.
#[derive(Debug)]
pub enum RequestError {
    /// It is not certain whose request it is: a page says so, and no redirect is sent.
    Page(String),
    /// The client is told.
    Client(ReturnTo, AuthorizationError),
}

impl AuthorizationRequest {
    /// Reads the query of a request. `issuer` is this server.
    pub fn read(query: &str, clients: &PublicClients, issuer: &str) -> Result<Self, RequestError> {
        check_length(query).map_err(RequestError::Page)?;
        let parameters = Parameters::of(query);
        let (client, redirect_uri) = target(&parameters, clients).map_err(RequestError::Page)?;
        let return_to = ReturnTo {
            redirect_uri,
            state: parameters.get("state").map(str::to_owned),
            issuer: issuer.to_owned(),
        };
        match Self::of_client(client, return_to.clone(), &parameters) {
            Ok(request) => Ok(request),
            Err(error) => Err(RequestError::Client(return_to, error)),
        }
    }

    fn of_client(
        client: String,
        return_to: ReturnTo,
        parameters: &Parameters,
    ) -> Result<Self, AuthorizationError> {
        check_kind(parameters)?;
        let text = |name| parameters.get(name).map(str::to_owned);
        let nonce = text("nonce");
        if nonce
            .as_ref()
            .is_some_and(|nonce| nonce.contains(char::is_control))
        {
            let fault = "nonce must not have control characters";
            return Err(AuthorizationError::invalid(fault));
        }
        Ok(Self {
            client,
            return_to,
            challenge: Challenge::read(parameters)?,
            scope: scope(parameters)?,
            nonce,
            prompt: Prompt::read(parameters)?,
            login_hint: text("login_hint"),
            id_token_hint: text("id_token_hint"),
        })
    }

    /// Returns whether a browser session is recent enough, and of the user that `login_hint` names, if it does.
    pub fn is_met_by(&self, session: &BrowserSession, now: i64) -> bool {
        let user = &session.user;
        let is_user = |hint: &String| {
            let hint = hint.trim();
            hint.eq_ignore_ascii_case(&user.username) || hint.eq_ignore_ascii_case(&user.email)
        };
        self.prompt.allows(session.auth_time, now) && self.login_hint.as_ref().is_none_or(is_user)
    }
}

/// Returns the client and its redirect URI.
fn target(parameters: &Parameters, clients: &PublicClients) -> Result<(String, String), String> {
    for name in ["client_id", "redirect_uri"] {
        if parameters.is_repeated(name) {
            return Err(format!("The request has {name} twice."));
        }
    }
    let Some(client) = parameters.get("client_id") else {
        return Err("The request has no client_id.".to_owned());
    };
    if !clients.contain(client) {
        return Err(format!(
            "There is no client {client} that people can sign in to."
        ));
    }
    let Some(uri) = parameters.get("redirect_uri") else {
        return Err("The request has no redirect_uri.".to_owned());
    };
    if !clients.may_redirect(client, uri) {
        return Err(format!(
            "The redirect URI {uri} is not registered for the client {client}. It must be exactly a registered one."
        ));
    }
    Ok((client.to_owned(), uri.to_owned()))
}

fn check_kind(parameters: &Parameters) -> Result<(), AuthorizationError> {
    if let Some(name) = parameters.repeated() {
        // The name comes from the request, and a description has printable ASCII alone.
        let name: String = name
            .chars()
            .filter(char::is_ascii_graphic)
            .take(50)
            .collect();
        return Err(AuthorizationError::invalid(format!(
            "{name} is there twice"
        )));
    }
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
        ("dpop_jkt", "invalid_request"),
    ] {
        if parameters.get(name).is_some() {
            let description = format!("{name} is not supported");
            return Err(AuthorizationError::new(error, description));
        }
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(AuthorizationError::invalid("response_type is missing")),
        Some(_) => {
            let description = "response_type must be code";
            return Err(AuthorizationError::new(
                "unsupported_response_type",
                description,
            ));
        }
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(AuthorizationError::invalid("response_mode must be query")),
    }
}

/// Returns the requested scope. One that cannot be a permission of any organization is refused before anyone signs in.
fn scope(parameters: &Parameters) -> Result<String, AuthorizationError> {
    let names = parameters.get("scope").unwrap_or_default();
    let names: Vec<_> = names.split_ascii_whitespace().collect();
    if !names.iter().all(|name| is_identity(name) || is_slug(name)) {
        let description = "scope must have openid, profile, email and slugs of permissions";
        return Err(AuthorizationError::new("invalid_scope", description));
    }
    Ok(names.join(" "))
}
