//! What the endpoints and the handles of one provider share.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::ProviderKind;
use crate::auth0::Tenant;
use crate::claims::{ClaimsRequest, TokenKind};
use crate::clock;
use crate::descope::Project;
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
    pub(crate) requests: RequestCounter,
}

/// The rules by which a provider answers.
#[derive(Clone)]
pub(crate) enum Dialect {
    Descope(Arc<Project>),
    Auth0(Arc<Tenant>),
}

impl ProviderState {
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
            issued_at: clock::now(),
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
