//! Reads an authorization request, [RFC 6749, 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1).

use actix_web::http::Method;

use super::error::AuthorizationError;
use super::grant::Target;
use super::pkce::Challenge;
use super::prompt::Prompt;
use super::request::AuthorizationRequest;
use super::return_to::{RedirectTo, ReturnTo};
use super::rules::SignInRules;
use crate::client_request::{Parameters, ParametersError};
use crate::clients::Client;
use crate::provider::Call;

/// A longer request is a mistake, and it is kept in memory while the page is open.
const LONGEST_REQUEST_BYTES: usize = 8 * 1024;

/// Why a request could not be read.
#[derive(Debug)]
pub(super) enum RequestError {
    /// It is not certain where the person came from, so that a page says it and nobody is sent anywhere.
    Page(String),
    /// The client is told.
    Client(RedirectTo, AuthorizationError),
}

impl AuthorizationRequest {
    pub(super) fn read(
        call: &Call<'_>,
        rules: &dyn SignInRules,
        third_party: bool,
    ) -> Result<Self, RequestError> {
        let parameters = parameters(call)
            .map_err(|fault| RequestError::Page(format!("The request cannot be read. {fault}.")))?;
        let client = client(call, rules, &parameters)?;
        let redirect_uri = redirect_uri(&client, &parameters)?;
        let return_to = RedirectTo {
            redirect_uri,
            state: parameters.get("state").map(str::to_owned),
            issuer: rules.response_issuer(third_party),
        };
        let request = Self::of_client(&client, &return_to, &parameters);
        request
            .and_then(|request| {
                if rules.needs_state() && parameters.get("state").is_none() {
                    return Err(AuthorizationError::invalid("state is missing"));
                }
                Ok(Self {
                    target: rules.target(call.provider, &parameters, third_party)?,
                    subject: hinted_subject(call, &parameters)?,
                    ..request
                })
            })
            .map_err(|error| RequestError::Client(return_to, error))
    }

    fn of_client(
        client: &Client,
        return_to: &RedirectTo,
        parameters: &Parameters,
    ) -> Result<Self, AuthorizationError> {
        check_types(parameters)?;
        let text = |name| parameters.get(name).map(str::to_owned);
        // Descope also calls it `loginHint`.
        let login_hint = text("login_hint").or_else(|| text("loginHint"));
        Ok(Self {
            return_to: ReturnTo::Redirect(return_to.clone()),
            client_id: client.id.clone(),
            client_name: client.name.clone(),
            challenge: Challenge::read(parameters, client.is_public())?,
            scope: text("scope"),
            nonce: text("nonce"),
            login_hint,
            subject: None,
            prompt: Prompt::read(parameters)?,
            target: Target::default(),
        })
    }
}

/// The query of a GET request, or the form of a POST request.
pub(super) fn parameters(call: &Call<'_>) -> Result<Parameters, String> {
    let text = match *call.request.method() {
        Method::POST => call.body,
        _ => call.request.query_string().as_bytes(),
    };
    if text.len() > LONGEST_REQUEST_BYTES {
        return Err(format!("It is longer than {LONGEST_REQUEST_BYTES} bytes"));
    }
    Parameters::from_form(text).map_err(|error| match error {
        ParametersError::Form => "It is not a valid form".to_owned(),
        other => other.to_string(),
    })
}

fn client(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    parameters: &Parameters,
) -> Result<Client, RequestError> {
    let Some(id) = parameters.get("client_id") else {
        return Err(RequestError::Page("client_id is missing.".to_owned()));
    };
    rules.client(call.provider, id).ok_or_else(|| {
        let fault = format!("There is no client {id}. Register it in the personas file.");
        RequestError::Page(fault)
    })
}

fn redirect_uri(client: &Client, parameters: &Parameters) -> Result<String, RequestError> {
    let Some(asked) = parameters.get("redirect_uri") else {
        return Err(RequestError::Page("redirect_uri is missing.".to_owned()));
    };
    if client.may_redirect_to(asked) {
        return Ok(asked.to_owned());
    }
    Err(RequestError::Page(format!(
        "The redirect URI {asked} is not registered for the client {}. It must be equal to a registered one.",
        client.id
    )))
}

/// The user of `id_token_hint`, which may have expired.
fn hinted_subject(
    call: &Call<'_>,
    parameters: &Parameters,
) -> Result<Option<String>, AuthorizationError> {
    let Some(token) = parameters.get("id_token_hint") else {
        return Ok(None);
    };
    let claims = call.provider.verified(token);
    let subject = claims.and_then(|claims| Some(claims.get("sub")?.as_str()?.to_owned()));
    let fault = || AuthorizationError::invalid("id_token_hint is not an ID token of this issuer");
    subject.map(Some).ok_or_else(fault)
}

fn check_types(parameters: &Parameters) -> Result<(), AuthorizationError> {
    let refused = |error, description: &str| Err(AuthorizationError::new(error, description));
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if parameters.get(name).is_some() {
            return refused(error, &format!("{name} is not supported"));
        }
    }
    if parameters.get("dpop_jkt").is_some() {
        return refused("invalid_request", "dpop_jkt is not supported: no DPoP here");
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return refused("invalid_request", "response_type is missing"),
        Some(_) => return refused("unsupported_response_type", "response_type must be code"),
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => refused("invalid_request", "response_mode must be query"),
    }
}
