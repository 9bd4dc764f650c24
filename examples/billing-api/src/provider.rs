//! All that is particular to the issuer: the example of a provider of your own.

use identity_core::claims::{self, ClaimsError};
use identity_core::{
    AudienceRule, DiscoveryConfig, KeyAddress, Principal, Provider, RefusedKind, TokenKind,
    VerificationRules, VerifiedToken,
};
use service_kit::settings::IssuerSettings;
use url::Url;

use crate::settings::OidcSettings;

/// Access tokens of any OpenID Connect issuer.
///
/// Not checked: whether a token was revoked before its end. `org_id` is what the token says; that it is there, and whose
/// data is answered, is for the handlers ([`Organization`](crate::Organization)).
#[derive(Debug, Clone)]
pub struct Oidc {
    settings: OidcSettings,
    issuer: IssuerSettings,
}

impl Oidc {
    /// The issuer that `settings` name, read as strictly as `issuer` says.
    pub fn new(settings: OidcSettings, issuer: IssuerSettings) -> Self {
        Self { settings, issuer }
    }

    /// Where the keys are: at the address that was told, or where the discovery document says (OpenID Connect Discovery
    /// 1.0, section 4.1: below the issuer, whose slash at the end does not count). Errors: the issuer is no address.
    pub fn keys(&self) -> Result<KeyAddress, url::ParseError> {
        if let Some(jwks_url) = &self.settings.jwks_url {
            return Ok(KeyAddress::Fixed(jwks_url.clone()));
        }
        let issuer = &self.settings.issuer;
        let base = issuer.strip_suffix('/').unwrap_or(issuer);
        Ok(KeyAddress::Discovered(DiscoveryConfig {
            url: Url::parse(&format!("{base}/.well-known/openid-configuration"))?,
            issuers: vec![issuer.clone()],
            endpoint_hosts: self.issuer.jwks_hosts.clone(),
        }))
    }
}

impl Provider for Oidc {
    fn verification(&self) -> VerificationRules {
        let id_token = |claim| RefusedKind {
            kind: TokenKind::Id,
            claim,
            value: None,
        };
        let audience = AudienceRule::Required(vec![self.settings.audience.clone()]);
        self.issuer.applied_to(VerificationRules {
            algorithms: self.settings.algorithms.clone(),
            // `at+jwt` is that of RFC 9068.
            types: vec!["JWT", "at+jwt"],
            // An ID token's audience is a client; where that has the API's name, these claims still tell.
            refused: vec![id_token("nonce"), id_token("at_hash"), id_token("c_hash")],
            ..VerificationRules::new(vec![self.settings.issuer.clone()], audience)
        })
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let client = token.text("client_id").or_else(|| token.text("azp"));
        Ok(Principal {
            client: client.map(str::to_owned),
            scopes: claims::scopes(token.claim(&self.settings.scopes_claim)),
            roles: claims::names(token.claim(&self.settings.roles_claim)),
            current_tenant: token.text("org_id").map(str::to_owned),
            ..Principal::without_grants(token)
        })
    }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
