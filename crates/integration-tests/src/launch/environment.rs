//! The settings of a service, as the pairs that a container would have in its environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use local_issuer::IssuerConfig;
use tempfile::TempDir;

use crate::kind::ServiceKind;

/// The tenant's domain that auth0-api is configured with. It is never contacted: `AUTH0_ISSUER` says where the issuer is.
pub(crate) const AUTH0_DOMAIN: &str = "tenant.example.com";

/// The settings of a service. Clones share their database, which is removed with the last of them.
#[derive(Debug, Clone)]
pub struct Environment {
    kind: ServiceKind,
    folder: Arc<TempDir>,
    changes: Vec<(&'static str, String)>,
}

impl Environment {
    /// The defaults, with a database of its own.
    pub fn new(kind: ServiceKind) -> Result<Self> {
        Ok(Self {
            kind,
            folder: Arc::new(tempfile::tempdir()?),
            changes: Vec::new(),
        })
    }

    /// With one setting more.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.changes.push((name, value.to_owned()));
        self
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Where a service keeps its data.
    pub(super) fn database_url(&self) -> String {
        format!(
            "sqlite://{}",
            self.folder.path().join("service.db").display()
        )
    }

    /// The pairs for a service that trusts the issuer of this configuration, which must have its addresses.
    pub(super) fn pairs(&self, issuer: &IssuerConfig) -> Result<BTreeMap<&'static str, String>> {
        let mut pairs = self.kind.trust(issuer)?;
        pairs.insert("WORKERS", "1".to_owned());
        pairs.extend(self.changes.iter().cloned());
        Ok(pairs)
    }
}

impl ServiceKind {
    /// The settings that name this issuer, which must have its addresses.
    pub fn trust(self, issuer: &IssuerConfig) -> Result<BTreeMap<&'static str, String>> {
        let (descope, auth0) = (&issuer.descope, &issuer.auth0);
        let address = |address: &Option<String>| address.clone().context("the issuer has no port");
        Ok(BTreeMap::from_iter(match self {
            Self::DescopeApi => vec![
                ("DESCOPE_PROJECT_ID", descope.project_id.clone()),
                ("DESCOPE_BASE_URL", address(&descope.issuer_base)?),
            ],
            Self::Auth0Api => vec![
                ("AUTH0_DOMAIN", AUTH0_DOMAIN.to_owned()),
                ("AUTH0_API_AUDIENCE", auth0.audience.clone()),
                ("AUTH0_ROLES_CLAIM", auth0.roles_claim.clone()),
                ("AUTH0_ISSUER", address(&auth0.issuer)?),
            ],
            Self::BillingApi => vec![
                ("AUDIENCE", auth0.audience.clone()),
                ("ISSUER", address(&auth0.issuer)?),
            ],
        }))
    }
}
