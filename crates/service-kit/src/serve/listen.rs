//! Listening, and asking a service whether it is ready.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use identity_core::http::{HttpClient, HttpConfig};
use tracing::error;
use url::Url;

use super::drain::Drain;
use super::http_server::{self, ConnectionConfig};
use super::live::{Live, Renewing};
use super::signal::Signals as OsSignals;
use super::stopping::Stopping;
use crate::observe::audit::AuditFile;
use crate::observe::status;
use crate::service::Service;
use crate::settings::{ServiceSettings, Signals};

/// How long the last audit events may take to be written when the service has stopped.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// A service that has its port and is about to run.
pub struct BoundServer {
    address: SocketAddr,
    server: Server,
    live: Live,
    drain: Drain,
    signals: OsSignals,
    audit: Option<AuditFile>,
}

impl BoundServer {
    /// Starts `service` on `listener`, with as many workers as `settings` say, to be stopped without losing a request.
    ///
    /// Must be called inside an actix runtime. Errors: the system's, about the socket or the file of audit events.
    pub fn start(
        service: Service,
        listener: TcpListener,
        settings: &ServiceSettings,
    ) -> io::Result<Self> {
        let config = settings.shutdown;
        let audit = AuditFile::open(&settings.audit)?;
        let service = match &audit {
            Some(file) => service.audited_in(file.clone()),
            None => service,
        };
        let signals = match settings.signals {
            Signals::Handled => OsSignals::handled()?,
            Signals::Ignored => OsSignals::ignored(),
        };
        let address = listener.local_addr()?;
        let stopping = service.stopping();
        let connections = stopping.clone();
        let live = Live::new(service);
        status::report(&live);
        let current = live.clone();
        let server = http_server::serve(
            listener.try_clone()?,
            ConnectionConfig {
                workers: settings.workers,
                head_timeout: settings.limits.head_timeout,
                keep_alive: settings.limits.keep_alive,
                shutdown_timeout: config.timeout,
                write_timeout: settings.limits.write_timeout,
            },
            move || Renewing::new(current.clone(), Service::factory),
            move |data| {
                data.insert(connections.connection());
            },
        )?;
        let drain = Drain {
            stopping,
            listener,
            server: server.handle(),
            config,
        };
        Ok(Self {
            address,
            server,
            live,
            drain,
            signals,
            audit,
        })
    }

    /// Returns where it listens: the port is the real one, also where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the handle for stopping it in actix's own way, which closes some connections without a response.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Returns the handle for stopping it without losing a request.
    pub fn stopping(&self) -> Stopping {
        self.drain.stopping.clone()
    }

    /// Returns the service that runs, for replacing it.
    pub(crate) fn live(&self) -> Live {
        self.live.clone()
    }

    /// Responds to requests until it is stopped.
    pub async fn run(self) -> io::Result<()> {
        let outcome = tokio::select! {
            outcome = self.server => outcome,
            () = self.drain.run(self.signals) => Ok(()),
        };
        if let Some(audit) = self.audit
            && !audit.flush(LAST_EVENTS).await
        {
            error!("the last audit events could not be written within {LAST_EVENTS:?}");
        }
        outcome
    }
}

/// Why a service cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another process has the port.
    #[error(
        "port {port} on {host} is taken: stop what is using it, or set {setting} to another port"
    )]
    Taken {
        /// The host.
        host: IpAddr,
        /// The port.
        port: u16,
        /// The setting's name.
        setting: String,
    },
    /// The system does not allow it.
    #[error("cannot listen on {host} port {port}: {source}; where to listen is set by {setting}")]
    Refused {
        /// The host.
        host: IpAddr,
        /// The port.
        port: u16,
        /// The names of the settings.
        setting: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Takes the port. `setting` is the name of the port's setting, for the message. Port 0 takes any that is free.
pub fn bind(host: IpAddr, port: u16, setting: &str) -> Result<TcpListener, BindError> {
    listen(host, port, setting, &format!("LISTEN_HOST and {setting}"))
}

/// Takes the port of an address that `setting` says as a whole.
pub(crate) fn bind_address(address: SocketAddr, setting: &str) -> Result<TcpListener, BindError> {
    listen(address.ip(), address.port(), setting, setting)
}

fn listen(host: IpAddr, port: u16, setting: &str, both: &str) -> Result<TcpListener, BindError> {
    TcpListener::bind((host, port)).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken {
            host,
            port,
            setting: setting.to_owned(),
        },
        _ => BindError::Refused {
            host,
            port,
            setting: both.to_owned(),
            source,
        },
    })
}

/// Asks the service that listens there whether it is ready. Errors: it is not, or there is no response.
pub async fn healthcheck(host: IpAddr, port: u16) -> Result<(), HealthcheckError> {
    let (url, config) = question(host, port)?;
    let client = HttpClient::new(config).map_err(|error| HealthcheckError(error.to_string()))?;
    match client.get(&url).await {
        Ok(_) => Ok(()),
        Err(error) => Err(HealthcheckError(error.to_string())),
    }
}

/// What is asked for, and how.
fn question(host: IpAddr, port: u16) -> Result<(Url, HttpConfig), HealthcheckError> {
    let address = SocketAddr::from((reachable(host), port));
    let url: Url = format!("http://{address}/health/ready")
        .parse()
        .map_err(|_| HealthcheckError(format!("{address} is not an address")))?;
    let config = HttpConfig {
        timeout: Duration::from_secs(3),
        plain_http_hosts: url.host_str().map(str::to_owned).into_iter().collect(),
        ..HttpConfig::default()
    };
    Ok((url, config))
}

/// A service that listens on every address is asked on loopback.
fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// Why a service is not ready.
#[derive(Debug, thiserror::Error)]
#[error("not ready: {0}")]
pub struct HealthcheckError(String);

#[cfg(test)]
#[path = "listen_tests.rs"]
mod tests;
