//! All that is particular to Auth0.

use std::fmt;
use std::str::FromStr;

use identity_core::claims::{self, ClaimsError};
use identity_core::{
    AudienceRule, DiscoveryConfig, Principal, Provider, RefusedKind, TokenKind, VerificationRules,
    VerifiedToken,
};
use service_kit::settings::IssuerSettings;
use url::{Host, Url};

use crate::settings::Auth0Settings;

/// An Auth0 tenant's domain, such as `dev-example.us.auth0.com`, or a custom one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// The issuer of the tenant's tokens: with a slash at the end, as Auth0 writes it.
    pub fn issuer(&self) -> String {
        format!("https://{}/", self.0)
    }
}

impl FromStr for Domain {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected a domain without https:// and without a path, such as dev-example.us.auth0.com";
        match Host::parse(text) {
            // A dot at the end would be another issuer to whoever compares texts.
            Ok(Host::Domain(name)) if name == text.to_ascii_lowercase() && !name.ends_with('.') => {
                Ok(Self(name))
            }
            _ => Err(expected),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Access tokens for one API of one Auth0 tenant.
///
/// Not checked: whether the token was revoked (Auth0 has no introspection), and `org_id`, which a handler compares with
/// the organizations that it knows ([`Principal::current_tenant`]).
#[derive(Debug, Clone)]
pub struct Auth0 {
    settings: Auth0Settings,
    issuer: IssuerSettings,
}

impl Auth0 {
    /// The tenant and API that `settings` name, read as strictly as `issuer` says.
    pub fn new(settings: Auth0Settings, issuer: IssuerSettings) -> Self {
        Self { settings, issuer }
    }

    /// Where the tenant's endpoints and keys are told.
    pub fn discovery(&self) -> Result<DiscoveryConfig, url::ParseError> {
        Ok(DiscoveryConfig {
            url: Url::parse(&format!(
                "{}.well-known/openid-configuration",
                self.settings.issuer
            ))?,
            issuers: vec![self.settings.issuer.clone()],
            endpoint_hosts: self.issuer.jwks_hosts.clone(),
        })
    }
}

impl Provider for Auth0 {
    fn verification(&self) -> VerificationRules {
        let id_token = |claim| RefusedKind {
            kind: TokenKind::Id,
            claim,
            value: None,
        };
        let audience = AudienceRule::Required(vec![self.settings.audience.clone()]);
        self.issuer.applied_to(VerificationRules {
            algorithms: self.settings.algorithms.clone(),
            // `at+jwt` is what an API with the RFC 9068 profile gets.
            types: vec!["JWT", "at+jwt"],
            // An ID token names its client as audience and is refused for that; these claims are in no access token,
            // so that it is refused even where a client's id and an API's identifier are the same.
            refused: vec![id_token("nonce"), id_token("at_hash"), id_token("c_hash")],
            ..VerificationRules::new(vec![self.settings.issuer.clone()], audience)
        })
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        // `client_id` is the name in tokens of the RFC 9068 profile.
        let client = token.text("azp").or_else(|| token.text("client_id"));
        Ok(Principal {
            client: client.map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim(&self.settings.roles_claim)),
            permissions: claims::names(token.claim("permissions")),
            current_tenant: token.text("org_id").map(str::to_owned),
            ..Principal::without_grants(token)
        })
    }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
