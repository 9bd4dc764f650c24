//! All that is particular to Descope.

use std::fmt;
use std::str::FromStr;

use identity_core::claims::{self, Claims, ClaimsError};
use identity_core::{
    AudienceRule, DiscoveryConfig, Principal, Provider, RefusedKind, TenantGrants, TokenKind,
    VerificationRules, VerifiedToken,
};
use serde_json::Value;
use service_kit::settings::IssuerSettings;

use crate::settings::DescopeSettings;

/// A Descope project's id: `P` and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectId(String);

impl ProjectId {
    /// The address of the project's region: ids of 32 characters and more name it after their `P`, as the official
    /// SDKs read them.
    pub fn base_url(&self) -> String {
        match self.0.get(1..5) {
            Some(region) if self.0.len() >= 32 => format!("https://api.{region}.descope.com"),
            _ => "https://api.descope.com".to_owned(),
        }
    }

    /// The id as it stands in tokens and addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text
            .chars()
            .all(|character| character.is_ascii_alphanumeric());
        if plain && text.starts_with('P') && (10..=64).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "expected a Descope project id: P followed by letters and digits, from the project's settings page",
            )
        }
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Tokens of one Descope project.
///
/// Not checked: whether a session was ended before its time (Descope has no introspection), and tenants, which a
/// handler asks for with [`Principal::has_role_in`].
#[derive(Debug, Clone)]
pub struct Descope {
    settings: DescopeSettings,
    issuer: IssuerSettings,
}

impl Descope {
    /// The project that `settings` name, read as strictly as `issuer` says.
    pub fn new(settings: DescopeSettings, issuer: IssuerSettings) -> Self {
        Self { settings, issuer }
    }

    /// A project issues tokens under several names, according to how they were made: its SDKs' sessions under its bare
    /// id, its OIDC app under its address, access keys and inbound apps under `/v1/apps`.
    fn issuers(&self) -> Vec<String> {
        let (base, id) = (self.settings.base_url(), &self.settings.project_id);
        vec![
            format!("{base}/{id}"),
            format!("{base}/v1/apps/{id}"),
            id.to_string(),
        ]
    }

    /// Where the project's endpoints and keys are told.
    pub fn discovery(&self) -> DiscoveryConfig {
        DiscoveryConfig {
            url: self.settings.discovery_url.clone(),
            issuers: self.issuers(),
            endpoint_hosts: self.issuer.jwks_hosts.clone(),
        }
    }

    fn audience(&self) -> AudienceRule {
        let project = self.settings.project_id.to_string();
        match &self.settings.audience {
            // An audience of one's own is there to tell apart apps of one project: a token without any is for none.
            Some(audience) if *audience != project => {
                AudienceRule::Required(vec![audience.clone()])
            }
            _ if self.settings.require_audience => AudienceRule::Required(vec![project]),
            _ => AudienceRule::RequiredUnless(vec![project], is_session),
        }
    }
}

/// Session tokens and those of access keys have no `aud`.
fn is_session(claims: &Claims) -> bool {
    let text = |name| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    text("drn") == "DS" || text("sub").starts_with('K')
}

impl Provider for Descope {
    fn verification(&self) -> VerificationRules {
        let refused = |kind, claim, value| RefusedKind {
            kind,
            claim,
            value: Some(value),
        };
        self.issuer.applied_to(VerificationRules {
            algorithms: self.settings.algorithms.clone(),
            // They have the same audience, and the scopes, of an access token: only these claims tell them apart.
            refused: vec![
                refused(TokenKind::Refresh, "drn", "DSR"),
                refused(TokenKind::Refresh, "token_type", "refresh_token"),
                refused(TokenKind::Id, "token_type", "id_token"),
            ],
            ..VerificationRules::new(self.issuers(), self.audience())
        })
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let tenants = token.claim("tenants").and_then(Value::as_object);
        let tenants = tenants
            .into_iter()
            .flatten()
            .map(|(id, grants)| (id.clone(), grants_of(grants)));
        let mut principal = Principal {
            client: token.text("azp").map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim("roles")),
            permissions: claims::names(token.claim("permissions")),
            tenants: tenants.collect(),
            current_tenant: token.text("dct").map(str::to_owned),
            ..Principal::without_grants(token)
        };
        if principal.current_tenant.is_none() && principal.tenants.len() == 1 {
            principal.current_tenant = principal.tenants.keys().next().cloned();
        }
        Ok(principal)
    }
}

fn grants_of(grants: &Value) -> TenantGrants {
    TenantGrants {
        roles: claims::names(grants.get("roles")),
        permissions: claims::names(grants.get("permissions")),
    }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
