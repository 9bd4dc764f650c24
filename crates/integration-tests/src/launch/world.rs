//! A service and its issuer.

use anyhow::Result;
use local_issuer::LocalIssuer;

use super::environment::Environment;
use super::issuer::start_issuer;
use super::service::RunningService;
use crate::target::Target;

/// A service that is ready, and the issuer that it trusts.
pub struct World {
    pub(crate) issuer: LocalIssuer,
    pub(crate) service: RunningService,
    target: Target,
}

impl World {
    pub(crate) async fn start(environment: &Environment) -> Result<Self> {
        Self::around(start_issuer(environment.kind()).await?, environment).await
    }

    /// A service with these settings, around an issuer that runs already. Errors: it does not become ready.
    pub async fn around(issuer: LocalIssuer, environment: &Environment) -> Result<Self> {
        let service = RunningService::start(environment, &issuer.config()).await?;
        let service = service.ready().await?;
        let target = service.target(&issuer)?;
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

    /// Stops both.
    pub async fn stop(self) -> Result<()> {
        self.service.stop().await?;
        self.issuer.stop().await;
        Ok(())
    }
}
