//! Tokens for people: one for each persona, got through the real token endpoints over HTTP.

mod request;
mod source;

use std::fmt;

use reqwest::Client;
use serde_json::Value;

pub use self::source::TokenSource;

use self::request::TokenRequest;
use crate::http_client;
use crate::kind::ProviderKind;
use crate::personas::Persona;

/// A token and whose it is.
#[derive(Clone)]
pub struct PersonaToken {
    /// The persona's name.
    pub persona: String,
    /// Who issued the token.
    pub provider: ProviderKind,
    /// What the persona is there to show.
    pub description: String,
    /// The token itself.
    pub token: String,
    /// The `curl` line that gets another one.
    pub request: String,
}

/// Why a token could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no persona of this name at this provider.
    #[error("no persona of {} is called {persona}", provider.name())]
    UnknownPersona {
        /// The provider.
        provider: ProviderKind,
        /// The name.
        persona: String,
    },
    /// There was no response.
    #[error("no response from {url}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// Why there was none.
        source: reqwest::Error,
    },
    /// The issuer refused.
    #[error("{url} refused a token for {persona} with {status}: {body}")]
    Refused {
        /// What was asked.
        url: String,
        /// For whom.
        persona: String,
        /// The status.
        status: u16,
        /// What the issuer said.
        body: String,
    },
}

impl FetchError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPersona { .. } => "unknown_persona",
            Self::NoAnswer { .. } => "no_answer",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Fetches a token for every persona of both providers, Descope's first, each with the scopes it gets when it asks for none.
///
/// # Errors
/// At the first token that is not given.
pub async fn fetch(source: &TokenSource) -> Result<Vec<PersonaToken>, FetchError> {
    let mut tokens = Vec::new();
    let sides = [
        (ProviderKind::Descope, &source.personas.descope),
        (ProviderKind::Auth0, &source.personas.auth0),
    ];
    for (provider, personas) in sides {
        for persona in personas {
            tokens.push(ask(source, provider, persona, None).await?);
        }
    }
    Ok(tokens)
}

/// Fetches a token for one persona; with `scope`, the scopes to ask for (an access-key exchange knows none and ignores them).
///
/// # Errors
/// If there is no such persona, or the token is not given.
pub async fn fetch_one(
    source: &TokenSource,
    provider: ProviderKind,
    persona: &str,
    scope: Option<&str>,
) -> Result<PersonaToken, FetchError> {
    let personas = match provider {
        ProviderKind::Descope => &source.personas.descope,
        ProviderKind::Auth0 => &source.personas.auth0,
    };
    match personas.iter().find(|known| known.name == persona) {
        Some(persona) => ask(source, provider, persona, scope).await,
        None => Err(FetchError::UnknownPersona {
            provider,
            persona: persona.to_owned(),
        }),
    }
}

impl PersonaToken {
    /// A `curl` line that calls `url` with this token.
    pub fn curl(&self, url: &str) -> String {
        format!("curl -H \"Authorization: Bearer {}\" {url}", self.token)
    }
}

impl fmt::Debug for PersonaToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PersonaToken")
            .field("persona", &self.persona)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

async fn ask(
    source: &TokenSource,
    provider: ProviderKind,
    persona: &Persona,
    scope: Option<&str>,
) -> Result<PersonaToken, FetchError> {
    let request = TokenRequest::new(source, provider, persona, scope);
    let no_answer = |source| FetchError::NoAnswer {
        url: request.url.clone(),
        source,
    };
    let client: Client = http_client::build(&request.url).map_err(no_answer)?;
    let response = request.build(&client).send().await.map_err(no_answer)?;
    let status = response.status();
    let body = response.text().await.map_err(no_answer)?;
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    match answer
        .get(request.token_member)
        .and_then(Value::as_str)
        .filter(|_| status.is_success())
    {
        Some(token) => Ok(PersonaToken {
            persona: persona.name.clone(),
            provider,
            description: persona.description.clone(),
            token: token.to_owned(),
            request: request.curl(),
        }),
        None => Err(FetchError::Refused {
            persona: persona.name.clone(),
            status: status.as_u16(),
            // A 200 without a token may hold one under another name, which no error may show.
            body: if status.is_success() {
                "no token in the response".to_owned()
            } else {
                body
            },
            url: request.url,
        }),
    }
}
