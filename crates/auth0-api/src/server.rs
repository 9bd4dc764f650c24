//! Puts the service together.

use actix_web::web;
use identity_core::providers::{Auth0, Auth0Config};
use identity_core::{Authenticator, AuthenticatorBuilder};
use service_kit::openapi::SignIn;
use service_kit::{Activity, BoundServer, Reload, Service, ServiceInfo, bind};

use crate::policies;
use crate::routes;
use crate::settings::Settings;

const INFO: ServiceInfo = ServiceInfo {
    name: "auth0-api",
    version: env!("CARGO_PKG_VERSION"),
    description: "Permissions, scopes and roles of Auth0 tokens",
    provider: "auth0",
    how_to_get_a_token: "An access token of the Auth0 tenant for this API's audience: of an application that signed a user in, or of a machine-to-machine application. The test tab of the API in Auth0's dashboard has one.",
};

/// Takes the port and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let listen = &settings.service;
    let listener = bind(listen.host, listen.port, "AUTH0_API__PORT or PORT")?;
    let service = service(authenticator(&settings)?.build()?, settings.auth0.clone());
    let service = configured(service, &settings);
    Ok(BoundServer::start(service, listener, listen)?)
}

/// Returns how the running service takes changed settings.
pub fn reload() -> Reload<Settings> {
    Reload::new(configured).authenticated_by(authenticator)
}

fn authenticator(settings: &Settings) -> anyhow::Result<AuthenticatorBuilder> {
    let provider = Auth0::new(settings.auth0.clone())?;
    let builder = Authenticator::builder(provider);
    Ok(settings.issuer.applied_to(builder))
}

fn configured(service: Service, settings: &Settings) -> Service {
    let auth0 = &settings.auth0;
    let sign_in = settings.sign_in.clone();
    service
        .with_settings(&settings.service)
        .signing_in(sign_in.map(|sign_in| for_this_api(sign_in, auth0)))
        .app_data(web::Data::new(auth0.clone()))
}

/// Asks for a token for this API, and for the caller's name and email address.
fn for_this_api(sign_in: SignIn, auth0: &Auth0Config) -> SignIn {
    let scopes = [
        ("openid", "Sign in"),
        ("profile", "Your name"),
        ("email", "Your email address"),
    ];
    SignIn {
        scopes: scopes
            .map(|(scope, what)| (scope.to_owned(), what.to_owned()))
            .to_vec(),
        parameters: vec![("audience".to_owned(), auth0.audience.clone())],
        ..sign_in
    }
}

/// Returns the service with these callers: for [`build`], and for tests of its routes.
pub fn service(authenticator: Authenticator, auth0: Auth0Config) -> Service {
    Service::new(INFO, authenticator, policies::access())
        .issuer_set_by("AUTH0_DOMAIN and AUTH0_ISSUER")
        .app_data(web::Data::new(auth0))
        .app_data(web::Data::new(Activity::default()))
        .public(routes::public)
        .protected("/api", routes::api)
}
