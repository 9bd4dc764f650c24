//! Exports the process's metrics to Prometheus, on a separate port.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::http::header::{ALLOW, CACHE_CONTROL};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, rt, web};
use anyhow::Context;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;
use tracing::info;

use crate::metrics;
use crate::request::security_headers::on_every_response;
use crate::serve::bind_address;
use crate::serve::http_server::{self, ConnectionConfig};

/// The media type of the Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How often the recorder is drained: until then it keeps every sample of a histogram.
const UPKEEP: Duration = Duration::from_secs(5);

/// Binds the port, installs the recorder, and serves the metrics for as long as the process runs.
///
/// Must be called inside an actix runtime, before anything that reports metrics is created. Errors: the port cannot be
/// bound, or another recorder is installed. A client that reads nothing for `write_timeout` is cut off.
pub(crate) fn start(address: SocketAddr, write_timeout: Duration) -> anyhow::Result<()> {
    let listener = bind_address(address, "METRICS_ADDR")?;
    let metrics = builder()?
        .install_recorder()
        .context("metrics cannot be recorded")?;
    metrics::describe();
    show(listener, metrics, write_timeout).context("metrics cannot be shown")
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(
        Matcher::Full(metrics::HTTP_DURATION.to_owned()),
        metrics::HTTP_DURATION_BUCKETS,
    )
}

fn show(
    listener: TcpListener,
    metrics: PrometheusHandle,
    write_timeout: Duration,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    let shown = web::Data::new(metrics.clone());
    let app = move || {
        let resource = web::resource("/metrics")
            .route(web::get().to(text))
            .route(web::head().to(text))
            .default_service(web::to(wrong_method));
        App::new()
            .wrap(from_fn(on_every_response))
            .app_data(shown.clone())
            .service(resource)
            .default_service(web::to(HttpResponse::NotFound))
    };
    let connections = ConnectionConfig {
        // A separate worker, so that requests for metrics take no time from those of the service.
        workers: Some(1),
        head_timeout: Duration::from_secs(5),
        keep_alive: Duration::from_secs(5),
        shutdown_timeout: Duration::from_secs(30),
        write_timeout,
    };
    let server = http_server::serve(listener, connections, app, |_| {})?;
    drop(rt::spawn(server));
    drop(rt::spawn(upkeep(metrics)));
    info!(metrics.address = %address, "metrics are at http://{address}/metrics");
    Ok(())
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut again = interval(UPKEEP);
    loop {
        again.tick().await;
        metrics.run_upkeep();
    }
}

async fn text(metrics: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(TEXT)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(metrics.render())
}

async fn wrong_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .finish()
}

#[cfg(test)]
#[path = "exporter_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "exporter_traffic.rs"]
mod traffic;
