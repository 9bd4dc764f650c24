//! The provider Descope.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use url::Url;

use super::ProviderError;
use crate::algorithms::Algorithms;
use crate::claims::{self, Claims, ClaimsError};
use crate::discovery::DiscoveryConfig;
use crate::keys::KeyAddress;
use crate::principal::{Principal, TenantRights};
use crate::provider::Provider;
use crate::refused_kind::{RefusedKind, TokenKind};
use crate::verification_rules::{AudienceRule, VerificationRules};
use crate::verified_token::VerifiedToken;

/// Accepts the tokens of one Descope project: access tokens of its apps, session tokens, and tokens of access keys.
///
/// Not checked: whether a session was ended early (Descope has no introspection), and the tenant, except by rules about one
/// ([`Rule::Member`](crate::Rule::Member)).
///
/// ```
/// use identity_core::providers::{Descope, DescopeConfig};
///
/// let provider = Descope::project("P2RFvFexVaxxNFK6rhP0ePtaGfTK")?;
///
/// let strict = Descope::new(DescopeConfig {
///     require_audience: true,
///     ..provider.config().clone()
/// });
/// # Ok::<(), identity_core::providers::ProviderError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Descope {
    config: DescopeConfig,
}

/// Configuration of [`Descope`].
#[derive(Debug, Clone)]
pub struct DescopeConfig {
    /// The project whose tokens are accepted.
    pub project_id: ProjectId,
    /// The URL of the discovery document. Its origin is also the origin of the project's issuers.
    pub discovery_url: Url,
    /// The tenants whose own issuers (`{base}/v1/apps/{project}/{tenant}`) are accepted as well, by id. Default none.
    pub tenant_issuers: Vec<String>,
    /// The MCP servers whose own issuers (`{base}/v1/apps/agentic/{project}/{server}`) are accepted as well, by id.
    /// Default none.
    pub mcp_servers: Vec<String>,
    /// The accepted values of `aud` instead of the project id, which is in the tokens of every app of the project.
    /// Default none: the project id.
    pub audiences: Vec<String>,
    /// Whether tokens without `aud` (those of sessions and access keys) are refused. Default `false`.
    pub require_audience: bool,
    /// The accepted values of `alg`. Default RS256.
    pub algorithms: Algorithms,
}

/// A Descope project id: `P` followed by letters and digits, 10 to 64 characters in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectId(String);

impl ProjectId {
    /// Returns the base URL of the project's region. Ids of 32 or more characters have the region after the `P`, as in
    /// the official SDKs.
    #[must_use]
    pub fn base_url(&self) -> String {
        match self.0.get(1..5) {
            Some(region) if self.0.len() >= 32 => format!("https://api.{region}.descope.com"),
            _ => "https://api.descope.com".to_owned(),
        }
    }

    /// Returns the id as it appears in tokens and URLs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectId {
    type Err = ProviderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text
            .chars()
            .all(|character| character.is_ascii_alphanumeric());
        if plain && text.starts_with('P') && (10..=64).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProviderError::ProjectId)
        }
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl DescopeConfig {
    /// Creates a configuration with the defaults, for a project in its own region or at `base_url` (a custom domain).
    /// Errors: `base_url` is not a URL.
    pub fn new(project_id: ProjectId, base_url: Option<&str>) -> Result<Self, ProviderError> {
        let base = base_url.map_or_else(|| project_id.base_url(), str::to_owned);
        let base = base.trim_end_matches('/');
        let discovery_url = format!("{base}/{project_id}/.well-known/openid-configuration");
        Ok(Self {
            discovery_url: Url::parse(&discovery_url)
                .map_err(|_| ProviderError::Issuer(base.to_owned()))?,
            project_id,
            tenant_issuers: Vec::new(),
            mcp_servers: Vec::new(),
            audiences: Vec::new(),
            require_audience: false,
            algorithms: Algorithms::rs256(),
        })
    }

    /// Returns the base URL of the project's issuers, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.discovery_url.origin().ascii_serialization()
    }

    /// Returns the authorization endpoint and the token endpoint of the project's OpenID applications.
    #[must_use]
    pub fn sign_in_endpoints(&self) -> [String; 2] {
        let base = self.base_url();
        ["authorize", "token"].map(|name| format!("{base}/oauth2/v1/{name}"))
    }
}

impl Descope {
    /// Creates a provider for the project with this id, with the defaults. Errors: the id is invalid.
    pub fn project(id: &str) -> Result<Self, ProviderError> {
        Ok(Self::new(DescopeConfig::new(id.parse()?, None)?))
    }

    /// Creates a provider from a configuration.
    #[must_use]
    pub fn new(config: DescopeConfig) -> Self {
        Self { config }
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &DescopeConfig {
        &self.config
    }

    /// Returns the configuration of discovery, which has the project's endpoints and keys.
    #[must_use]
    pub fn discovery(&self) -> DiscoveryConfig {
        DiscoveryConfig {
            url: self.config.discovery_url.clone(),
            issuers: self.issuers(),
            endpoint_hosts: Vec::new(),
        }
    }

    /// Returns the issuers of a project. Its tokens differ by origin: sessions of the SDKs have the bare project id,
    /// the OIDC app has the URL of the project, access keys and inbound apps have one below `/v1/apps`. All of them are
    /// signed with the project's keys.
    fn issuers(&self) -> Vec<String> {
        let (base, id) = (self.config.base_url(), &self.config.project_id);
        let mut issuers = vec![
            format!("{base}/{id}"),
            format!("{base}/v1/apps/{id}"),
            id.to_string(),
        ];
        let tenants = self.config.tenant_issuers.iter();
        issuers.extend(tenants.map(|tenant| format!("{base}/v1/apps/{id}/{tenant}")));
        let servers = self.config.mcp_servers.iter();
        issuers.extend(servers.map(|server| format!("{base}/v1/apps/agentic/{id}/{server}")));
        issuers
    }

    fn audience(&self) -> AudienceRule {
        let project = self.config.project_id.to_string();
        let own = &self.config.audiences;
        // An audience of one's own tells apps of one project apart, so that a token without `aud` is not accepted.
        if own.iter().any(|audience| *audience != project) {
            AudienceRule::Required(own.clone())
        } else if self.config.require_audience {
            AudienceRule::Required(vec![project])
        } else {
            AudienceRule::RequiredUnless(vec![project], is_session)
        }
    }
}

/// Returns whether these are the claims of a session token or of an access key, which have no `aud`.
fn is_session(claims: &Claims) -> bool {
    let text = |name| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    text("drn") == "DS" || text("sub").starts_with('K')
}

impl Provider for Descope {
    fn keys(&self) -> KeyAddress {
        KeyAddress::Discovered(self.discovery())
    }

    fn verification(&self) -> VerificationRules {
        VerificationRules {
            algorithms: self.config.algorithms.clone(),
            // Refresh tokens have the audience and scopes of an access token: only `drn` and `token_type` differ.
            refused: vec![RefusedKind::with_value(TokenKind::Refresh, "drn", "DSR")],
            ..VerificationRules::new(self.issuers(), self.audience())
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let listed = token.claim("tenants");
        let tenants = listed.and_then(Value::as_object).into_iter().flatten();
        let tenants = tenants.map(|(id, grants)| (id.clone(), grants_of(grants)));
        let mut principal = Principal {
            client: token.text("azp").map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim("roles")),
            permissions: claims::names(token.claim("permissions")),
            tenants: tenants.collect(),
            current_tenant: token.text("dct").map(str::to_owned),
            ..Principal::without_rights(token)
        };
        if listed.is_some() {
            // Even an empty list: the rights beside it are those of the project, and never of a tenant that it does not name.
            let tenants = &principal.tenants;
            principal
                .current_tenant
                .take_if(|id| !tenants.contains_key(id.as_str()));
        }
        if token.claim("dct").is_none() && principal.tenants.len() == 1 {
            principal.current_tenant = principal.tenants.keys().next().cloned();
        }
        Ok(principal)
    }
}

fn grants_of(grants: &Value) -> TenantRights {
    TenantRights {
        roles: claims::names(grants.get("roles")),
        permissions: claims::names(grants.get("permissions")),
    }
}

#[cfg(test)]
#[path = "descope_tests.rs"]
mod tests;
