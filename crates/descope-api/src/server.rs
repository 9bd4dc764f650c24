//! Puts the service together. The only place with `.wrap`.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use identity_actix::no_such_route;
use identity_core::providers::Descope;
use service_kit::telemetry::RequestLog;
use service_kit::{
    BoundServer, Service, ServiceName, around_cors, around_routes, bind, cors, note_caller, openapi,
};
use utoipa_actix_web::{AppExt, scope};

use crate::policies;
use crate::routes;
use crate::settings::Settings;
use crate::users::Users;

const NAME: ServiceName = ServiceName {
    service: "descope-api",
    provider: "descope",
};
const HOW_TO_GET_A_TOKEN: &str = "An access token or session token of the Descope project.";

/// Takes the port, opens the store and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let Settings {
        service: listen,
        issuer,
        descope,
        database_url,
    } = settings;
    let listener = bind(listen.host, listen.port, "DESCOPE_API__PORT or PORT")?;
    let users = Users::open(&database_url).await?;
    let authenticator = issuer.authenticator(Descope::new(descope.clone()))?;
    let service = Service::around(NAME, authenticator, policies::access())
        .issuer_set_by("DESCOPE_PROJECT_ID, DESCOPE_BASE_URL and DISCOVERY_URL")
        .depending_on(Arc::new(users.clone()))
        .limited_to(listen.limits);
    let stopping = service.stopping();

    let (descope, users, origins) = (
        web::Data::new(descope),
        web::Data::new(users),
        listen.cors_allowed_origins.clone(),
    );
    let server = HttpServer::new(move || {
        let api = scope("/api")
            .configure(routes::api)
            .default_service(web::to(no_such_route))
            .wrap(from_fn(note_caller))
            .wrap(service.authenticate().required());
        let (app, document) = App::new()
            .wrap(from_fn(around_routes))
            .wrap(cors(&origins))
            .wrap(from_fn(around_cors))
            .wrap(RequestLog::new())
            .configure(|app| service.configure(app))
            .app_data(descope.clone())
            .app_data(users.clone())
            .into_utoipa_app()
            .openapi(openapi::document(
                "descope-api",
                "Roles, permissions and scopes of Descope tokens",
            ))
            .configure(routes::public)
            .service(api)
            .split_for_parts();
        let document = openapi::describe(document, service.access(), HOW_TO_GET_A_TOKEN);
        app.configure(openapi::docs(document))
            .default_service(web::to(no_such_route))
    });
    Ok(BoundServer::start(server, listener, &listen, stopping)?)
}
