//! The HTTP server of one provider.

mod running;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::{Server, Service};
use actix_web::http::header::HOST;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;

pub(crate) use running::Servers;

use crate::provider::{Dialect, ProviderState};
use crate::{auth0, control, descope, faults};

/// Token requests are small; whatever is larger is a mistake.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// A server on `listener` that runs once it is polled.
pub(crate) fn serve(
    listener: TcpListener,
    provider: Arc<ProviderState>,
    workers: usize,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let counted = Arc::clone(&provider);
        let provider = web::Data::from(Arc::clone(&provider));
        App::new()
            .app_data(provider.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY_BYTES))
            .wrap(from_fn(faults::spoil))
            .wrap(DefaultHeaders::new().add(("X-Local-Issuer", "development only")))
            .wrap_fn(move |request, service| {
                let path = request.path();
                if !control::owns(path) {
                    let endpoint = counted.endpoint(path);
                    counted
                        .requests
                        .count(request.method().as_str(), path, endpoint);
                }
                service.call(request)
            })
            .configure(|app| routes(&provider, app))
            .default_service(web::to(not_found))
    });
    // Whoever started the issuer decides when it stops.
    Ok(server
        .workers(workers)
        .on_connect(faults::remember_socket)
        .disable_signals()
        .shutdown_timeout(5)
        .listen(listener)?
        .run())
}

/// The address by which the issuer was asked: what the `Host` header says, and no other header, because nothing is in front of it.
pub(crate) fn asked_address(request: &HttpRequest, fallback: &str) -> String {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| is_authority(host));
    host.map_or_else(|| fallback.to_owned(), |host| format!("http://{host}"))
}

fn is_authority(host: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-_:[]".contains(character);
    !host.is_empty() && host.chars().all(plain)
}

fn routes(provider: &web::Data<ProviderState>, app: &mut web::ServiceConfig) {
    control::routes(provider, app);
    app.route("/health", web::get().to(health));
    match &provider.dialect {
        Dialect::Descope(project) => descope::routes(project, app),
        Dialect::Auth0(tenant) => auth0::routes(tenant, app),
    }
}

async fn health(provider: web::Data<ProviderState>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "healthy", "provider": provider.kind() }))
}

async fn not_found(provider: web::Data<ProviderState>) -> Result<HttpResponse, Error> {
    match provider.dialect {
        Dialect::Descope(_) => Err(descope::Refusal::not_found().into()),
        Dialect::Auth0(_) => Err(auth0::Refusal::not_found().into()),
    }
}
