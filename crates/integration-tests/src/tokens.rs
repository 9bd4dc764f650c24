//! Where tokens come from.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::Result;
use local_issuer::tokens::{TokenSource, fetch_one};
use local_issuer::{LocalIssuer, ProviderKind};
use tokio::sync::Mutex;

use crate::launch::ServiceKind;

/// A token, later.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<String>> + Send + 'a>>;

/// Gets tokens the way a client does: from the provider's own endpoints.
pub trait Tokens: Send + Sync {
    /// A token of some client; which rights it has, only the token says.
    fn client(&self) -> TokenFuture<'_>;

    /// A token of this persona, with the scopes it gets when it asks for none.
    fn of<'a>(&'a self, persona: &'a str) -> TokenFuture<'a>;
}

/// Tokens of one side of a local issuer, each asked for once.
pub struct PersonaTokens {
    provider: ProviderKind,
    source: TokenSource,
    known: Mutex<HashMap<String, String>>,
}

impl PersonaTokens {
    /// Of the provider that this service trusts, at this issuer.
    pub fn of(kind: ServiceKind, issuer: &LocalIssuer) -> Arc<Self> {
        Self::at(kind, TokenSource::of(issuer))
    }

    /// Of the provider that this service trusts, from an issuer that runs somewhere else.
    pub fn at(kind: ServiceKind, source: TokenSource) -> Arc<Self> {
        Arc::new(Self {
            provider: kind.provider(),
            source,
            known: Mutex::default(),
        })
    }
}

impl Tokens for PersonaTokens {
    /// A machine has some rights and lacks others, as a real client does.
    fn client(&self) -> TokenFuture<'_> {
        Tokens::of(self, "machine")
    }

    fn of<'a>(&'a self, persona: &'a str) -> TokenFuture<'a> {
        Box::pin(async move {
            let mut known = self.known.lock().await;
            if let Some(token) = known.get(persona) {
                return Ok(token.clone());
            }
            let token = fetch_one(&self.source, self.provider, persona, None).await?;
            known.insert(persona.to_owned(), token.token.clone());
            Ok(token.token)
        })
    }
}
