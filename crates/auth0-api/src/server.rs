//! Puts the service together. The only place with `.wrap`.

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use identity_actix::no_such_route;
use identity_core::providers::Auth0;
use service_kit::telemetry::RequestLog;
use service_kit::{
    BoundServer, Service, ServiceName, around_cors, around_routes, bind, cors, note_caller, openapi,
};
use utoipa_actix_web::{AppExt, scope};

use crate::policies;
use crate::routes;
use crate::settings::Settings;

const NAME: ServiceName = ServiceName {
    service: "auth0-api",
    provider: "auth0",
};
const HOW_TO_GET_A_TOKEN: &str = "An access token of the Auth0 tenant for this API's audience.";

/// Takes the port and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let Settings {
        service: listen,
        issuer,
        auth0,
    } = settings;
    let listener = bind(listen.host, listen.port, "AUTH0_API__PORT or PORT")?;
    let authenticator = issuer.authenticator(Auth0::new(auth0.clone())?)?;
    let service = Service::around(NAME, authenticator, policies::access())
        .issuer_set_by("AUTH0_DOMAIN and AUTH0_ISSUER")
        .limited_to(listen.limits);
    let stopping = service.stopping();

    let (auth0, origins) = (web::Data::new(auth0), listen.cors_allowed_origins.clone());
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
            .app_data(auth0.clone())
            .into_utoipa_app()
            .openapi(openapi::document(
                "auth0-api",
                "Permissions, scopes and roles of Auth0 tokens",
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
