//! Settings that every service has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::request::TrustedProxies;

use super::resource_identifier::is_resource_identifier;
use super::{InputLimits, LogSettings, SettingsReader, StopConfig, text};

/// How a service listens, responds and stops.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ServiceSettings {
    /// The IP address to listen on; 0.0.0.0 for all of this machine's.
    #[serde(rename = "listen_host")]
    #[schemars(extend("x-expected" = "an IP address, such as 127.0.0.1, or 0.0.0.0 for all of this machine's; a name such as localhost is not looked up"))]
    pub host: IpAddr,
    /// The port to listen on; 0 takes any that is free.
    #[schemars(range(min = 0, max = 65_535))]
    pub port: u16,
    /// How many threads handle requests; one a core if unset.
    #[schemars(range(min = 1, max = 65_535))]
    pub workers: Option<usize>,
    /// Origins whose pages may call, such as `https://app.example.com`; none if unset, `*` for all.
    pub cors_allowed_origins: Vec<String>,
    /// Request headers that these pages may send, besides `Authorization`, `Content-Type` and `X-Requested-With`.
    pub cors_allowed_headers: Vec<String>,
    /// The path that a proxy puts before all paths of the service and removes from requests, such as `/billing`; none if
    /// unset. `/docs` and the OpenAPI document use it.
    pub path_prefix: Option<String>,
    /// The addresses and networks of the proxies in front of the service, such as 10.0.0.0/8, whose X-Forwarded-For,
    /// X-Forwarded-Proto and X-Forwarded-Host are read; no proxy's if unset.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: TrustedProxies,
    /// The address at which clients reach the service, such as https://api.example.com, with `PATH_PREFIX` if there is one:
    /// the resource identifier in /.well-known/oauth-protected-resource, which challenges name (RFC 9728). If unset, what the
    /// request says: its Host, or X-Forwarded-Proto and X-Forwarded-Host of a trusted proxy. Set it where a cache is in front of
    /// the service, or a proxy that is not trusted.
    #[schemars(extend("x-expected" = "an https address without a query, such as https://api.example.com"))]
    pub resource_identifier: Option<String>,
    /// How long browsers use https only, after a response over https (Strict-Transport-Security): one that a trusted proxy says
    /// with X-Forwarded-Proto to have come so. A year, as is usual; 0 ends it.
    #[serde(rename = "hsts_max_age_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 63_072_000))]
    pub hsts_max_age: Duration,
    /// An IP address and port of their own for the metrics that Prometheus collects at /metrics, such as
    /// 127.0.0.1:9100; nowhere if unset. They are shown to everyone who can reach it.
    #[serde(rename = "metrics_addr")]
    #[schemars(with = "String", extend("x-expected" = "an IP address and a port, such as 127.0.0.1:9100"))]
    pub metrics_address: Option<SocketAddr>,
    /// Limits of what is read.
    pub limits: InputLimits,
    /// How long stopping may take.
    pub shutdown: StopConfig,
    /// The log.
    #[serde(skip)]
    pub log: LogSettings,
    /// Who stops the service. Not read from anywhere.
    #[serde(skip)]
    pub signals: Signals,
}

/// The headers of W3C Trace Context and Baggage, of Sentry, and those that make a request known or safe to repeat.
const TRACING_AND_RETRYING: [&str; 7] = [
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-request-id",
    "idempotency-key",
    "dpop",
];

/// Who stops a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signals {
    /// SIGTERM, SIGINT and SIGQUIT do. SIGINT does not wait for `SHUTDOWN__DELAY_SECONDS`, nor does a second SIGTERM; a
    /// second SIGINT waits for no request, nor does SIGQUIT.
    #[default]
    Handled,
    /// The program that started it does: it is one of several in a process.
    Ignored,
}

impl ServiceSettings {
    /// Returns loopback, this port, and the defaults.
    pub fn on_port(port: u16) -> Self {
        Self {
            host: IpAddr::from(Ipv4Addr::LOCALHOST),
            port,
            workers: None,
            cors_allowed_origins: Vec::new(),
            cors_allowed_headers: TRACING_AND_RETRYING.map(str::to_owned).to_vec(),
            path_prefix: None,
            trusted_proxies: TrustedProxies::default(),
            resource_identifier: None,
            hsts_max_age: Duration::from_secs(31_536_000),
            metrics_address: None,
            limits: InputLimits::default(),
            shutdown: StopConfig::default(),
            log: LogSettings::default(),
            signals: Signals::Handled,
        }
    }

    /// Reads all of them; `port` is the default.
    pub fn read(reader: &mut SettingsReader, port: u16) -> Self {
        let settings = Self {
            log: LogSettings {
                dotenv: reader.dotenv_path().map(Path::to_path_buf),
                ..reader.group(LogSettings::default())
            },
            ..reader.group(Self::on_port(port))
        };
        settings.check(reader);
        settings
    }

    /// An origin is a scheme and a host, with a port if it is not the scheme's own, and nothing behind (RFC 6454, section 7).
    /// Metrics are not for everyone who may call the service, so they have a port of their own.
    fn check(&self, reader: &mut SettingsReader) {
        for origin in &self.cors_allowed_origins {
            // `https://*.example.com` reads as an origin, but no browser would send it.
            let is_origin =
                |url: Url| url.origin().ascii_serialization() == *origin && !origin.contains('*');
            if origin != "*" && !origin.parse().is_ok_and(is_origin) {
                let expected =
                    format!("{origin:?} is not an origin such as https://app.example.com");
                reader.unusable("cors_allowed_origins", &expected);
            }
        }
        for name in &self.cors_allowed_headers {
            if name.parse::<HeaderName>().is_err() {
                let expected = format!("{name:?} is not the name of a header such as traceparent");
                reader.unusable("cors_allowed_headers", &expected);
            }
        }
        if self
            .path_prefix
            .as_deref()
            .is_some_and(|prefix| !is_prefix(prefix))
        {
            let expected = "expected a path that begins with a slash and does not end with one, such as /billing";
            reader.unusable("path_prefix", expected);
        }
        if self
            .resource_identifier
            .as_deref()
            .is_some_and(|identifier| !is_resource_identifier(identifier))
        {
            let expected = "expected an https address without user, query and fragment, such as https://api.example.com; http on this machine only";
            reader.unusable("resource_identifier", expected);
        }
        let own = SocketAddr::from((self.host, self.port));
        if self.port != 0 && self.metrics_address == Some(own) {
            let expected = format!("the service itself listens on {own}");
            reader.unusable("metrics_addr", &expected);
        }
        if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&self.log.filter) {
            reader.unusable("rust_log", &error.to_string());
        }
    }
}

/// Segments of letters, digits and `-._~` (RFC 3986, section 2.3), none of them `.` or `..`.
fn is_prefix(path: &str) -> bool {
    let is_plain = |segment: &str| {
        let mut letters = segment.chars();
        !["", ".", ".."].contains(&segment)
            && letters.all(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(letter))
    };
    path.strip_prefix('/')
        .is_some_and(|segments| segments.split('/').all(is_plain))
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
