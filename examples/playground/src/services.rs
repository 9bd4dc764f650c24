//! Starting and stopping everything.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::{Context, anyhow, bail};
use auth0_api::Auth0Settings;
use descope_api::DescopeSettings;
use identity_actix::settings::{IssuerSettings, ServiceSettings, Signals};
use identity_actix::{BoundServer, healthcheck};
use local_issuer::{Auth0Config, DescopeConfig, IssuerConfig, LocalIssuer};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};

/// Where everything listens; 0 takes any port that is free.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    descope_api: u16,
    auth0_api: u16,
    issuer_descope: u16,
    issuer_auth0: u16,
}

impl Ports {
    /// The ports that the documentation speaks of.
    pub const USUAL: Self = Self {
        descope_api: descope_api::Settings::DEFAULT_PORT,
        auth0_api: auth0_api::Settings::DEFAULT_PORT,
        issuer_descope: 9000,
        issuer_auth0: 9001,
    };
    /// Whatever is free.
    pub const FREE: Self = Self {
        descope_api: 0,
        auth0_api: 0,
        issuer_descope: 0,
        issuer_auth0: 0,
    };

    /// Says which port is taken in the words of this program: the services would name settings that it does not read.
    fn check(self) -> anyhow::Result<()> {
        for port in [
            self.descope_api,
            self.auth0_api,
            self.issuer_descope,
            self.issuer_auth0,
        ] {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
                format!(
                    "port {port} is taken: stop what is using it, or let --free-ports take others"
                )
            })?;
        }
        Ok(())
    }
}

/// Everything that runs.
pub struct Services {
    issuer: LocalIssuer,
    descope_api: Running,
    auth0_api: Running,
    ended: tokio::sync::Mutex<mpsc::Receiver<anyhow::Error>>,
    /// Users live here, for as long as the playground runs.
    _data: TempDir,
}

struct Running {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Services {
    /// Starts everything and waits until it is ready. Errors: a port is taken; something does not become ready.
    pub async fn start(ports: Ports) -> anyhow::Result<Self> {
        ports.check()?;
        let issuer = LocalIssuer::start(issuer_config(ports)).await?;
        let data = tempfile::tempdir().context("a folder for the users cannot be made")?;
        let descope =
            descope_api::server::build(descope_settings(&issuer, ports.descope_api, &data)?)
                .await?;
        let auth0 = auth0_api::server::build(auth0_settings(&issuer, ports.auth0_api)?).await?;
        let (tell, ended) = mpsc::channel(2);
        let services = Self {
            issuer,
            descope_api: run("descope-api", descope, tell.clone()),
            auth0_api: run("auth0-api", auth0, tell),
            ended: tokio::sync::Mutex::new(ended),
            _data: data,
        };
        ready("descope-api", services.descope_api.address).await?;
        ready("auth0-api", services.auth0_api.address).await?;
        Ok(services)
    }

    /// The issuer of all tokens here.
    pub fn issuer(&self) -> &LocalIssuer {
        &self.issuer
    }

    /// Where descope-api listens.
    pub fn descope_api(&self) -> SocketAddr {
        self.descope_api.address
    }

    /// Where auth0-api listens.
    pub fn auth0_api(&self) -> SocketAddr {
        self.auth0_api.address
    }

    /// Waits until a service ends by itself, which none should.
    pub async fn ended(&self) -> anyhow::Error {
        let error = self.ended.lock().await.recv().await;
        error.unwrap_or_else(|| anyhow!("the services have ended"))
    }

    /// Lets open requests end, then stops everything.
    pub async fn stop(self) {
        self.descope_api.handle.stop(true).await;
        self.auth0_api.handle.stop(true).await;
        self.issuer.stop().await;
    }
}

fn run(name: &'static str, server: BoundServer, tell: mpsc::Sender<anyhow::Error>) -> Running {
    let running = Running {
        address: server.address(),
        handle: server.handle(),
    };
    actix_web::rt::spawn(async move {
        let outcome = server.run().await;
        let error = match outcome {
            Ok(()) => anyhow!("{name} has ended"),
            Err(error) => anyhow!(error).context(format!("{name} has failed")),
        };
        // Nobody listens once the playground is being stopped.
        let _ = tell.send(error).await;
    });
    running
}

/// Asks until the service is ready: it fetches the issuer's keys first.
async fn ready(name: &str, address: SocketAddr) -> anyhow::Result<()> {
    let mut again = interval(Duration::from_millis(20));
    let asking = async {
        loop {
            again.tick().await;
            if healthcheck(address.ip(), address.port()).await.is_ok() {
                return;
            }
        }
    };
    if timeout(Duration::from_secs(15), asking).await.is_err() {
        bail!(
            "{name} is not ready: {:?}",
            healthcheck(address.ip(), address.port()).await.err()
        );
    }
    Ok(())
}

fn issuer_config(ports: Ports) -> IssuerConfig {
    IssuerConfig {
        descope: DescopeConfig {
            port: ports.issuer_descope,
            ..DescopeConfig::default()
        },
        auth0: Auth0Config {
            port: ports.issuer_auth0,
            ..Auth0Config::default()
        },
        ..IssuerConfig::default()
    }
}

fn service_settings(port: u16) -> ServiceSettings {
    ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        shutdown_timeout: Duration::from_secs(5),
        ..ServiceSettings::on_port(port)
    }
}

fn descope_settings(
    issuer: &LocalIssuer,
    port: u16,
    data: &TempDir,
) -> anyhow::Result<descope_api::Settings> {
    let descope = issuer.descope();
    let project_id = descope.project_id().parse().map_err(anyhow::Error::msg)?;
    Ok(descope_api::Settings {
        service: service_settings(port),
        issuer: IssuerSettings::default(),
        descope: DescopeSettings::new(project_id, Some(descope.issuer_base()))?,
        database_url: format!("sqlite://{}", data.path().join("descope-api.db").display()),
    })
}

fn auth0_settings(issuer: &LocalIssuer, port: u16) -> anyhow::Result<auth0_api::Settings> {
    let auth0 = issuer.auth0();
    // The domain only names the tenant; the issuer says where it is.
    let domain = "dev-example.us.auth0.com"
        .parse()
        .map_err(anyhow::Error::msg)?;
    let settings = Auth0Settings::new(domain, auth0.audience());
    Ok(auth0_api::Settings {
        service: service_settings(port),
        issuer: IssuerSettings::default(),
        auth0: Auth0Settings {
            issuer: auth0.issuer().to_owned(),
            ..settings
        },
    })
}
