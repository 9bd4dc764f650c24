//! The service under test.

use std::sync::Arc;

use anyhow::{Context, Result};
use local_issuer::{Auth0Handle, DescopeHandle, Mint, ProviderHandle, TokenKind};
use reqwest::Client;

use crate::answer::Answer;
use crate::call::Call;
use crate::expectation::Expectation;
use crate::http;
use crate::launch::ServiceKind;
use crate::tokens::Tokens;

/// Where the service is, and where tokens for it come from. Cheap to clone.
#[derive(Clone)]
pub struct Target {
    kind: ServiceKind,
    base_url: String,
    client: Client,
    tokens: Arc<dyn Tokens>,
    issuer: Option<IssuerSides>,
}

/// Both sides of the local issuer whose tokens the service accepts, or refuses.
#[derive(Clone)]
pub(crate) struct IssuerSides {
    pub(crate) descope: DescopeHandle,
    pub(crate) auth0: Auth0Handle,
}

impl Target {
    /// A service that runs somewhere else. `base_url` is without a slash at the end.
    ///
    /// Errors: no HTTP client can be had.
    pub fn new(kind: ServiceKind, base_url: &str, tokens: Arc<dyn Tokens>) -> Result<Self> {
        Ok(Self {
            kind,
            base_url: base_url.to_owned(),
            client: http::client()?,
            tokens,
            issuer: None,
        })
    }

    pub(crate) fn with_issuer(self, issuer: IssuerSides) -> Self {
        let issuer = Some(issuer);
        Self { issuer, ..self }
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        self.kind
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A token of this persona, from the provider's own endpoint.
    pub(crate) async fn token(&self, persona: &str) -> Result<String> {
        self.tokens.of(persona).await
    }

    /// Starts a token of the service's own provider.
    pub(crate) fn mint(&self, persona: &str, kind: TokenKind) -> Result<Mint> {
        Ok(self.provider()?.mint(persona, kind)?)
    }

    /// The side of the local issuer that the service trusts.
    pub(crate) fn provider(&self) -> Result<&ProviderHandle> {
        let issuer = self.issuer()?;
        Ok(match self.kind {
            ServiceKind::DescopeApi => &issuer.descope,
            ServiceKind::Auth0Api => &issuer.auth0,
        })
    }

    pub(crate) fn issuer(&self) -> Result<&IssuerSides> {
        self.issuer.as_ref().context("there is no local issuer")
    }

    pub(crate) async fn send(&self, call: &Call) -> Result<Answer> {
        http::send(&self.client, &self.base_url, call).await
    }

    /// Sends `call` to somebody else: the token endpoint, for one.
    pub(crate) async fn send_to(&self, base_url: &str, call: &Call) -> Result<Answer> {
        http::send(&self.client, base_url, call).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(&Call::get(path)).await
    }

    /// Sends `call`, whose answer must be as `expected`.
    pub(crate) async fn check(&self, call: &Call, expected: &Expectation) -> Result<Answer> {
        let answer = self.send(call).await?;
        expected
            .check(&answer)
            .with_context(|| format!("{call:?}"))?;
        Ok(answer)
    }

    /// As [`Self::check`], with the token of a persona.
    pub(crate) async fn check_as(
        &self,
        persona: &str,
        call: Call,
        expected: &Expectation,
    ) -> Result<Answer> {
        let call = call.bearer(&self.token(persona).await?);
        self.check(&call, expected)
            .await
            .with_context(|| format!("as {persona}"))
    }
}
