//! The service under test.

use std::sync::Arc;

use anyhow::{Context, Result};
use local_issuer::{
    Auth0Handle, DescopeHandle, LocalIssuer, Mint, ProviderHandle, ProviderKind, TokenKind,
};
use reqwest::Client;

use crate::answer::Answer;
use crate::call::Call;
use crate::contract::invalid_token;
use crate::expectation::Expectation;
use crate::http;
use crate::launch::ServiceKind;
use crate::ready;
use crate::tokens::Tokens;

/// Where the service is, and where tokens for it come from. Cheap to clone.
#[derive(Clone)]
pub struct Target {
    kind: ServiceKind,
    base_url: String,
    client: Client,
    tokens: Arc<dyn Tokens>,
    issuer: Option<IssuerSides>,
    grants: GrantClaims,
}

/// The claims that grant something, by name.
#[derive(Debug, Clone)]
pub(crate) struct GrantClaims {
    pub(crate) roles: String,
    pub(crate) scopes: String,
}

impl GrantClaims {
    /// As the services have them by default.
    pub(crate) fn of(kind: ServiceKind) -> Self {
        let scopes = match kind {
            ServiceKind::BillingApi => "scopes",
            ServiceKind::DescopeApi | ServiceKind::Auth0Api => "scope",
        };
        Self {
            roles: "roles".to_owned(),
            scopes: scopes.to_owned(),
        }
    }
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
            grants: GrantClaims::of(kind),
        })
    }

    /// With this issuer's keys, so that tokens of any kind can be made: it is the one that the service trusts, or has the
    /// keys and the names of that one.
    pub fn with_issuer(self, issuer: &LocalIssuer) -> Self {
        let sides = IssuerSides {
            descope: issuer.descope().clone(),
            auth0: issuer.auth0().clone(),
        };
        let mut grants = self.grants;
        if self.kind == ServiceKind::Auth0Api {
            grants.roles = issuer.config().auth0.roles_claim;
        }
        Self {
            issuer: Some(sides),
            grants,
            ..self
        }
    }

    /// Where these claims grant, and not those that do by default.
    pub(crate) fn with_grants(self, grants: GrantClaims) -> Self {
        Self { grants, ..self }
    }

    /// Waits until the service says that it is ready. Errors: it never does; what it said last.
    pub async fn until_ready(&self) -> Result<()> {
        ready::until_ready(&self.client, &self.base_url).await
    }

    /// Which service it is.
    pub fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Where it is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A request that needs a token and nothing more.
    pub fn any_caller(&self) -> Call {
        self.kind.any_caller()
    }

    /// The claims that grant something.
    pub(crate) fn grants(&self) -> &GrantClaims {
        &self.grants
    }

    /// A token of some client; which rights it has, only the token says.
    pub(crate) async fn client_token(&self) -> Result<String> {
        self.tokens.client().await
    }

    /// A token of this persona, from the provider's own endpoint.
    pub async fn token(&self, persona: &str) -> Result<String> {
        self.tokens.of(persona).await
    }

    /// Starts a token of the service's own provider.
    pub fn mint(&self, persona: &str, kind: TokenKind) -> Result<Mint> {
        Ok(self.provider()?.mint(persona, kind)?)
    }

    /// The side of the local issuer that the service trusts.
    pub(crate) fn provider(&self) -> Result<&ProviderHandle> {
        let issuer = self.issuer()?;
        Ok(match self.kind.provider() {
            ProviderKind::Descope => &issuer.descope,
            _ => &issuer.auth0,
        })
    }

    pub(crate) fn issuer(&self) -> Result<&IssuerSides> {
        self.issuer.as_ref().context("there is no local issuer")
    }

    /// Sends `call`. Errors: no answer.
    pub async fn send(&self, call: &Call) -> Result<Answer> {
        http::send(&self.client, &self.base_url, call).await
    }

    /// Sends `call` to somebody else: the token endpoint, for one.
    pub(crate) async fn send_to(&self, base_url: &str, call: &Call) -> Result<Answer> {
        http::send(&self.client, base_url, call).await
    }

    /// A `GET` without a token.
    pub async fn get(&self, path: &str) -> Result<Answer> {
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

    /// Sends this token to a route that needs one. Errors: it is not refused with this code and this sentence, word for word,
    /// or the reason in the log is another.
    pub async fn refuses(&self, token: &str, code: &str, detail: &str) -> Result<()> {
        let expected = invalid_token(self.kind, code, detail);
        let call = self.any_caller().bearer(token);
        self.check(&call, &expected).await.map(drop)
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
