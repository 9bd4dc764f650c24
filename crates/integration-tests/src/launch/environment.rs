//! What a service is told, as the pairs that a container would have in its environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use local_issuer::IssuerConfig;
use tempfile::TempDir;

use super::kind::ServiceKind;

/// The settings of a service. Clones share their database, which is gone with the last of them.
#[derive(Debug, Clone)]
pub struct Environment {
    kind: ServiceKind,
    folder: Arc<TempDir>,
    changes: Vec<(&'static str, String)>,
}

impl Environment {
    /// The defaults, with a database of its own.
    pub fn new(kind: ServiceKind) -> Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        let changes = Vec::new();
        Ok(Self {
            kind,
            folder,
            changes,
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
    pub(crate) fn database_url(&self) -> String {
        format!(
            "sqlite://{}",
            self.folder.path().join("service.db").display()
        )
    }

    /// The pairs for a service that trusts the issuer of this configuration, which must have its ports.
    pub(crate) fn pairs(&self, issuer: &IssuerConfig) -> Result<BTreeMap<&'static str, String>> {
        let mut pairs = BTreeMap::from([("PORT", "0".to_owned()), ("WORKERS", "1".to_owned())]);
        match self.kind {
            ServiceKind::DescopeApi => {
                let base_url = issuer.descope.issuer_base.clone();
                pairs.insert("DATABASE_URL", self.database_url());
                pairs.insert("DESCOPE_PROJECT_ID", issuer.descope.project_id.clone());
                pairs.insert(
                    "DESCOPE_BASE_URL",
                    base_url.context("the issuer has no port")?,
                );
            }
            ServiceKind::Auth0Api => {
                let issuer_url = issuer.auth0.issuer.clone();
                pairs.insert("AUTH0_DOMAIN", crate::auth0::DOMAIN.to_owned());
                pairs.insert("AUTH0_API_AUDIENCE", issuer.auth0.audience.clone());
                pairs.insert("AUTH0_ROLES_CLAIM", issuer.auth0.roles_claim.clone());
                pairs.insert(
                    "AUTH0_ISSUER",
                    issuer_url.context("the issuer has no port")?,
                );
            }
            ServiceKind::BillingApi => {
                let issuer_url = issuer.auth0.issuer.clone();
                pairs.insert("DATABASE_URL", self.database_url());
                pairs.insert("AUDIENCE", issuer.auth0.audience.clone());
                pairs.insert("ISSUER", issuer_url.context("the issuer has no port")?);
            }
        }
        pairs.extend(self.changes.iter().cloned());
        Ok(pairs)
    }
}
