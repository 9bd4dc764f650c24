//! The HTTP server of one provider.

mod running;

use std::future::ready;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, HeaderValue, PRAGMA, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use rustls::ServerConfig;
use serde_json::json;

pub(crate) use running::Servers;

use crate::control;
use crate::faults::{self, Endpoint, Fault};
use crate::front_page;
use crate::provider::{Call, Methods, Provider, Respond, Route};
use crate::refusal::Refusal;

/// Token requests are small; a larger body is a mistake.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// A server on `listener` that runs once it is polled.
pub(crate) fn serve(
    listener: TcpListener,
    tls: Option<ServerConfig>,
    provider: Arc<Provider>,
    workers: usize,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let provider = Data::from(Arc::clone(&provider));
        App::new()
            .app_data(provider.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY_BYTES))
            .wrap(from_fn(count_and_spoil))
            // A page of any origin may ask for tokens, as with an application whose allowed origins list it. It may not read
            // the pages on which people sign in.
            .wrap(
                Cors::default()
                    .allow_any_origin()
                    .send_wildcard()
                    .allow_any_method()
                    .allow_any_header()
                    .expose_any_header(),
            )
            .wrap(from_fn(keep_pages_to_their_origin))
            .wrap(default_headers())
            .configure(|app| routes(&provider, app))
            .default_service(web::to(other))
    });
    // The program or the test decides when it stops.
    let server = server
        .workers(workers)
        .on_connect(faults::remember_socket)
        .disable_signals()
        .shutdown_timeout(5);
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

/// The headers of a response that has none of its own: pages have.
fn default_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Local-Issuer", "development only"))
        .add((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((REFERRER_POLICY, "no-referrer"))
        .add((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
}

/// Counts the request, and changes the response as the faults say. The control plane and
/// the page are neither counted nor changed, `/health` is not changed.
async fn count_and_spoil(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    let provider = request.app_data::<Data<Provider>>().cloned();
    let is_own = control::owns(path) || front_page::owns(&request);
    let Some(provider) = provider.filter(|_| !is_own) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let endpoint = provider.endpoint(path);
    let method = request.method().as_str();
    let number = provider.requests.count(method, path, endpoint);
    // Before the faults are taken, so that no clearing from here on is missed.
    let cleared = provider.faults.cleared();
    let faults = match path {
        "/health" => Vec::new(),
        _ => provider.faults.take(endpoint),
    };
    let genuine = next.call(request).await?.map_into_boxed_body();
    let sends_nothing = faults.iter().any(Fault::sends_nothing);
    let sent = match faults.is_empty() {
        true => genuine,
        false => faults::spoil(genuine, faults, cleared).await?,
    };
    if !sends_nothing {
        provider.requests.responded(number, sent.status().as_u16());
    }
    Ok(sent)
}

/// Takes the CORS headers from responses that are for a person, not for a program.
async fn keep_pages_to_their_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let provider = request.app_data::<Data<Provider>>();
    let endpoint = provider.and_then(|provider| provider.endpoint(request.path()));
    let is_own = front_page::owns(&request) || front_page::hands_out_tokens(request.path());
    let mut response = next.call(request).await?;
    if endpoint == Some(Endpoint::Token) {
        // RFC 6749, section 5.1, demands it besides `Cache-Control: no-store`.
        let headers = response.headers_mut();
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    if is_own || matches!(endpoint, Some(Endpoint::Authorize | Endpoint::Logout)) {
        response.headers_mut().remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    }
    Ok(response)
}

fn routes(provider: &Data<Provider>, app: &mut web::ServiceConfig) {
    control::routes(provider, app);
    front_page::routes(app);
    app.route("/health", web::get().to(health));
    for Route {
        path,
        methods,
        respond,
        ..
    } in provider.routes.clone()
    {
        let respond_to = respond.clone();
        let get = move |request: HttpRequest, provider: Data<Provider>| {
            // The body of a GET request means nothing, however large it is.
            ready(call(&respond_to, &request, &[], &provider))
        };
        let post = move |request: HttpRequest, body: Bytes, provider: Data<Provider>| {
            ready(call(&respond, &request, &body, &provider))
        };
        if methods != Methods::Post {
            app.route(&path, web::get().to(get));
        }
        if methods != Methods::Get {
            app.route(&path, web::post().to(post));
        }
    }
}

fn call(
    respond: &Respond,
    request: &HttpRequest,
    body: &[u8],
    provider: &Provider,
) -> Result<HttpResponse, Error> {
    let call = Call {
        request,
        body,
        provider,
    };
    Ok(respond(&call)?)
}

async fn health(provider: Data<Provider>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "healthy", "provider": provider.dialect.kind() }))
}

/// Every path that is no route's.
async fn other(
    request: HttpRequest,
    body: Result<Bytes, Error>,
    provider: Data<Provider>,
) -> Result<HttpResponse, Refusal> {
    let body = body.as_deref().ok();
    if let Some(response) = provider.dialect.other(&request, body, &provider) {
        return response;
    }
    let path = request.path();
    let here: Vec<_> = provider.routes.iter().map(|route| &*route.path).collect();
    let message = format!("This local issuer has no {path}, only {}", here.join(", "));
    Err(provider.dialect.not_found(&message))
}
