//! Settings that every service has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use url::Url;

use super::SettingsReader;
use crate::observe::telemetry::LogFormat;
use crate::request::InputLimits;

/// How a service listens, answers and ends.
#[derive(Debug, Clone)]
pub struct ServiceSettings {
    /// `HOST`: where to listen. Default 127.0.0.1.
    pub host: IpAddr,
    /// `PORT`: where to listen; 0 takes any that is free.
    pub port: u16,
    /// `WORKERS`: threads that answer requests. Default: one a core.
    pub workers: Option<usize>,
    /// `CORS_ALLOWED_ORIGINS`: origins whose pages may call, between commas. Default none.
    pub cors_allowed_origins: Vec<String>,
    /// `METRICS_ADDR`: where the process's [`metrics`](crate::metrics) are shown to Prometheus, at `/metrics`, to whoever
    /// asks. Default nowhere. Port 0 takes any that is free. [`program::run`](crate::serve::program::run) does it, and only that.
    pub metrics_address: Option<SocketAddr>,
    /// `MAX_BODY_BYTES` and `REQUEST_BODY_TIMEOUT_SECONDS`: limits of what is read.
    pub limits: InputLimits,
    /// `SHUTDOWN_DELAY_SECONDS`: how long SIGTERM leaves the service answering as before, while `/health/ready` already
    /// says that it is stopping. Default 0: longer only helps where something asks there and sends requests elsewhere.
    pub shutdown_delay: Duration,
    /// `SHUTDOWN_TIMEOUT_SECONDS`: how long requests may take to end when the service is stopped. Default 30 s.
    pub shutdown_timeout: Duration,
    /// `RUST_LOG` and `LOG_FORMAT`.
    pub log: LogSettings,
    /// Who stops the service. Not read from anywhere.
    pub signals: Signals,
}

/// What the log shows and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// `RUST_LOG`: which lines, by level and module. Default `info`.
    pub filter: String,
    /// `LOG_FORMAT`: `human` (default) or `json`.
    pub format: LogFormat,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Human,
        }
    }
}

/// Who stops a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signals {
    /// SIGTERM, SIGINT and SIGQUIT do. SIGINT does not wait for `SHUTDOWN_DELAY_SECONDS`, nor does a second SIGTERM; a
    /// second SIGINT waits for no request, nor does SIGQUIT.
    Handled,
    /// Whoever started it does: it is one of several in a process.
    Ignored,
}

impl ServiceSettings {
    /// Loopback, this port, and the defaults.
    pub fn on_port(port: u16) -> Self {
        Self {
            host: IpAddr::from(Ipv4Addr::LOCALHOST),
            port,
            workers: None,
            cors_allowed_origins: Vec::new(),
            metrics_address: None,
            limits: InputLimits::default(),
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
            log: LogSettings::default(),
            signals: Signals::Handled,
        }
    }

    /// Reads all of them; `port` is the default.
    pub fn read(reader: &mut SettingsReader, port: u16) -> Self {
        let default = Self::on_port(port);
        let settings = Self {
            host: reader
                .shared("HOST")
                .expecting("expected an IP address, such as 127.0.0.1, or 0.0.0.0 for all of this machine's; a name such as localhost is not looked up")
                .unwrap_or(default.host),
            port: port_number(reader, default.port),
            workers: reader
                .shared("WORKERS")
                .expecting::<NonZeroU16>("expected a whole number from 1 to 65535")
                .map(|workers| workers.get().into()),
            cors_allowed_origins: origins(reader),
            metrics_address: reader
                .shared("METRICS_ADDR")
                .expecting("expected an IP address and a port, such as 127.0.0.1:9100"),
            limits: InputLimits {
                max_body_bytes: reader
                    .shared("MAX_BODY_BYTES")
                    .count(default.limits.max_body_bytes, 1..=1 << 30),
                body_timeout: reader
                    .shared("REQUEST_BODY_TIMEOUT_SECONDS")
                    .seconds(default.limits.body_timeout, 1..=3600),
            },
            shutdown_delay: reader
                .shared("SHUTDOWN_DELAY_SECONDS")
                .seconds(default.shutdown_delay, 0..=3600),
            shutdown_timeout: reader
                .shared("SHUTDOWN_TIMEOUT_SECONDS")
                .seconds(default.shutdown_timeout, 0..=3600),
            log: LogSettings {
                filter: filter(reader).unwrap_or(default.log.filter),
                format: reader.shared("LOG_FORMAT").or(default.log.format),
            },
            signals: default.signals,
        };
        settings.check_metrics_address(reader);
        settings
    }

    /// Metrics are not for everybody who may call the service, so they have a port of their own.
    fn check_metrics_address(&self, reader: &mut SettingsReader) {
        let own = SocketAddr::from((self.host, self.port));
        if self.port != 0 && self.metrics_address == Some(own) {
            reader.problem(format!(
                "METRICS_ADDR cannot be used: the service itself listens on {own}"
            ));
        }
    }
}

fn port_number(reader: &mut SettingsReader, default: u16) -> u16 {
    let port = reader
        .shared("PORT")
        .whole_number(default.into(), 0..=u16::MAX.into());
    u16::try_from(port).unwrap_or(default)
}

/// An origin is a scheme and a host, with a port if it is not the scheme's own, and nothing behind (RFC 6454, section 7).
fn origins(reader: &mut SettingsReader) -> Vec<String> {
    let origins = reader.shared("CORS_ALLOWED_ORIGINS").list();
    for origin in &origins {
        // `https://*.example.com` reads as an origin, but no browser would send it.
        let is_origin =
            |url: Url| url.origin().ascii_serialization() == *origin && !origin.contains('*');
        if origin != "*" && !origin.parse().is_ok_and(is_origin) {
            reader.problem(format!(
                "CORS_ALLOWED_ORIGINS cannot be used: {origin:?} is not an origin such as https://app.example.com"
            ));
        }
    }
    origins
}

fn filter(reader: &mut SettingsReader) -> Option<String> {
    let filter = reader.shared("RUST_LOG").text()?;
    if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&filter) {
        reader.problem(format!("RUST_LOG cannot be used: {error}"));
    }
    Some(filter)
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
