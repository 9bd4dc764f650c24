//! A service in a thread of this process.

use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use anyhow::{Context, Result, anyhow};
use local_issuer::{IssuerConfig, LocalIssuer};
use service_kit::settings::SettingsReader;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::build::build;
use super::environment::Environment;
use crate::target::Target;
use crate::tokens::Tokens;

/// A running service; dropping it stops it without waiting.
pub(crate) struct RunningService {
    /// Its folder is there as long as this is.
    _environment: Environment,
    /// The service, without tokens.
    pub(crate) target: Target,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl RunningService {
    /// Starts a service that trusts the issuer of this configuration, whether that runs or not. Returns as soon as the
    /// port is taken: most callers go on with [`Target::until_ready`].
    pub(crate) async fn start(environment: &Environment, issuer: &IssuerConfig) -> Result<Self> {
        let (prefix, pairs) = (environment.kind().prefix(), environment.pairs(issuer)?);
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        Self::run(environment, SettingsReader::from_values(prefix, pairs)).await
    }

    /// Starts a service that trusts the real provider which the environment of this process names, with a database of its own.
    pub(crate) async fn start_live(environment: &Environment) -> Result<Self> {
        let reader = SettingsReader::from_env(environment.kind().prefix());
        Self::run(environment, reader).await
    }

    async fn run(environment: &Environment, reader: SettingsReader) -> Result<Self> {
        let (kind, database_url) = (environment.kind(), environment.database_url());
        let (started, start) = oneshot::channel();
        let run = move || {
            System::new().block_on(async move {
                match build(kind, reader, database_url).await {
                    Ok(server) => {
                        drop(started.send(Ok((server.address(), server.handle()))));
                        // The server ends when it is stopped; why, is of no interest any more.
                        drop(server.run().await);
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        };
        let thread = thread::Builder::new().name(kind.name().to_owned());
        let thread = thread.spawn(run)?;
        let started = start.await;
        let (address, handle) = started.context("the thread of the service ended at start")??;
        Ok(Self {
            _environment: environment.clone(),
            target: Target::at(kind, &format!("http://{address}"))?,
            handle,
            thread: Some(thread),
        })
    }

    /// The service, with tokens of this issuer.
    pub(crate) fn trusting(&self, issuer: &LocalIssuer) -> Target {
        let tokens = Tokens::of(self.target.kind(), issuer);
        let target = self.target.clone().with_tokens(tokens);
        target.with_issuer(issuer)
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
