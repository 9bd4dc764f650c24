//! Settings that every service has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::request::{RateLimitConfig, StoreUrl, TrustedProxies};

use super::resource_identifier::is_resource_identifier;
use super::{
    AuditSettings, InputLimits, LogSettings, SettingsReader, SettingsRecord, StopConfig,
    TraceSettings, text,
};

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
    #[schemars(extend("x-reload" = "requests"))]
    pub cors_allowed_origins: Vec<String>,
    /// Request headers that these pages may send, besides `Authorization`, `Content-Type` and `X-Requested-With`.
    #[schemars(extend("x-reload" = "requests"))]
    pub cors_allowed_headers: Vec<String>,
    /// The path that a proxy puts before all paths of the service and removes from requests, such as `/billing`; none if
    /// unset. `/docs` and the OpenAPI document use it.
    #[schemars(extend("x-reload" = "requests"))]
    pub path_prefix: Option<String>,
    /// The addresses and networks of the proxies in front of the service, such as 10.0.0.0/8, whose X-Forwarded-For,
    /// X-Forwarded-Proto and X-Forwarded-Host are read; no proxy's if unset.
    #[schemars(with = "Vec<String>", extend("x-reload" = "requests"))]
    pub trusted_proxies: TrustedProxies,
    /// The address at which clients reach the service, such as `https://api.example.com`, with `PATH_PREFIX` if there is one:
    /// the resource identifier in /.well-known/oauth-protected-resource, which challenges name (RFC 9728). If unset, what the
    /// request says: its Host, or X-Forwarded-Proto and X-Forwarded-Host of a trusted proxy. Set it where a cache is in front of
    /// the service, or a proxy that is not trusted.
    #[schemars(extend("x-reload" = "requests", "x-expected" = "an https address without a query, such as https://api.example.com"))]
    pub resource_identifier: Option<String>,
    /// How long browsers use https only, after a response over https (Strict-Transport-Security): one that a trusted proxy says
    /// with X-Forwarded-Proto to have come so. A year, as is usual; 0 ends it.
    #[serde(rename = "hsts_max_age_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 63_072_000), extend("x-reload" = "requests"))]
    pub hsts_max_age: Duration,
    /// An IP address and port of their own for the metrics that Prometheus collects at /metrics, such as
    /// 127.0.0.1:9100; nowhere if unset. They are shown to everyone who can reach it.
    #[serde(rename = "metrics_addr")]
    #[schemars(with = "String", extend("x-expected" = "an IP address and a port, such as 127.0.0.1:9100"))]
    pub metrics_address: Option<SocketAddr>,
    /// How often the files of the settings (CONFIG_FILE, .env, those of secrets and EXTRA_CA_FILE) are looked at for changes, in
    /// seconds; never if unset, and SIGHUP alone has them read again.
    #[schemars(range(min = 1, max = 3600), extend("x-reload" = "requests"))]
    pub settings_poll_seconds: Option<u64>,
    /// Limits of what is read.
    pub limits: InputLimits,
    /// Limits of requests, for each client address and each subject.
    pub rate_limit: RateLimitConfig,
    /// The Redis or Valkey in which all processes count for the rate limits together, such as `redis://:password@host:6379/0`;
    /// each counts for itself if unset.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-secret" = true, "x-reload" = "requests", "x-expected" = "redis://host:port or valkey://host:port, without TLS and without parameters; unix sockets and clusters are not supported"))]
    pub rate_limit_url: Option<StoreUrl>,
    /// How long stopping may take.
    pub shutdown: StopConfig,
    /// The log.
    #[serde(skip)]
    pub log: LogSettings,
    /// Where audit events go.
    #[serde(skip)]
    pub audit: AuditSettings,
    /// The traces that are exported.
    #[serde(skip)]
    pub traces: TraceSettings,
    /// Who stops the service. Not read from anywhere.
    #[serde(skip)]
    pub signals: Signals,
    /// What was read, to be compared with what is read later. Not read from anywhere.
    #[serde(skip)]
    pub record: SettingsRecord,
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
            rate_limit: RateLimitConfig::default(),
            rate_limit_url: None,
            shutdown: StopConfig::default(),
            log: LogSettings::default(),
            audit: AuditSettings::default(),
            traces: TraceSettings::default(),
            signals: Signals::Handled,
            settings_poll_seconds: None,
            record: SettingsRecord::default(),
        }
    }

    /// Reads all of them; `port` is the default.
    pub fn read(reader: &mut SettingsReader, port: u16) -> Self {
        let settings = Self {
            log: LogSettings {
                dotenv: reader.dotenv_path().map(Path::to_path_buf),
                ..reader.group(LogSettings::default())
            },
            audit: reader.group(AuditSettings::default()),
            record: reader.record(),
            ..reader.group(Self::on_port(port))
        };
        let traces = TraceSettings::read(reader);
        let settings = Self { traces, ..settings };
        settings.check(reader);
        settings
    }

    /// Sets the version of the service, which traces name.
    pub fn of_version(mut self, version: &'static str) -> Self {
        self.traces.service_version = Some(version);
        self
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
        self.rate_limit.check(reader);
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
