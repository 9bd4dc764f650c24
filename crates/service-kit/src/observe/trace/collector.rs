//! The HTTP client of the collector.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use identity_core::http::client_builder;
use identity_core::http::reqwest::{self, Client, Response, redirect};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::header::HeaderMap;
use tokio::runtime::Handle;
use tracing::{info, warn};

use crate::settings::TraceSettings;

/// Sends spans to the collector: with a timeout, without redirects and without a proxy. What cannot be sent is dropped, and
/// said once, until a request succeeds.
pub(super) struct Collector {
    client: Client,
    headers: HeaderMap,
    /// Where requests run: the thread that exports has no runtime.
    runtime: Handle,
    is_failing: AtomicBool,
}

impl Collector {
    /// Errors: the TLS library cannot be set up, or there is no tokio runtime.
    pub(super) fn new(settings: &TraceSettings) -> anyhow::Result<Self> {
        let client = client_builder()
            .no_proxy()
            .tls_certs_merge(settings.authorities.iter().cloned())
            .timeout(settings.export.timeout)
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            headers: settings.headers.clone(),
            runtime: Handle::try_current()?,
            is_failing: AtomicBool::new(false),
        })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<(), HttpError> {
        let mut request = reqwest::Request::try_from(request)?;
        request.headers_mut().extend(self.headers.clone());
        // The call itself needs the runtime, for its timeout.
        let client = self.client.clone();
        let response = self
            .runtime
            .spawn(async move { client.execute(request).await });
        // Fails only if the program ends.
        let response = response.await?;
        let outcome = response.and_then(Response::error_for_status);
        let outcome = outcome.map(drop);
        self.note(&outcome);
        Ok(outcome?)
    }

    fn note(&self, outcome: &Result<(), reqwest::Error>) {
        match outcome {
            Ok(()) => {
                if self.is_failing.swap(false, Ordering::Relaxed) {
                    info!("traces are exported again");
                }
            }
            Err(error) => {
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    let reason = root_cause(error);
                    warn!(%reason, "traces are dropped, because the collector does not take them: {reason}");
                }
            }
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(
        &self,
        request: Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        self.send(request).await?;
        Ok(http::Response::new(Bytes::new()))
    }
}

/// The outer errors of the HTTP library only say that a request failed.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The headers may contain credentials.
impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Collector").finish_non_exhaustive()
    }
}
