//! How a persona asks for its token, as a request and as a `curl` line.

use reqwest::{Client, RequestBuilder};
use serde_json::json;

use super::source::TokenSource;
use crate::auth0;
use crate::descope::{self, EXCHANGE_PATH};
use crate::kind::ProviderKind;
use crate::personas::{Obtained, Persona};
use crate::shell::quoted;

/// One request for a token.
pub(super) struct TokenRequest {
    pub(super) url: String,
    /// The member of the response that is the token.
    pub(super) token_member: &'static str,
    means: Means,
}

enum Means {
    Form(Vec<(&'static str, String)>),
    /// The credentials of an access-key exchange.
    Exchange(String),
}

impl TokenRequest {
    pub(super) fn new(
        source: &TokenSource,
        provider: ProviderKind,
        persona: &Persona,
        scope: Option<&str>,
    ) -> Self {
        let secret = persona.secret.reveal().to_owned();
        if provider == ProviderKind::Descope && persona.descope.obtained == Obtained::AccessKey {
            return Self {
                url: format!("{}{EXCHANGE_PATH}", source.descope_url),
                token_member: "sessionJwt",
                means: Means::Exchange(format!("{}:{secret}", source.project_id)),
            };
        }
        let mut form = vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", persona.client_id.clone()),
            ("client_secret", secret),
        ];
        let (base, path) = match provider {
            ProviderKind::Descope => (&source.descope_url, descope::TOKEN_PATH),
            ProviderKind::Auth0 => {
                form.push(("audience", source.audience.clone()));
                (&source.auth0_url, auth0::TOKEN_PATH)
            }
        };
        if let Some(scope) = scope {
            form.push(("scope", scope.to_owned()));
        }
        Self {
            url: format!("{base}{path}"),
            token_member: "access_token",
            means: Means::Form(form),
        }
    }

    pub(super) fn build(&self, client: &Client) -> RequestBuilder {
        let request = client.post(&self.url);
        match &self.means {
            Means::Form(form) => request.form(form),
            Means::Exchange(credentials) => request.bearer_auth(credentials).json(&json!({})),
        }
    }

    pub(super) fn curl(&self) -> String {
        match &self.means {
            Means::Form(form) => {
                let data = form.iter().map(|(name, value)| {
                    format!("--data-urlencode {} ", quoted(&format!("{name}={value}")))
                });
                format!("curl -s {}{}", data.collect::<String>(), self.url)
            }
            Means::Exchange(credentials) => {
                let header = quoted(&format!("Authorization: Bearer {credentials}"));
                format!(
                    "curl -s -X POST -H {header} -H 'Content-Type: application/json' -d '{{}}' {}",
                    self.url
                )
            }
        }
    }
}
