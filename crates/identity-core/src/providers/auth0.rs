//! The provider Auth0.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::ProviderError;
use crate::algorithms::Algorithms;
use crate::claims::{self, ClaimsError};
use crate::discovery::DiscoveryConfig;
use crate::keys::KeyAddress;
use crate::principal::Principal;
use crate::provider::Provider;
use crate::refused_kind::{RefusedKind, TokenKind};
use crate::verification_rules::{AudienceRule, VerificationRules};
use crate::verified_token::VerifiedToken;

/// Accepts the access tokens for one API of one Auth0 tenant.
///
/// Not checked: revocation (Auth0 has no introspection), and the organization, unless
/// [`organizations`](Auth0Config::organizations) lists those that are known, as Auth0 recommends.
///
/// ```
/// use identity_core::providers::{Auth0, Auth0Config};
///
/// let provider = Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com")?;
///
/// let with_roles = Auth0::new(Auth0Config {
///     roles_claim: "https://api.example.com/roles".to_owned(),
///     ..provider.config().clone()
/// })?;
/// # Ok::<(), identity_core::providers::ProviderError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Auth0 {
    config: Auth0Config,
    discovery_url: Url,
}

/// Configuration of [`Auth0`].
#[derive(Debug, Clone)]
pub struct Auth0Config {
    /// The tenant's domain. It names the tenant; the accepted value of `iss` is `issuer`.
    pub domain: Domain,
    /// The identifier of the API, which `aud` must contain.
    pub audience: String,
    /// Other accepted values of `aud`, if one service is several APIs. Default none.
    pub other_audiences: Vec<String>,
    /// The exact `iss`, with its trailing slash, and the base URL of the discovery document. Default
    /// `https://{domain}/`; differs with a custom domain.
    pub issuer: String,
    /// Other accepted values of `iss` of the same tenant, if it issues tokens under both its own and a custom domain.
    /// Default none.
    pub other_issuers: Vec<String>,
    /// The claim that an Action adds roles to. Default `https://example.com/roles`.
    pub roles_claim: String,
    /// The known organizations: ids (`org_..`), or names where the tenant adds `org_name` to tokens. A token of another one
    /// is refused; a token of none is accepted, and belongs to none. Default empty: every organization of the tenant.
    pub organizations: Vec<String>,
    /// The accepted values of `alg`. Default RS256.
    pub algorithms: Algorithms,
}

/// The domain of an Auth0 tenant, such as `dev-example.us.auth0.com`, or a custom domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Returns the issuer of the tenant's tokens, with a trailing slash as in Auth0's tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("https://{}/", self.0)
    }
}

impl FromStr for Domain {
    type Err = ProviderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Host::parse(text) {
            // A trailing dot would make another issuer, because issuers are compared exactly.
            // The parser takes a list with commas for one name.
            Ok(Host::Domain(name))
                if name == text.to_ascii_lowercase()
                    && !name.ends_with('.')
                    && !name.contains(',') =>
            {
                Ok(Self(name))
            }
            _ => Err(ProviderError::Domain),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Auth0Config {
    const DEFAULT_ROLES_CLAIM: &str = "https://example.com/roles";

    /// Creates a configuration for a tenant and an API, with the defaults.
    #[must_use]
    pub fn new(domain: Domain, audience: &str) -> Self {
        Self {
            issuer: domain.issuer(),
            other_issuers: Vec::new(),
            domain,
            audience: audience.to_owned(),
            other_audiences: Vec::new(),
            roles_claim: Self::DEFAULT_ROLES_CLAIM.to_owned(),
            organizations: Vec::new(),
            algorithms: Algorithms::rs256(),
        }
    }

    /// Returns the authorization endpoint and the token endpoint of the tenant. A client must send the API's identifier as
    /// `audience` to the first, or it gets no token for the API.
    #[must_use]
    pub fn sign_in_endpoints(&self) -> [String; 2] {
        ["authorize", "oauth/token"].map(|path| format!("{}{path}", self.issuer))
    }

    /// Returns all accepted values of `aud`.
    #[must_use]
    pub fn audiences(&self) -> Vec<String> {
        let mut audiences = vec![self.audience.clone()];
        audiences.extend_from_slice(&self.other_audiences);
        audiences
    }

    /// Returns all accepted values of `iss`.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        let mut issuers = vec![self.issuer.clone()];
        issuers.extend_from_slice(&self.other_issuers);
        issuers
    }
}

impl Auth0 {
    /// Creates a provider for the tenant with this domain and the API with this identifier, with the defaults. Errors:
    /// the domain is invalid.
    pub fn tenant(domain: &str, audience: &str) -> Result<Self, ProviderError> {
        Self::new(Auth0Config::new(domain.parse()?, audience))
    }

    /// Creates a provider from a configuration. Errors: its issuer is not a URL.
    pub fn new(config: Auth0Config) -> Result<Self, ProviderError> {
        let issuer = &config.issuer;
        let discovery_url = Url::parse(&format!("{issuer}.well-known/openid-configuration"))
            .map_err(|_| ProviderError::Issuer(issuer.clone()))?;
        Ok(Self {
            config,
            discovery_url,
        })
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Auth0Config {
        &self.config
    }

    /// Returns the configuration of discovery, which has the tenant's endpoints and keys.
    #[must_use]
    pub fn discovery(&self) -> DiscoveryConfig {
        DiscoveryConfig {
            url: self.discovery_url.clone(),
            issuers: self.config.issuers(),
            endpoint_hosts: Vec::new(),
        }
    }
}

impl Auth0 {
    /// Checks `org_id` against the known organizations, as Auth0's own SDKs do: an entry that does not start with `org_` is
    /// a name, which is compared with `org_name`. `org_name` alone, without an id, is of no organization that is known.
    fn check_organization(&self, token: &VerifiedToken) -> Result<(), ClaimsError> {
        let known = &self.config.organizations;
        let is_of_one = ["org_id", "org_name"]
            .iter()
            .any(|name| token.claim(name).is_some());
        if known.is_empty() || !is_of_one {
            return Ok(());
        }
        let (id, name) = (token.text("org_id"), token.text("org_name"));
        let is_known = id.is_some()
            && known.iter().any(|known| match known.starts_with("org_") {
                true => id == Some(known.as_str()),
                false => name.is_some_and(|name| name.eq_ignore_ascii_case(known)),
            });
        is_known
            .then_some(())
            .ok_or(ClaimsError::UnknownOrganization)
    }
}

impl Provider for Auth0 {
    fn keys(&self) -> KeyAddress {
        KeyAddress::Discovered(self.discovery())
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(self.config.audiences());
        VerificationRules {
            algorithms: self.config.algorithms.clone(),
            // `at+jwt` is the type of tokens for an API with the RFC 9068 profile.
            types: vec!["JWT".into(), "at+jwt".into()],
            // `nonce` is a restricted name: no access token has it, so that it identifies an ID token by itself.
            refused: vec![RefusedKind::with_claim(TokenKind::Id, "nonce")],
            ..VerificationRules::new(self.config.issuers(), audience)
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        // Tokens of the RFC 9068 profile have `client_id` instead of `azp`.
        let client = token.text("azp").or_else(|| token.text("client_id"));
        self.check_organization(token)?;
        Ok(Principal {
            client: client.map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim(&self.config.roles_claim)),
            permissions: claims::names(token.claim("permissions")),
            current_tenant: token.text("org_id").map(str::to_owned),
            ..Principal::without_rights(token)
        })
    }
}

#[cfg(test)]
#[path = "auth0_tests.rs"]
mod tests;
