//! An issuer of this process, and services that trust it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use benchmarks::settings;
use integration_tests::{ReservedPorts, ServiceKind};
use local_issuer::{Endpoint, IssuerConfig, LocalIssuer, ProviderHandle, Rotation, TokenKind};

use crate::arguments::Arguments;
use crate::service::Service;

/// How many tokens the callers have; as many callers as that have one each.
const TOKENS: usize = 64;

/// An issuer that can be stopped and started again.
pub struct World {
    program: PathBuf,
    kind: ServiceKind,
    config: IssuerConfig,
    issuer: Option<LocalIssuer>,
    /// They stay the issuer's while it is down.
    _ports: ReservedPorts,
}

impl World {
    pub async fn start(arguments: &Arguments) -> Result<Self> {
        let ports = ReservedPorts::take()?;
        let config = IssuerConfig {
            token_lifetime: Some(Duration::from_secs(24 * 60 * 60)),
            ..ports.config(arguments.service)?
        };
        let mut world = Self {
            program: arguments.program.clone(),
            kind: arguments.service,
            config,
            issuer: None,
            _ports: ports,
        };
        world.start_issuer().await?;
        Ok(world)
    }

    /// A service with these settings besides those that name the issuer.
    pub async fn service(&self, changes: &[(&'static str, &str)]) -> Result<Service> {
        let mut settings = settings(self.kind, &self.config)?;
        let changes = changes.iter();
        settings.extend(changes.map(|(name, value)| (*name, (*value).to_owned())));
        Service::start(&self.program, settings).await
    }

    /// A service that has its keys.
    pub async fn warm_service(&self, changes: &[(&'static str, &str)]) -> Result<Service> {
        let service = self.service(changes).await?;
        service.until(&["ready"]).await?;
        Ok(service)
    }

    /// Good tokens, signed with the current key, each another one.
    pub fn tokens(&self) -> Result<Vec<String>> {
        let issuer = self.issuer()?;
        let mint = |number: usize| {
            let mint = issuer.mint("admin", TokenKind::Access)?;
            Ok(mint.claim("number", number).token()?)
        };
        (0..TOKENS).map(mint).collect()
    }

    /// The issuer's side that the service trusts.
    pub fn issuer(&self) -> Result<&ProviderHandle> {
        let issuer = self.issuer.as_ref().context("the issuer is down")?;
        Ok(issuer.provider(self.kind.provider()))
    }

    /// How often the discovery document and the key set were requested.
    pub fn fetches(&self) -> Result<(u64, u64)> {
        let issuer = self.issuer()?;
        let count = |endpoint| issuer.endpoint_requests(endpoint);
        Ok((count(Endpoint::Discovery), count(Endpoint::Jwks)))
    }

    /// Changes the signing key. Making one takes a while, which must not hold up the callers.
    pub async fn rotate(&self, rotation: Rotation) -> Result<()> {
        let issuer = self.issuer()?.clone();
        tokio::task::spawn_blocking(move || issuer.rotate(rotation)).await??;
        Ok(())
    }

    /// Nothing listens at its ports any more.
    pub async fn stop_issuer(&mut self) -> Result<()> {
        let issuer = self.issuer.take().context("the issuer is down already")?;
        self.config = issuer.config();
        issuer.stop().await;
        Ok(())
    }

    /// The same issuer, with the same keys, at the same ports.
    pub async fn start_issuer(&mut self) -> Result<()> {
        self.issuer = Some(LocalIssuer::start(self.config.clone()).await?);
        Ok(())
    }
}
