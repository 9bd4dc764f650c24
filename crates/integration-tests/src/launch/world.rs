//! A service and its issuer.

use anyhow::Result;
use local_issuer::LocalIssuer;

use super::environment::Environment;
use super::issuer::start_issuer;
use super::service::RunningService;
use crate::kind::ServiceKind;
use crate::target::Target;

/// A service that is ready, and the issuer that it trusts.
pub struct World {
    pub(crate) issuer: LocalIssuer,
    pub(crate) service: RunningService,
    target: Target,
}

impl World {
    /// Starts both with the default settings.
    pub(crate) async fn of(kind: ServiceKind) -> Result<Self> {
        Self::start(&Environment::new(kind)?).await
    }

    /// Starts both. Errors: the service does not become ready.
    pub async fn start(environment: &Environment) -> Result<Self> {
        Self::around(start_issuer(environment.kind()).await?, environment).await
    }

    /// As [`Self::start`], with an issuer that runs already.
    pub async fn around(issuer: LocalIssuer, environment: &Environment) -> Result<Self> {
        let service = RunningService::start(environment, &issuer.config()).await?;
        service.target.until_ready().await?;
        let target = service.trusting(&issuer);
        Ok(Self {
            issuer,
            service,
            target,
        })
    }

    /// The service.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// Checks the service, and stops both.
    pub(crate) async fn check(self, check: impl AsyncFnOnce(&Target) -> Result<()>) -> Result<()> {
        let checked = check(&self.target).await;
        self.stop().await?;
        checked
    }

    /// Stops both.
    pub async fn stop(self) -> Result<()> {
        self.service.stop().await?;
        self.issuer.stop().await;
        Ok(())
    }
}
