//! Where tokens come from.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::Result;
use local_issuer::tokens::{TokenSource, fetch_one};
use local_issuer::{LocalIssuer, ProviderKind};
use tokio::sync::Mutex;

/// A token, later.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<String>> + Send + 'a>>;

/// Gets tokens the way a client does: from the provider's own endpoints.
pub trait Tokens: Send + Sync {
    /// A token of this persona, with the scopes it gets when it asks for none.
    fn of<'a>(&'a self, persona: &'a str) -> TokenFuture<'a>;
}

/// Tokens of one side of a local issuer, each asked for once: a real provider counts them, and bills.
pub(crate) struct PersonaTokens {
    provider: ProviderKind,
    source: TokenSource,
    known: Mutex<HashMap<String, String>>,
}

impl PersonaTokens {
    pub(crate) fn new(provider: ProviderKind, issuer: &LocalIssuer) -> Arc<Self> {
        Arc::new(Self {
            provider,
            source: TokenSource::of(issuer),
            known: Mutex::default(),
        })
    }
}

impl Tokens for PersonaTokens {
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
