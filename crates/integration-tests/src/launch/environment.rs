//! What a service is told, as the pairs that a container would have in its environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use identity_actix::BoundServer;
use identity_actix::settings::{SettingsReader, Signals};
use local_issuer::{IssuerConfig, ProviderKind};
use tempfile::TempDir;

/// Which service is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceKind {
    /// `descope-api`
    DescopeApi,
    /// `auth0-api`
    Auth0Api,
}

/// The settings of a service. Clones share their database, which is gone with the last of them.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    kind: ServiceKind,
    folder: Arc<TempDir>,
    changes: Vec<(&'static str, String)>,
}

impl ServiceKind {
    /// The service of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::DescopeApi, Self::Auth0Api]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// What stands before the names of its settings.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::DescopeApi => "DESCOPE_API",
            Self::Auth0Api => "AUTH0_API",
        }
    }

    /// The name that stands in the service's challenges.
    pub fn name(self) -> &'static str {
        match self {
            Self::DescopeApi => "descope-api",
            Self::Auth0Api => "auth0-api",
        }
    }

    /// The provider whose tokens it accepts.
    pub fn provider(self) -> ProviderKind {
        match self {
            Self::DescopeApi => ProviderKind::Descope,
            Self::Auth0Api => ProviderKind::Auth0,
        }
    }

    /// Builds a server from settings as they stand in an environment. Must be called inside an actix runtime.
    pub(super) async fn build(self, pairs: BTreeMap<&str, String>) -> Result<BoundServer> {
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        match self {
            Self::DescopeApi => {
                let reader = SettingsReader::from_values(self.prefix(), pairs);
                let mut settings = descope_api::Settings::read(reader)?;
                settings.service.signals = Signals::Ignored;
                descope_api::server::build(settings).await
            }
            Self::Auth0Api => {
                let reader = SettingsReader::from_values(self.prefix(), pairs);
                let mut settings = auth0_api::Settings::read(reader)?;
                settings.service.signals = Signals::Ignored;
                auth0_api::server::build(settings).await
            }
        }
    }
}

impl Environment {
    /// The defaults, with a database of its own.
    pub(crate) fn new(kind: ServiceKind) -> Result<Self> {
        let folder = Arc::new(tempfile::tempdir()?);
        let changes = Vec::new();
        Ok(Self {
            kind,
            folder,
            changes,
        })
    }

    /// With one setting more.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.changes.push((name, value.to_owned()));
        self
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Where a service keeps its data.
    pub(crate) fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("users.db").display())
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
        }
        pairs.extend(self.changes.iter().cloned());
        Ok(pairs)
    }
}
