//! Listening, and asking a service how it is.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, Server, ServerHandle, Service, ServiceFactory};
use actix_web::{Error, HttpServer};
use identity_core::http::{HttpClient, HttpConfig};
use url::Url;

use super::drain::Drain;
use super::signal::Signals as OsSignals;
use crate::serve::Stopping;
use crate::settings::{ServiceSettings, Signals};

/// A service that has its port and is about to run.
pub struct BoundServer {
    address: SocketAddr,
    server: Server,
    drain: Option<(Drain, OsSignals)>,
}

impl BoundServer {
    /// A server that listens at `address` and is stopped in actix's own way, which closes some connections unanswered.
    pub fn new(address: SocketAddr, server: Server) -> Self {
        Self {
            address,
            server,
            drain: None,
        }
    }

    /// Starts `server` on `listener`, with as many workers as `settings` say, and stops it without losing a request.
    ///
    /// `stopping` must be the app's: that of its [`Service`](crate::Service), with
    /// [`around_cors`](crate::around_cors) around the app. Must be called inside an actix runtime.
    /// Errors: the system's, about the socket.
    pub fn start<F, I, S, B>(
        server: HttpServer<F, I, S, B>,
        listener: TcpListener,
        settings: &ServiceSettings,
        stopping: Stopping,
    ) -> io::Result<Self>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<Error> + 'static,
        S::InitError: fmt::Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as Service<Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let signals = match settings.signals {
            Signals::Handled => OsSignals::handled()?,
            Signals::Ignored => OsSignals::ignored(),
        };
        let address = listener.local_addr()?;
        let server = server
            .on_connect(stopping.clone().on_connect())
            .disable_signals()
            .shutdown_timeout(settings.shutdown.timeout.as_secs());
        let server = match settings.workers {
            Some(workers) => server.workers(workers),
            None => server,
        };
        let server = server.listen(listener.try_clone()?)?.run();
        let drain = Drain {
            stopping,
            listener,
            server: server.handle(),
            delay: settings.shutdown.delay,
            timeout: settings.shutdown.timeout,
        };
        Ok(Self {
            address,
            server,
            drain: Some((drain, signals)),
        })
    }

    /// Where it listens: the port is the real one, also where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For stopping it in actix's own way, which closes some connections unanswered.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// For stopping it without losing a request; `None` for one that was not [started](Self::start) here.
    pub fn stopping(&self) -> Option<Stopping> {
        let (drain, _) = self.drain.as_ref()?;
        Some(drain.stopping.clone())
    }

    /// Answers requests until it is stopped.
    pub async fn run(self) -> io::Result<()> {
        let Some((drain, signals)) = self.drain else {
            return self.server.await;
        };
        tokio::select! {
            outcome = self.server => outcome,
            () = drain.run(signals) => Ok(()),
        }
    }
}

/// Why a service cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Somebody else has the port.
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

/// Asks the service that listens there whether it is ready. Errors: it is not, or nobody answers.
pub async fn healthcheck(host: IpAddr, port: u16) -> Result<(), HealthcheckError> {
    let (url, config) = question(host, port)?;
    let client = HttpClient::new(config).map_err(|error| HealthcheckError(error.to_string()))?;
    client
        .get(&url)
        .await
        .map(drop)
        .map_err(|error| HealthcheckError(error.to_string()))
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

/// Who listens on every address is asked on loopback.
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
