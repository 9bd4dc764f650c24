//! The server as the provider of its own routes: what its tokens look like to itself.

use identity_core::claims::{self, ClaimsError};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, UntypedTokens, VerificationRules,
};
use identity_core::{Principal, Provider, VerifiedToken};

use identity_core::keys::KeyAddress;
use url::Url;

use crate::tokens::TokenConfig;

/// Access tokens of this server.
///
/// Not checked here: whether the session has ended or a right was taken away since, which `still_valid` finds out.
#[derive(Debug, Clone)]
pub struct OwnTokens {
    config: TokenConfig,
    algorithms: Algorithms,
    jwks_url: Url,
}

impl OwnTokens {
    /// Tokens that are made as `config` says. Errors: its issuer is not an address.
    pub fn new(config: TokenConfig) -> anyhow::Result<Self> {
        // All of them: after SIGNING_ALGORITHM has changed, tokens of the previous key are still good.
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
    /// Where others find them: the server itself has them at hand.
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
