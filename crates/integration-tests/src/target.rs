//! The service under test.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use local_issuer::{
    Auth0Handle, DescopeHandle, LocalIssuer, Mint, ProviderHandle, ProviderKind, TokenKind,
};
use reqwest::Client;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::client;
use crate::expectation::Expectation;
use crate::http::{Call, Response};
use crate::kind::ServiceKind;
use crate::refusal::Refusal;
use crate::tokens::Tokens;
use crate::wait;

/// Where the service is, and where tokens for it come from. Cheap to clone.
#[derive(Clone)]
pub struct Target {
    kind: ServiceKind,
    base_url: String,
    client: Client,
    tokens: Option<Arc<Tokens>>,
    issuer: Option<IssuerSides>,
    rights: RightsClaims,
}

/// The claims that hold rights, by name.
#[derive(Debug, Clone)]
pub(crate) struct RightsClaims {
    pub(crate) roles: String,
    pub(crate) scopes: String,
}

impl RightsClaims {
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
    /// A service that runs, without tokens for it. `base_url` is without a slash at the end.
    ///
    /// Errors: no HTTP client can be had.
    pub fn at(kind: ServiceKind, base_url: &str) -> Result<Self> {
        Ok(Self {
            kind,
            base_url: base_url.to_owned(),
            client: client::client()?,
            tokens: None,
            issuer: None,
            rights: RightsClaims::of(kind),
        })
    }

    /// With tokens from here.
    pub fn with_tokens(self, tokens: Arc<Tokens>) -> Self {
        let tokens = Some(tokens);
        Self { tokens, ..self }
    }

    /// With this issuer's keys, so that tokens of any kind can be made: it is the one that the service trusts, or has the
    /// keys and the names of that one.
    pub fn with_issuer(mut self, issuer: &LocalIssuer) -> Self {
        if self.kind == ServiceKind::Auth0Api {
            self.rights.roles = issuer.config().auth0.roles_claim;
        }
        self.issuer = Some(IssuerSides {
            descope: issuer.descope().clone(),
            auth0: issuer.auth0().clone(),
        });
        self
    }

    /// With rights in these claims instead of the default ones.
    pub(crate) fn with_rights(self, rights: RightsClaims) -> Self {
        Self { rights, ..self }
    }

    /// Waits until the service says that it is ready. Errors: it never does; what it said last.
    pub async fn until_ready(&self) -> Result<()> {
        let said = Mutex::new("nothing".to_owned());
        let ready = wait::until("the service is ready", async || {
            let response = self.get("/health/ready").await;
            let (ready, response) = match response {
                Ok(response) => (response.status == 200, response.text()),
                Err(error) => (false, format!("{error:#}")),
            };
            *said.lock().await = response;
            Ok(ready)
        });
        let outcome = ready.await.map(drop);
        let said = said.into_inner();
        outcome.with_context(|| format!("{} said {said}", self.base_url))
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

    /// The claims that hold rights.
    pub(crate) fn rights(&self) -> &RightsClaims {
        &self.rights
    }

    /// Returns a token of some client; which rights it has, only the token says.
    pub(crate) async fn client_token(&self) -> Result<String> {
        self.tokens()?.client().await
    }

    /// Returns a token of this persona, from the provider's own endpoint.
    pub async fn token(&self, persona: &str) -> Result<String> {
        self.tokens()?.persona(persona).await
    }

    fn tokens(&self) -> Result<&Tokens> {
        self.tokens.as_deref().context("there are no tokens")
    }

    /// Starts a token of the service's own provider.
    pub fn mint(&self, persona: &str, kind: TokenKind) -> Result<Mint> {
        Ok(self.provider()?.mint(persona, kind)?)
    }

    /// Starts a good token: what is not changed about it is right.
    pub(crate) fn good(&self) -> Result<Mint> {
        self.mint("admin", TokenKind::Access)
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

    /// Sends `call`. Errors: no response.
    pub async fn send(&self, call: &Call) -> Result<Response> {
        client::send(&self.client, &self.base_url, call).await
    }

    /// Sends `call` to another server: the token endpoint, for one.
    pub(crate) async fn send_to(&self, base_url: &str, call: &Call) -> Result<Response> {
        client::send(&self.client, base_url, call).await
    }

    /// Sends these bytes, as [`client::send_bytes`] says.
    pub(crate) async fn send_bytes(&self, request: &[u8]) -> Result<Option<Response>> {
        client::send_bytes(&self.base_url, request).await
    }

    /// Sends a `GET` without a token.
    pub async fn get(&self, path: &str) -> Result<Response> {
        self.send(&Call::get(path)).await
    }

    /// Sends `call`. Errors: the response has another status.
    pub async fn status(&self, call: &Call, status: u16) -> Result<Response> {
        let response = self.send(call).await?;
        ensure!(
            response.status == status,
            "{call:?} is not {status}: {response:?}"
        );
        Ok(response)
    }

    /// Sends `call`. Errors: the response is not as `expected`.
    pub(crate) async fn check(&self, call: &Call, expected: &Expectation) -> Result<Response> {
        let response = self.send(call).await?;
        let checked = expected.check(&response);
        checked.with_context(|| format!("{call:?}"))?;
        Ok(response)
    }

    /// As [`Self::check`], with the token of a persona.
    pub(crate) async fn check_as(
        &self,
        persona: &str,
        call: Call,
        expected: &Expectation,
    ) -> Result<Response> {
        let call = call.bearer(&self.token(persona).await?);
        let checked = self.check(&call, expected).await;
        checked.with_context(|| format!("as {persona}"))
    }

    /// Sends `call` with the token of a persona. Errors: the response is not 200 and JSON with at least these members.
    pub(crate) async fn json_as(
        &self,
        persona: &str,
        call: Call,
        members: Value,
    ) -> Result<Response> {
        self.check_as(persona, call, &Expectation::json(members))
            .await
    }

    /// Sends `call`. Errors: as of [`Self::json_as`].
    pub(crate) async fn json(&self, call: &Call, members: Value) -> Result<Response> {
        self.check(call, &Expectation::json(members)).await
    }

    /// Sends `call`. Errors: it is not refused so, word for word, or the reason in the log is another.
    pub(crate) async fn refused(&self, call: &Call, refusal: Refusal) -> Result<()> {
        let expected = refusal.expected(self.kind);
        self.check(call, &expected).await.map(drop)
    }

    /// As [`Self::refused`], with the token of a persona.
    pub(crate) async fn refused_as(
        &self,
        persona: &str,
        call: Call,
        refusal: Refusal,
    ) -> Result<()> {
        let expected = refusal.expected(self.kind);
        self.check_as(persona, call, &expected).await.map(drop)
    }

    /// Sends this token to a route that needs one. Errors: another response than that of `refusal`, or none.
    pub async fn refuses(&self, token: &str, refusal: Refusal) -> Result<()> {
        self.refused(&self.any_caller().bearer(token), refusal)
            .await
    }

    /// Sends this token to a route that needs one. Errors: it is not accepted.
    pub async fn accepts(&self, token: &str) -> Result<()> {
        let call = self.any_caller().bearer(token);
        self.status(&call, 200).await.map(drop)
    }
}
