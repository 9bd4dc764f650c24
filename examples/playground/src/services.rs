//! Starts and stops the local issuer and all services.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use local_issuer::{LocalIssuer, Secret, Service};
use service_kit::program::url_of;
use service_kit::{BoundServer, Stopping, healthcheck};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use crate::ports::Ports;
use crate::settings;

/// The running local issuer and services.
pub struct Services {
    issuer: LocalIssuer,
    descope_api: Running,
    auth0_api: Running,
    auth_server: Running,
    billing_api: Running,
    ended: tokio::sync::Mutex<mpsc::Receiver<anyhow::Error>>,
    /// The data of the services, deleted when the playground ends.
    _data: TempDir,
}

struct Running {
    name: &'static str,
    address: SocketAddr,
    stopping: Stopping,
    task: JoinHandle<()>,
}

impl Services {
    /// Starts everything and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If a port is taken or a service does not become ready.
    pub async fn start(ports: Ports, control_token: &Secret) -> anyhow::Result<Self> {
        ports.check()?;
        let issuer = LocalIssuer::start(settings::issuer(ports, control_token)).await?;
        let data = tempfile::tempdir().context("a folder for the data cannot be made")?;
        let (tell, ended) = mpsc::channel(4);
        let run = |name, server| run(name, server, tell.clone());

        let settings = settings::descope_api(&issuer, ports.descope_api, &data)?;
        let descope_api = run("descope-api", descope_api::server::build(settings).await?);
        let settings = settings::auth0_api(&issuer, ports.auth0_api)?;
        let auth0_api = run("auth0-api", auth0_api::server::build(settings).await?);
        let settings = settings::auth_server(ports.auth_server, &data);
        let auth_server = run("auth-server", auth_server::server::build(settings).await?);
        let issuer_url = url_of(auth_server.address);
        let settings = settings::billing_api(&issuer_url, ports.billing_api, &data)?;
        let billing_api = run("billing-api", billing_api::server::build(settings).await?);
        let services = Self {
            issuer,
            descope_api,
            auth0_api,
            auth_server,
            billing_api,
            ended: tokio::sync::Mutex::new(ended),
            _data: data,
        };
        for service in services.all() {
            ready(service).await?;
        }
        services.list()?;
        Ok(services)
    }

    /// Lists the services on the issuer's page.
    fn list(&self) -> anyhow::Result<()> {
        let tokens_of = ["descope", "auth0", "other", "other"];
        let listed = self.all().into_iter().zip(tokens_of);
        let listed = listed.map(|(service, tokens)| {
            format!("{} {tokens} {}", service.name, url_of(service.address)).parse::<Service>()
        });
        self.issuer.list_services(listed.collect::<Result<_, _>>()?);
        Ok(())
    }

    /// Returns the issuer of the tokens for descope-api and auth0-api.
    pub fn issuer(&self) -> &LocalIssuer {
        &self.issuer
    }

    /// Returns the URL of descope-api.
    pub fn descope_api(&self) -> String {
        url_of(self.descope_api.address)
    }

    /// Returns the URL of auth0-api.
    pub fn auth0_api(&self) -> String {
        url_of(self.auth0_api.address)
    }

    /// Returns the URL of auth-server, which is the issuer of the tokens for billing-api.
    pub fn auth_server(&self) -> String {
        url_of(self.auth_server.address)
    }

    /// Returns the URL of billing-api.
    pub fn billing_api(&self) -> String {
        url_of(self.billing_api.address)
    }

    /// Waits until a service stops unexpectedly, and returns the reason.
    pub async fn ended(&self) -> anyhow::Error {
        let error = self.ended.lock().await.recv().await;
        error.unwrap_or_else(|| anyhow!("the services have ended"))
    }

    /// Waits for open requests to finish, then stops everything.
    pub async fn stop(self) {
        for service in self.all() {
            service.stopping.stop();
        }
        let services = [
            self.descope_api,
            self.auth0_api,
            self.auth_server,
            self.billing_api,
        ];
        for service in services {
            // Its error was already reported.
            let _ = service.task.await;
        }
        self.issuer.stop().await;
    }

    fn all(&self) -> [&Running; 4] {
        [
            &self.descope_api,
            &self.auth0_api,
            &self.auth_server,
            &self.billing_api,
        ]
    }
}

fn run(name: &'static str, server: BoundServer, tell: mpsc::Sender<anyhow::Error>) -> Running {
    let (address, stopping) = (server.address(), server.stopping());
    let task = actix_web::rt::spawn(async move {
        let outcome = server.run().await;
        let error = match outcome {
            Ok(()) => anyhow!("{name} has ended"),
            Err(error) => anyhow!(error).context(format!("{name} has failed")),
        };
        // The receiver is gone once the playground is stopping.
        let _ = tell.send(error).await;
    });
    Running {
        name,
        address,
        stopping,
        task,
    }
}

/// Polls until the service is ready: it fetches the issuer's keys first. Fails after 15 seconds.
async fn ready(service: &Running) -> anyhow::Result<()> {
    let (ip, port) = (service.address.ip(), service.address.port());
    let mut again = interval(Duration::from_millis(20));
    let asking = async {
        loop {
            again.tick().await;
            if healthcheck(ip, port).await.is_ok() {
                return;
            }
        }
    };
    if timeout(Duration::from_secs(15), asking).await.is_err() {
        bail!(
            "{} is not ready: {:?}",
            service.name,
            healthcheck(ip, port).await.err()
        );
    }
    Ok(())
}
