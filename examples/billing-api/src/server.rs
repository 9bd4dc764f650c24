//! Puts the service together. The only place with `.wrap`.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use identity_actix::no_such_route;
use service_kit::openapi::{PasswordFlow, with_password_flow};
use service_kit::telemetry::RequestLog;
use service_kit::{
    BoundServer, Service, ServiceName, around_cors, around_routes, bind, cors, openapi,
};
use url::Url;
use utoipa_actix_web::{AppExt, scope};

use crate::invoices::Invoices;
use crate::policies;
use crate::routes;
use crate::settings::Settings;
use identity_core::providers::Oidc;

const NAME: ServiceName = ServiceName {
    service: "billing-api",
    provider: "oidc",
};
const HOW_TO_GET_A_TOKEN: &str = "An access token of the issuer, for this service's audience.";

/// Takes the port, opens the store and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let Settings {
        service: listen,
        issuer,
        oidc,
        database_url,
        login_url,
    } = settings;
    let listener = bind(listen.host, listen.port, "BILLING_API__PORT or PORT")?;
    let invoices = Invoices::open(&database_url).await?;
    let authenticator = issuer.authenticator(Oidc::new(oidc.clone())?)?;
    let service = Service::around(NAME, authenticator, policies::access())
        .issuer_set_by("ISSUER")
        .depending_on(Arc::new(invoices.clone()))
        .limited_to(listen.limits);
    let stopping = service.stopping();

    let (oidc, invoices, origins) = (
        web::Data::new(oidc),
        web::Data::new(invoices),
        listen.cors_allowed_origins.clone(),
    );
    let server = HttpServer::new(move || {
        let billing = scope("/billing")
            .configure(routes::billing)
            .default_service(web::to(no_such_route))
            .wrap(service.authenticate().required());
        let (app, document) = App::new()
            .wrap(from_fn(around_routes))
            .wrap(cors(&origins))
            .wrap(from_fn(around_cors))
            .wrap(RequestLog::new())
            .configure(|app| service.configure(app))
            .app_data(oidc.clone())
            .app_data(invoices.clone())
            .into_utoipa_app()
            .openapi(openapi::document(
                "billing-api",
                "Invoices of organizations, for tokens of any OpenID Connect issuer",
            ))
            .configure(routes::public)
            .service(billing)
            .split_for_parts();
        let document = openapi::describe(document, service.access(), HOW_TO_GET_A_TOKEN);
        let document = match &login_url {
            Some(url) => with_password_flow(document, service.access(), sign_in_at(url)),
            None => document,
        };
        app.configure(openapi::docs(document))
            .default_service(web::to(no_such_route))
    });
    Ok(BoundServer::start(server, listener, &listen, stopping)?)
}

/// What the Authorize dialog offers.
fn sign_in_at(url: &Url) -> PasswordFlow {
    PasswordFlow {
        token_url: url.to_string(),
        scopes: policies::SCOPES
            .map(|(scope, purpose)| (scope.to_owned(), purpose.to_owned()))
            .to_vec(),
    }
}
