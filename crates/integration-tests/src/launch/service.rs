//! A service in a thread of this process.

use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use anyhow::{Context, Result, anyhow};
use local_issuer::{IssuerConfig, LocalIssuer};
use reqwest::Client;
use service_kit::BoundServer;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::environment::Environment;
use super::live::LiveProvider;
use crate::answer::Answer;
use crate::call::Call;
use crate::http;
use crate::ready;
use crate::target::Target;
use crate::tokens::PersonaTokens;

/// A running service; dropping it stops it without waiting.
pub(crate) struct RunningService {
    /// Its folder is there as long as this is.
    environment: Environment,
    base_url: String,
    client: Client,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl RunningService {
    /// Starts a service that trusts the issuer of this configuration, whether that runs or not. Returns as soon as the
    /// port is taken: most callers go on with [`Self::ready`].
    pub(crate) async fn start(environment: &Environment, issuer: &IssuerConfig) -> Result<Self> {
        let (kind, pairs) = (environment.kind(), environment.pairs(issuer)?);
        Self::run(environment, async move || kind.build(pairs).await).await
    }

    /// Starts a service that trusts a real provider, with a database of its own.
    pub(crate) async fn start_live(
        environment: &Environment,
        provider: &LiveProvider,
    ) -> Result<Self> {
        let (provider, database_url) = (provider.clone(), environment.database_url());
        Self::run(environment, async move || {
            provider.build(database_url).await
        })
        .await
    }

    async fn run(
        environment: &Environment,
        build: impl AsyncFnOnce() -> Result<BoundServer> + Send + 'static,
    ) -> Result<Self> {
        let kind = environment.kind();
        let (started, start) = oneshot::channel();
        let run = move || {
            System::new().block_on(async move {
                match build().await {
                    Ok(server) => {
                        drop(started.send(Ok((server.address(), server.handle()))));
                        // The server ends when it is stopped; there is nobody left to tell why.
                        drop(server.run().await);
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        };
        let name = kind.name().to_owned();
        let thread = thread::Builder::new().name(name).spawn(run)?;
        let started = start
            .await
            .context("the thread of the service ended at start");
        let (address, handle) = started??;
        Ok(Self {
            environment: environment.clone(),
            base_url: format!("http://{address}"),
            client: http::client()?,
            handle,
            thread: Some(thread),
        })
    }

    /// A request that needs a token and nothing more.
    pub(crate) fn any_caller(&self) -> Call {
        self.environment.kind().any_caller()
    }

    /// Where it listens.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Waits until the service says that it is ready.
    pub(crate) async fn ready(self) -> Result<Self> {
        self.until_ready().await?;
        Ok(self)
    }

    /// As [`Self::ready`], for a service that was started before its issuer.
    pub(crate) async fn until_ready(&self) -> Result<()> {
        ready::until_ready(&self.client, &self.base_url).await
    }

    /// Asks the service, whether it is ready or not.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer> {
        http::send(&self.client, &self.base_url, call).await
    }

    /// The service as a target, with tokens of this issuer.
    pub(crate) fn target(&self, issuer: &LocalIssuer) -> Result<Target> {
        let kind = self.environment.kind();
        let tokens = PersonaTokens::of(kind, issuer);
        Ok(Target::new(kind, &self.base_url, tokens)?.with_issuer(issuer))
    }

    /// Stops the service and waits until its port and its database are free. Open requests are not waited for.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.handle.stop(false).await;
        if let Some(thread) = self.thread.take() {
            let joined = spawn_blocking(move || thread.join()).await?;
            joined.map_err(|_| anyhow!("the thread of the service panicked"))?;
        }
        Ok(())
    }
}

impl Drop for RunningService {
    fn drop(&mut self) {
        // The command is sent when the future is made; nothing is left to wait for.
        drop(self.handle.stop(false));
    }
}
