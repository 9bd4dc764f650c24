//! A provider for any OpenID Connect issuer whose access tokens are JWTs.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::ProviderError;
use crate::access_mark::AccessMark;
use crate::algorithms::Algorithms;
use crate::claims::{self, ClaimPath, ClaimsError};
use crate::discovery::DiscoveryConfig;
use crate::keys::KeyAddress;
use crate::principal::{Principal, TenantRights};
use crate::provider::Provider;
use crate::verification_rules::{AudienceRule, KeyIdRule, SubjectRule, VerificationRules};
use crate::verified_token::VerifiedToken;

/// Accepts the access tokens of any OpenID Connect issuer.
///
/// Not checked: revocation, and the tenant, except by rules about one ([`Rule::Member`](crate::Rule::Member)).
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
    /// Whether each of these keys has an object whose keys are the tenants that granted the role, as Zitadel's. The role is
    /// then one of those tenants alone ([`Principal::has_role_in`]), and one outside of tenants only if the token's own
    /// tenant granted it. Implies `roles_from_keys`. Default `false`.
    pub roles_by_tenant: bool,
    /// The claims with permissions; those of all of them count. Default none: callers have no permissions.
    pub permission_claims: Vec<ClaimPath>,
    /// Whether the permissions are the keys of an object; see [`keys`](claims::keys). Default `false`.
    pub permissions_from_keys: bool,
    /// The claim with the tenant or organization that the token was issued for, a text. Default `org_id`.
    pub tenant_claim: ClaimPath,
    /// How that claim names the tenant. Default [`TenantForm::Text`].
    pub tenant_form: TenantForm,
    /// Claims without which a token is no access token of this issuer. Default none; set one if an ID token could have your
    /// audience.
    pub marks: Vec<AccessMark>,
    /// The accepted values of `alg`. Default RS256.
    pub algorithms: Algorithms,
}

/// How a token names its tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantForm {
    /// As a text; any other type names none.
    #[default]
    Text,
    /// As a text, the only element of a list, or the only key of an object, as Keycloak's `organization`. Several name none,
    /// because the token is not for one of them. Roles and permissions are those outside of tenants, and none are those of
    /// this one: of the rules about tenants, only [`Rule::Member`](crate::Rule::Member) can hold.
    OnlyOne,
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
            roles_by_tenant: false,
            permission_claims: Vec::new(),
            permissions_from_keys: false,
            tenant_claim: ClaimPath::of_claim("org_id"),
            tenant_form: TenantForm::Text,
            marks: Vec::new(),
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
            marks: self.config.marks.clone(),
            ..VerificationRules::new(self.config.issuers(), audience)
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let config = &self.config;
        let current_tenant = config
            .tenant_form
            .tenant(config.tenant_claim.find(token.claims()));
        let tenants = match config.roles_by_tenant {
            true => by_tenant(&config.role_claims, token),
            // The issuer grants roles outside of tenants only.
            false if config.tenant_form == TenantForm::OnlyOne => current_tenant
                .iter()
                .map(|tenant| (tenant.clone(), TenantRights::default()))
                .collect(),
            false => BTreeMap::new(),
        };
        let roles = match config.roles_by_tenant {
            true => {
                let own = current_tenant.as_ref().and_then(|own| tenants.get(own));
                own.map(|granted| granted.roles.clone()).unwrap_or_default()
            }
            false => all_of(&config.role_claims, token, form(config.roles_from_keys)),
        };
        Ok(Principal {
            client: token.client().map(str::to_owned),
            scopes: all_of(&config.scope_claims, token, claims::scopes),
            roles,
            permissions: all_of(
                &config.permission_claims,
                token,
                form(config.permissions_from_keys),
            ),
            tenants,
            current_tenant,
            ..Principal::without_rights(token)
        })
    }
}

impl TenantForm {
    /// Returns the tenant that this claim names.
    fn tenant(self, claim: Option<&Value>) -> Option<String> {
        let named = match (self, claim?) {
            (_, Value::String(name)) => return Some(name.clone()),
            (Self::Text, _) => return None,
            (Self::OnlyOne, Value::Object(members)) => members.keys().cloned().collect(),
            (Self::OnlyOne, list) => claims::names(Some(list)),
        };
        match <[String; 1]>::try_from(named) {
            Ok([only]) => Some(only),
            Err(_) => None,
        }
    }
}

/// Returns the roles by the tenants that granted them, as in `{"admin": {"O1": "acme.example"}}`.
fn by_tenant(paths: &[ClaimPath], token: &VerifiedToken) -> BTreeMap<String, TenantRights> {
    let mut tenants = BTreeMap::<String, TenantRights>::new();
    let claims = paths.iter().filter_map(|path| path.find(token.claims()));
    for (role, granted_by) in claims.filter_map(Value::as_object).flatten() {
        for (tenant, name) in granted_by.as_object().into_iter().flatten() {
            if !role.is_empty() && name.is_string() {
                let tenant = tenants.entry(tenant.clone()).or_default();
                tenant.roles.push(role.clone());
            }
        }
    }
    tenants
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
