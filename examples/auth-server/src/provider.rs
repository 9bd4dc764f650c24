//! The provider for the server's own access tokens, which protect its routes.

use identity_core::claims::{self, ClaimsError};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, UntypedTokens, VerificationRules,
};
use identity_core::{Principal, Provider, VerifiedToken};

use identity_core::keys::KeyAddress;
use url::Url;

use crate::tokens::TokenConfig;

/// The provider of access tokens issued by this server.
///
/// Does not check whether the session has ended or a right was removed since: see `still_valid`.
#[derive(Debug, Clone)]
pub struct OwnTokens {
    config: TokenConfig,
    algorithms: Algorithms,
    jwks_url: Url,
}

impl OwnTokens {
    /// Returns the provider for tokens issued with `config`. Fails if its issuer is not a URL.
    pub fn new(config: TokenConfig) -> anyhow::Result<Self> {
        // All of them: after a change of SIGNING_ALGORITHM, tokens of the previous key are still valid.
        let algorithms = Algorithms::new([Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA])?;
        let issuer = config.issuer.trim_end_matches('/');
        let jwks_url = format!("{issuer}/.well-known/jwks.json").parse()?;
        Ok(Self {
            config,
            algorithms,
            jwks_url,
        })
    }
}

impl Provider for OwnTokens {
    /// The public URL of the keys. The server itself reads them from its database.
    fn keys(&self) -> KeyAddress {
        KeyAddress::Fixed(self.jwks_url.clone())
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(self.config.audience.clone());
        VerificationRules {
            algorithms: self.algorithms.clone(),
            types: vec!["at+jwt".into()],
            untyped: UntypedTokens::Refused,
            ..VerificationRules::new(vec![self.config.issuer.clone()], audience)
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let org = token
            .text("org_id")
            .ok_or_else(|| ClaimsError::unexpected_type("org_id", "a text"))?;
        Ok(Principal {
            client: token.text("client_id").map(str::to_owned),
            scopes: claims::scopes(token.claim("scopes")),
            roles: claims::names(token.claim("roles")),
            current_tenant: Some(org.to_owned()),
            ..Principal::without_grants(token)
        })
    }
}
