//! What the endpoints and the handles of one provider share.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::ProviderKind;
use crate::auth0::{self, Tenant};
use crate::claims::{ClaimsRequest, TokenKind};
use crate::clock::Clock;
use crate::config::ControlLimits;
use crate::descope::{self, Project};
use crate::faults::{Endpoint, Faults};
use crate::jwt;
use crate::keys::{KeyError, KeyRing};
use crate::mint::MintError;
use crate::personas::Persona;
use crate::requests::RequestCounter;
use crate::scopes;
use crate::secret::Secret;

/// One provider of a running issuer.
pub(crate) struct ProviderState {
    pub(crate) dialect: Dialect,
    /// Where it listens, without a trailing slash.
    pub(crate) base_url: String,
    pub(crate) personas: Vec<Persona>,
    pub(crate) keys: KeyRing,
    pub(crate) token_lifetime: Option<Duration>,
    pub(crate) control_token: Option<Secret>,
    pub(crate) limits: ControlLimits,
    pub(crate) requests: RequestCounter,
    pub(crate) faults: Faults,
    pub(crate) clock: Clock,
    /// Which path belongs to which endpoint.
    pub(crate) endpoints: HashMap<String, Endpoint>,
}

/// The rules by which a provider answers.
#[derive(Clone)]
pub(crate) enum Dialect {
    Descope(Arc<Project>),
    Auth0(Arc<Tenant>),
}

impl Dialect {
    /// Which path belongs to which endpoint; the paths that are not listed belong to none.
    pub(crate) fn endpoints(&self) -> HashMap<String, Endpoint> {
        let (discovery, jwks, token) = match self {
            Self::Descope(project) => (
                descope::discovery_paths(project),
                descope::key_paths(project),
                descope::token_paths(project),
            ),
            Self::Auth0(_) => (
                auth0::discovery_paths(),
                auth0::key_paths(),
                vec![auth0::TOKEN_PATH.to_owned()],
            ),
        };
        let each =
            |paths: Vec<String>, endpoint| paths.into_iter().map(move |path| (path, endpoint));
        each(discovery, Endpoint::Discovery)
            .chain(each(jwks, Endpoint::Jwks))
            .chain(each(token, Endpoint::Token))
            .collect()
    }
}

impl ProviderState {
    /// The endpoint that a path belongs to.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        self.endpoints.get(path).copied()
    }

    pub(crate) fn kind(&self) -> ProviderKind {
        match self.dialect {
            Dialect::Descope(_) => ProviderKind::Descope,
            Dialect::Auth0(_) => ProviderKind::Auth0,
        }
    }

    /// How long an access token lives, in seconds.
    pub(crate) fn lifetime(&self) -> i64 {
        let default = match self.kind() {
            ProviderKind::Descope => 600,
            ProviderKind::Auth0 => 86_400,
        };
        self.token_lifetime.map_or(default, |lifetime| {
            i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)
        })
    }

    /// What a token for `persona` with these scopes is made from.
    pub(crate) fn request<'a>(
        &self,
        persona: &'a Persona,
        scopes: &'a [String],
    ) -> ClaimsRequest<'a> {
        ClaimsRequest {
            persona,
            scopes,
            issued_at: self.clock.now(),
            lifetime: self.lifetime(),
        }
    }

    /// The claims of a token that `persona` gets now if it asks for no scope.
    pub(crate) fn claims(
        &self,
        persona: &Persona,
        kind: TokenKind,
    ) -> Result<Map<String, Value>, MintError> {
        let scopes = scopes::grant(persona, None, &[]);
        let request = self.request(persona, &scopes);
        match &self.dialect {
            Dialect::Descope(project) => Ok(project.claims(&request, kind)),
            Dialect::Auth0(tenant) => tenant
                .claims(&request, kind)
                .ok_or(MintError::NoSuchToken { kind }),
        }
    }

    /// `typ` in the header of such a token.
    pub(crate) fn typ(&self, kind: TokenKind) -> &'static str {
        match (&self.dialect, kind) {
            (Dialect::Auth0(tenant), TokenKind::Access) => tenant.dialect.typ(),
            _ => "JWT",
        }
    }

    /// A token with these claims, signed by the current key.
    pub(crate) fn sign(
        &self,
        claims: Map<String, Value>,
        kind: TokenKind,
    ) -> Result<String, KeyError> {
        let key = self.keys.current();
        let algorithm = key.algorithm();
        let header = self
            .kind()
            .header(algorithm.name(), Some(key.kid()), self.typ(kind));
        let input = jwt::signing_input(&Value::Object(header), &Value::Object(claims));
        let signature = key.sign(algorithm, input.as_bytes())?;
        Ok(jwt::with_signature(input, &signature))
    }
}
