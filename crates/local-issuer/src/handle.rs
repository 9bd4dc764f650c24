//! One provider's side of a running issuer, as tests and the endpoints hold it.

mod control;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Map, Value};

pub use control::ControlState;

use crate::auth0::Tenant;
use crate::claims::TokenKind;
use crate::descope::{self, Project};
use crate::faults::Endpoint;
use crate::kind::ProviderKind;
use crate::mint::{Mint, MintError, MintOrder};
use crate::personas::Persona;
use crate::provider::Provider;

/// A handle on one provider of a running issuer; clones are handles on the same one.
#[derive(Clone)]
pub struct ProviderHandle {
    pub(crate) state: Arc<Provider>,
}

/// The Descope side: a [`ProviderHandle`] and what only Descope has.
#[derive(Clone, Debug)]
pub struct DescopeHandle {
    handle: ProviderHandle,
    project: Arc<Project>,
}

/// The Auth0 side: a [`ProviderHandle`] and what only Auth0 has.
#[derive(Clone, Debug)]
pub struct Auth0Handle {
    handle: ProviderHandle,
    tenant: Arc<Tenant>,
}

impl ProviderHandle {
    /// Which provider this is.
    pub fn kind(&self) -> ProviderKind {
        self.state.dialect.kind()
    }

    /// Where it listens, without a trailing slash: `http://127.0.0.1:9000`.
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The issuer in its access tokens: Descope's `{base}/{project}`, Auth0's with the trailing slash.
    pub fn issuer(&self) -> String {
        self.state.dialect.issuer()
    }

    /// The audience of its access tokens: Descope's project id, Auth0's API identifier.
    pub fn audience(&self) -> &str {
        self.state.dialect.audience()
    }

    /// Where the discovery document is.
    pub fn discovery_url(&self) -> String {
        self.state.url(Endpoint::Discovery)
    }

    /// Where the key set is.
    pub fn jwks_url(&self) -> String {
        self.state.url(Endpoint::Jwks)
    }

    /// Where tokens are asked for.
    pub fn token_url(&self) -> String {
        self.state.url(Endpoint::Token)
    }

    /// Who can get a token.
    pub fn personas(&self) -> &[Persona] {
        &self.state.personas
    }

    /// The persona of this name.
    pub fn persona(&self, name: &str) -> Option<&Persona> {
        let mut personas = self.state.personas.iter();
        personas.find(|persona| persona.name == name)
    }

    /// Starts a token with the claims this provider would give to a persona now; everything about it can still be changed.
    ///
    /// # Errors
    /// If there is no such persona, or the provider has no such tokens.
    pub fn mint(&self, persona: &str, kind: TokenKind) -> Result<Mint, MintError> {
        self.mint_order(MintOrder::of_persona(persona, kind))
    }

    /// Starts a token with these claims and no others.
    pub fn mint_claims(&self, claims: Map<String, Value>) -> Mint {
        Mint::of_claims(Arc::clone(&self.state), claims)
    }

    pub(crate) fn mint_order(&self, order: MintOrder) -> Result<Mint, MintError> {
        Mint::new(Arc::clone(&self.state), order)
    }
}

impl DescopeHandle {
    pub(crate) fn new(state: Arc<Provider>, project: Arc<Project>) -> Self {
        Self {
            handle: ProviderHandle { state },
            project,
        }
    }

    /// The project id.
    pub fn project_id(&self) -> &str {
        &self.project.id
    }

    /// What its issuers start with, without a trailing slash; a service's `DESCOPE_BASE_URL` when both are the same address.
    pub fn issuer_base(&self) -> &str {
        &self.project.issuer_base
    }

    /// The issuer in session tokens: `{base}/v1/apps/{project}`.
    pub fn session_issuer(&self) -> String {
        self.project.apps_issuer()
    }

    /// Where an access key is exchanged for a session token.
    pub fn exchange_url(&self) -> String {
        format!("{}{}", self.base_url(), descope::EXCHANGE_PATH)
    }
}

impl Auth0Handle {
    pub(crate) fn new(state: Arc<Provider>, tenant: Arc<Tenant>) -> Self {
        Self {
            handle: ProviderHandle { state },
            tenant,
        }
    }

    /// The claim that carries roles.
    pub fn roles_claim(&self) -> &str {
        &self.tenant.roles_claim
    }
}

impl Deref for DescopeHandle {
    type Target = ProviderHandle;

    fn deref(&self) -> &ProviderHandle {
        &self.handle
    }
}

impl Deref for Auth0Handle {
    type Target = ProviderHandle;

    fn deref(&self) -> &ProviderHandle {
        &self.handle
    }
}

impl fmt::Debug for ProviderHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProviderHandle")
            .field("kind", &self.kind())
            .field("base_url", &self.base_url())
            .finish()
    }
}
