//! A service and its issuer.

use anyhow::Result;
use local_issuer::LocalIssuer;

use super::environment::Environment;
use super::issuer::start_issuer;
use super::service::RunningService;
use crate::target::Target;

/// A service that is ready, and the issuer that it trusts.
pub(crate) struct World {
    pub(crate) issuer: LocalIssuer,
    pub(crate) service: RunningService,
    target: Target,
}

impl World {
    pub(crate) async fn start(environment: &Environment) -> Result<Self> {
        Self::around(start_issuer(environment.kind()).await?, environment).await
    }

    /// As [`Self::start`], with an issuer that runs already.
    pub(crate) async fn around(issuer: LocalIssuer, environment: &Environment) -> Result<Self> {
        let service = RunningService::start(environment, &issuer.config()).await?;
        let service = service.ready().await?;
        let target = service.target(&issuer)?;
        Ok(Self {
            issuer,
            service,
            target,
        })
    }

    pub(crate) fn target(&self) -> Target {
        self.target.clone()
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.service.stop().await?;
        self.issuer.stop().await;
        Ok(())
    }
}
