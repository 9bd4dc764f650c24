//! A provider for any OpenID Connect issuer whose access tokens are JWTs.

use serde_json::Value;
use url::Url;

use super::ProviderError;
use crate::algorithms::Algorithms;
use crate::claims::{self, ClaimPath, ClaimsError};
use crate::discovery::DiscoveryConfig;
use crate::keys::KeyAddress;
use crate::principal::Principal;
use crate::provider::Provider;
use crate::verification_rules::{AudienceRule, KeyIdRule, SubjectRule, VerificationRules};
use crate::verified_token::VerifiedToken;

/// Accepts the access tokens of any OpenID Connect issuer.
///
/// Not checked: revocation, and the tenant, which a handler has to compare with the tenants that it knows
/// ([`Principal::current_tenant`]).
///
/// ```
/// use identity_core::providers::{Oidc, OidcConfig};
///
/// let provider = Oidc::new(OidcConfig {
///     role_claims: vec!["realm_access.roles".parse()?],
///     ..OidcConfig::new("https://id.example.com", "https://api.example.com")
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Oidc {
    config: OidcConfig,
    keys: KeyAddress,
}

/// Configuration of [`Oidc`]. [`ClaimPath`] says how the names of claims are read.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// The exact `iss`. Without `jwks_url`, it is also the base URL of the discovery document.
    pub issuer: String,
    /// Other accepted values of `iss` of the same issuer, whose tokens are signed with the same keys. Default none.
    ///
    /// An issuer with keys of its own is another provider: see [`AuthenticatorBuilder::and`](crate::AuthenticatorBuilder::and).
    pub other_issuers: Vec<String>,
    /// The accepted values of `aud`, or [`AudienceRule::Absent`] for tokens that have none.
    pub audience: AudienceRule,
    /// The accepted clients (`client_id`, else `azp`, `appid` or `cid`). Default none: every client of the issuer.
    /// Required without an audience.
    pub clients: Vec<String>,
    /// Whether `kid` is required. Default: it is.
    pub key_ids: KeyIdRule,
    /// Whether `sub` is required. Default: it is.
    pub subject: SubjectRule,
    /// The URL of the key set, for an issuer without a discovery document, or one that is reached at another address
    /// than its `iss`. It replaces discovery and nothing else. Default `None`.
    pub jwks_url: Option<Url>,
    /// The claims with scopes; those of all of them count. Default `scope`.
    pub scope_claims: Vec<ClaimPath>,
    /// The claims with roles; those of all of them count. Default `roles`.
    pub role_claims: Vec<ClaimPath>,
    /// Whether the roles are the keys of an object, as Zitadel's; see [`keys`](claims::keys). Default `false`.
    pub roles_from_keys: bool,
    /// The claims with permissions; those of all of them count. Default none: callers have no permissions.
    pub permission_claims: Vec<ClaimPath>,
    /// Whether the permissions are the keys of an object; see [`keys`](claims::keys). Default `false`.
    pub permissions_from_keys: bool,
    /// The claim with the tenant or organization that the token was issued for, a text. Default `org_id`.
    pub tenant_claim: ClaimPath,
    /// The accepted values of `alg`. Default RS256.
    pub algorithms: Algorithms,
}

impl OidcConfig {
    /// Creates a configuration for an issuer with a discovery document, with the defaults.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            other_issuers: Vec::new(),
            audience: AudienceRule::Required(vec![audience.to_owned()]),
            clients: Vec::new(),
            key_ids: KeyIdRule::Required,
            subject: SubjectRule::Required,
            jwks_url: None,
            scope_claims: vec![ClaimPath::of_claim("scope")],
            role_claims: vec![ClaimPath::of_claim("roles")],
            roles_from_keys: false,
            permission_claims: Vec::new(),
            permissions_from_keys: false,
            tenant_claim: ClaimPath::of_claim("org_id"),
            algorithms: Algorithms::rs256(),
        }
    }

    /// Returns all accepted values of `iss`.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        let mut issuers = vec![self.issuer.clone()];
        issuers.extend_from_slice(&self.other_issuers);
        issuers
    }

    /// OpenID Connect Discovery 1.0, section 4.1: the path is appended to the issuer without its trailing slash.
    fn discovery(&self) -> Result<DiscoveryConfig, ProviderError> {
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        Ok(DiscoveryConfig {
            url: Url::parse(&format!("{base}/.well-known/openid-configuration"))
                .map_err(|_| ProviderError::Issuer(self.issuer.clone()))?,
            issuers: self.issuers(),
            endpoint_hosts: Vec::new(),
        })
    }
}

impl Oidc {
    /// Creates a provider for an issuer with a discovery document, with the defaults. Errors: the issuer is not a URL.
    pub fn issuer(issuer: &str, audience: &str) -> Result<Self, ProviderError> {
        Self::new(OidcConfig::new(issuer, audience))
    }

    /// Creates a provider from a configuration. Errors: it has no `jwks_url`, and its issuer is not a URL; it has
    /// neither an audience nor clients.
    pub fn new(config: OidcConfig) -> Result<Self, ProviderError> {
        if matches!(config.audience, AudienceRule::Absent) && config.clients.is_empty() {
            return Err(ProviderError::NoClients);
        }
        let keys = match &config.jwks_url {
            Some(url) => KeyAddress::Fixed(url.clone()),
            None => KeyAddress::Discovered(config.discovery()?),
        };
        Ok(Self { config, keys })
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &OidcConfig {
        &self.config
    }
}

impl Provider for Oidc {
    fn keys(&self) -> KeyAddress {
        self.keys.clone()
    }

    fn verification(&self) -> VerificationRules {
        let audience = self.config.audience.clone();
        VerificationRules {
            algorithms: self.config.algorithms.clone(),
            // `at+jwt` is the type in RFC 9068.
            types: vec!["JWT".into(), "at+jwt".into()],
            clients: self.config.clients.clone(),
            key_ids: self.config.key_ids,
            subject: self.config.subject,
            ..VerificationRules::new(self.config.issuers(), audience)
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let config = &self.config;
        let tenant = config.tenant_claim.find(token.claims());
        Ok(Principal {
            client: token.client().map(str::to_owned),
            scopes: all_of(&config.scope_claims, token, claims::scopes),
            roles: all_of(&config.role_claims, token, form(config.roles_from_keys)),
            permissions: all_of(
                &config.permission_claims,
                token,
                form(config.permissions_from_keys),
            ),
            current_tenant: tenant.and_then(Value::as_str).map(str::to_owned),
            ..Principal::without_grants(token)
        })
    }
}

type Parse = fn(Option<&Value>) -> Vec<String>;

/// Returns what parses the names of roles or permissions.
fn form(from_keys: bool) -> Parse {
    match from_keys {
        true => claims::keys,
        false => claims::names,
    }
}

/// Returns the names in all of these claims.
fn all_of(paths: &[ClaimPath], token: &VerifiedToken, parse: Parse) -> Vec<String> {
    let paths = paths.iter();
    paths
        .flat_map(|path| parse(path.find(token.claims())))
        .collect()
}

#[cfg(test)]
#[path = "oidc_tests.rs"]
mod tests;
