//! The provider for the server's own access tokens, which protect its routes.

use anyhow::ensure;
use identity_core::claims::{self, ClaimsError};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, UntypedTokens, VerificationRules,
};
use identity_core::{Principal, Provider, VerifiedToken};

use identity_core::keys::KeyAddress;
use url::Url;

use crate::policies::is_own;
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
    /// Returns the provider for tokens issued with `config`. Fails if its issuer is not a URL, or if tokens for other
    /// services would have the audience of management.
    pub fn new(config: TokenConfig) -> anyhow::Result<Self> {
        let management = config.management_audience();
        ensure!(
            !config.audience.contains(&management),
            "AUDIENCE must not contain {management}: tokens for other services would manage this server"
        );
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
        // A token for other services has access to the routes of its own user, such as /user/me.
        let mut audience = self.config.audience.clone();
        let has_none = audience.is_empty();
        audience.push(self.config.management_audience());
        let audience = match has_none {
            // Issuer and key say that it is this server's own, whatever its claims.
            true => AudienceRule::RequiredUnless(audience, |_| true),
            false => AudienceRule::Required(audience),
        };
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
        let mut scopes = claims::scopes(token.claim("scopes"));
        let management = self.config.management_audience();
        if !claims::names(token.claim("aud")).contains(&management) {
            scopes.retain(|slug| !is_own(slug));
        }
        Ok(Principal {
            client: token.text("client_id").map(str::to_owned),
            scopes,
            roles: claims::names(token.claim("roles")),
            current_tenant: Some(org.to_owned()),
            ..Principal::without_rights(token)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use identity_core::Authenticator;
    use identity_core::testing::{CONTRACT_NOW, StaticKeys, TestClock, TestKey, provider_contract};
    use serde_json::{Value, json};

    use super::OwnTokens;
    use crate::tokens::TokenConfig;

    fn provider(audience: &str) -> anyhow::Result<OwnTokens> {
        OwnTokens::new(TokenConfig {
            issuer: "https://id.example".to_owned(),
            audience: vec![audience.to_owned()],
            management_on_request: false,
            access_lifetime: Duration::from_secs(600),
            session_lifetime: Duration::from_secs(6000),
            max_sessions: 1,
            refresh_grace: Duration::ZERO,
        })
    }

    #[test]
    fn tokens_for_other_services_cannot_have_the_audience_of_management() {
        let refused = provider("https://id.example/management").unwrap_err();
        assert!(refused.to_string().contains("AUDIENCE"), "{refused}");
    }

    #[tokio::test]
    async fn the_provider_contract_holds() {
        let provider = provider("a").unwrap();
        for audience in [json!("a"), json!(["a", "https://id.example/management"])] {
            let good = json!({
                "iss": "https://id.example", "sub": "U1", "aud": audience, "client_id": "shop",
                "iat": CONTRACT_NOW, "exp": CONTRACT_NOW + 600.0, "org_id": "O1",
                "scopes": ["example.billing.read"], "roles": ["owner"],
            });
            provider_contract(provider.clone(), &good).await;
        }
    }

    #[tokio::test]
    async fn permissions_of_this_server_count_only_in_tokens_for_it() {
        let key = TestKey::fixed();
        let authenticator = Authenticator::builder(provider("a").unwrap())
            .keys(Arc::new(StaticKeys::of(&[&key])))
            .clock(Arc::new(TestClock::at(1000.0)))
            .build()
            .unwrap();
        let own = "auth_server.user.read";
        for (audience, scopes) in [
            (json!("a"), vec!["x.y.z"]),
            (json!("https://id.example/management"), vec![own, "x.y.z"]),
            (
                json!(["a", "https://id.example/management"]),
                vec![own, "x.y.z"],
            ),
        ] {
            let claims: Value = json!({
                "iss": "https://id.example", "sub": "U1", "aud": audience, "exp": 1600,
                "org_id": "O1", "scopes": [own, "x.y.z"],
            });
            let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": key.id()});
            let token = key.token_with_header(&header, &claims);
            let caller = authenticator.authenticate(&token).await.unwrap();
            let principal = caller.principal();
            assert_eq!(Vec::from_iter(&principal.scopes), scopes, "{audience}");
        }
    }
}
