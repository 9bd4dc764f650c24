//! Where tokens come from.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use identity_core::client::TokenClient;
use local_issuer::tokens::{TokenSource, fetch_one};
use local_issuer::{LocalIssuer, ProviderKind};
use tokio::sync::Mutex;

use crate::kind::ServiceKind;

/// Gets tokens the way a client does, from the provider's own endpoints, and each once.
pub struct Tokens(Source);

#[expect(
    clippy::large_enum_variant,
    reason = "there is one for all cases, behind an Arc"
)]
enum Source {
    /// One side of a local issuer, and the tokens of its personas so far.
    Personas(ProviderKind, TokenSource, Mutex<HashMap<String, String>>),
    /// One client of a real provider, which counts tokens, and bills.
    Client(TokenClient),
}

impl Tokens {
    /// Of the provider that this service trusts, at this issuer.
    pub fn of(kind: ServiceKind, issuer: &LocalIssuer) -> Arc<Self> {
        Self::at(kind, TokenSource::of(issuer))
    }

    /// Of the provider that this service trusts, from an issuer that runs somewhere else.
    pub fn at(kind: ServiceKind, source: TokenSource) -> Arc<Self> {
        let personas = Source::Personas(kind.provider(), source, Mutex::default());
        Arc::new(Self(personas))
    }

    /// Of this client of a real provider.
    pub(crate) fn live(client: TokenClient) -> Arc<Self> {
        Arc::new(Self(Source::Client(client)))
    }

    /// Returns a token of some client; which rights it has, only the token says.
    pub(crate) async fn client(&self) -> Result<String> {
        match &self.0 {
            // A machine has some rights and lacks others, as a real client does.
            Source::Personas(..) => self.persona("machine").await,
            Source::Client(client) => {
                let token = client.token().await;
                let token = token.context("the provider gave no token for CLIENT_ID")?;
                Ok(token.secret().to_owned())
            }
        }
    }

    /// Returns a token of this persona, with the scopes it gets when it requests none.
    pub(crate) async fn persona(&self, persona: &str) -> Result<String> {
        let Source::Personas(provider, source, known) = &self.0 else {
            bail!("a real provider has no persona {persona}");
        };
        let mut known = known.lock().await;
        if let Some(token) = known.get(persona) {
            return Ok(token.clone());
        }
        let token = fetch_one(source, *provider, persona, None).await?.token;
        known.insert(persona.to_owned(), token.clone());
        Ok(token)
    }
}
