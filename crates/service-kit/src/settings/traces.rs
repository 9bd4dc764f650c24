//! Settings of the traces that are exported.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use identity_core::http::HttpConfig;
use percent_encoding::percent_decode_str;
use reqwest::Certificate;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing_subscriber::filter::EnvFilter;
use url::Url;

use super::hosts::hosts;
use super::sampler::{Ratio, Sampler};
use super::{SettingsReader, text};

/// Where traces are exported to, and which of them. `Debug` omits the headers, which may contain credentials.
///
/// A program can export them only with the Cargo feature `otlp`: without it, each of these settings is an error.
#[derive(Clone, Default)]
pub struct TraceSettings {
    /// The address that spans are sent to: that of `OTEL_EXPORTER_OTLP_ENDPOINT`, with `/v1/traces`. Default none: nothing
    /// is exported.
    pub collector: Option<Url>,
    /// The headers of each request to the collector. Default none.
    pub headers: HeaderMap,
    /// Certificate authorities that are trusted for the collector, besides the system's and Mozilla's. Default none.
    pub authorities: Vec<Certificate>,
    /// `service.name`: `OTEL_SERVICE_NAME`, or the name of the service.
    pub service_name: String,
    /// `service.version`. Not a setting: the service sets it.
    pub service_version: Option<&'static str>,
    /// Which traces are exported. Default all, and those whose caller decided so.
    pub sampler: Sampler,
    /// The share of the traces that the samplers with a ratio export, from 0 to 1. Default 1.
    pub ratio: Ratio,
    /// How spans are chosen and sent.
    pub export: ExportConfig,
}

/// Configuration of how spans are chosen and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExportConfig {
    /// Which spans are exported, by level and target as in `RUST_LOG`; `sqlx::query=debug` is for the statements of a database.
    pub filter: String,
    /// How long the collector may take to respond.
    #[serde(rename = "timeout_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 60))]
    pub timeout: Duration,
    /// For how long spans are collected before they are sent.
    #[serde(rename = "interval_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 3600))]
    pub interval: Duration,
    /// How many spans may wait to be sent; further ones are dropped.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub max_queue: usize,
}

impl Default for ExportConfig {
    fn default() -> Self {
        Self {
            filter: "info,sqlx::query=debug".to_owned(),
            timeout: Duration::from_secs(5),
            interval: Duration::from_secs(5),
            max_queue: 2048,
        }
    }
}

/// The settings as written.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Written {
    /// The address of an OTLP collector that traces are sent to, such as http://localhost:4318; nowhere if unset. Needs a
    /// program that is built with the Cargo feature otlp, as all settings of traces do.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-expected" = "an address, such as http://localhost:4318"))]
    otel_exporter_otlp_endpoint: Option<Url>,
    /// Headers of the requests to the collector: name=value, with commas between them and values percent-encoded.
    #[schemars(extend("x-secret" = true))]
    otel_exporter_otlp_headers: Option<String>,
    /// A PEM file of certificate authorities that are trusted for the collector besides the system's.
    otel_exporter_otlp_certificate: Option<PathBuf>,
    /// The name of the service in traces; the service's own if unset.
    otel_service_name: Option<String>,
    /// Which traces are exported: always_on, always_off, traceidratio, or one of these with parentbased_ before it, which
    /// leaves the decision to the caller of a request that is part of a trace.
    #[serde(with = "text")]
    #[schemars(with = "String")]
    otel_traces_sampler: Sampler,
    /// The share of the traces that a sampler with traceidratio exports, from 0 to 1.
    #[serde(with = "text")]
    #[schemars(with = "String")]
    otel_traces_sampler_arg: Ratio,
    /// Hosts besides loopback whose collector may be reached without TLS.
    #[serde(deserialize_with = "hosts")]
    #[schemars(extend("x-expected" = "hosts, with commas between them, without scheme, port and path, such as collector"))]
    allow_http_collector: Vec<String>,
    /// How spans are chosen and sent.
    traces: ExportConfig,
}

const NAMES: [&str; 11] = [
    "otel_exporter_otlp_endpoint",
    "otel_exporter_otlp_headers",
    "otel_exporter_otlp_certificate",
    "otel_service_name",
    "otel_traces_sampler",
    "otel_traces_sampler_arg",
    "allow_http_collector",
    "traces.filter",
    "traces.timeout_seconds",
    "traces.interval_seconds",
    "traces.max_queue",
];

impl TraceSettings {
    /// Reads the settings and the file.
    pub(super) fn read(reader: &mut SettingsReader) -> Self {
        let written = reader.group(Written::default());
        if cfg!(not(feature = "otlp")) {
            for name in NAMES {
                if reader.is_set(name) {
                    let expected =
                        "this program cannot export traces: build it with --features otlp";
                    reader.unusable(name, expected);
                }
            }
            return Self::default();
        }
        if let Err(error) = EnvFilter::builder().parse(&written.traces.filter) {
            reader.unusable("traces.filter", &error.to_string());
        }
        let endpoint = written.otel_exporter_otlp_endpoint;
        if endpoint.is_none() {
            for name in [
                "otel_exporter_otlp_headers",
                "otel_exporter_otlp_certificate",
            ] {
                if reader.is_set(name) {
                    reader.unusable(name, "OTEL_EXPORTER_OTLP_ENDPOINT is not set");
                }
            }
        }
        let http = HttpConfig {
            plain_http_hosts: written.allow_http_collector,
            ..HttpConfig::default()
        };
        let collector = endpoint.and_then(|endpoint| {
            collector(&http, endpoint)
                .map_err(|expected| reader.unusable("otel_exporter_otlp_endpoint", expected))
                .ok()
        });
        let headers = written.otel_exporter_otlp_headers.unwrap_or_default();
        let headers = headers_of(&headers).unwrap_or_else(|| {
            let expected = "expected name=value, with commas between them, such as api-key=abc";
            reader.unusable("otel_exporter_otlp_headers", expected);
            HeaderMap::new()
        });
        Self {
            collector,
            headers,
            authorities: authorities(reader, written.otel_exporter_otlp_certificate),
            service_name: written
                .otel_service_name
                .unwrap_or_else(|| own_name(&reader.prefix)),
            service_version: None,
            sampler: written.otel_traces_sampler,
            ratio: written.otel_traces_sampler_arg,
            export: written.traces,
        }
    }
}

/// `DESCOPE_API__` is descope-api.
fn own_name(prefix: &str) -> String {
    let name = prefix.trim_end_matches('_');
    name.replace('_', "-").to_ascii_lowercase()
}

/// Returns the address of the collector for traces. Errors: what is expected.
fn collector(http: &HttpConfig, mut endpoint: Url) -> Result<Url, &'static str> {
    if !endpoint.username().is_empty() || endpoint.password().is_some() {
        return Err("expected an address without a user and a password");
    }
    if endpoint.query().is_some() || endpoint.fragment().is_some() {
        return Err("expected an address without a query");
    }
    if !http.allows(&endpoint) {
        return Err(
            "expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_COLLECTOR names",
        );
    }
    let path = format!("{}/v1/traces", endpoint.path().trim_end_matches('/'));
    endpoint.set_path(&path);
    Ok(endpoint)
}

/// Parses headers in the form of OpenTelemetry. Returns `None` if one of them is none. No error shows a value.
fn headers_of(text: &str) -> Option<HeaderMap> {
    let parts = text.split(',').map(str::trim);
    let headers = parts.filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=')?;
        let name = HeaderName::from_str(name.trim()).ok()?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    });
    headers.collect()
}

fn authorities(reader: &mut SettingsReader, path: Option<PathBuf>) -> Vec<Certificate> {
    let Some(path) = path else {
        return Vec::new();
    };
    let pem = std::fs::read(&path).unwrap_or_default();
    let authorities = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if authorities.is_empty() {
        let expected = format!("expected certificates in PEM in {}", path.display());
        reader.unusable("otel_exporter_otlp_certificate", &expected);
    }
    authorities
}

impl fmt::Debug for TraceSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TraceSettings")
            .field("collector", &self.collector.as_ref().map(Url::as_str))
            .field("service_name", &self.service_name)
            .field("sampler", &self.sampler)
            .field("ratio", &self.ratio)
            .field("export", &self.export)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "traces_tests.rs"]
mod tests;
