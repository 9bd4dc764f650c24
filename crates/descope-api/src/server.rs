//! Puts the service together.

use std::sync::Arc;

use actix_web::web;
use identity_core::providers::{Descope, DescopeConfig};
use identity_core::{Authenticator, AuthenticatorBuilder};
use service_kit::openapi::SignIn;
use service_kit::store::DatabaseConfig;
use service_kit::{Activity, BoundServer, Reload, Service, ServiceInfo, bind};

use crate::members::Members;
use crate::policies;
use crate::routes;
use crate::settings::Settings;
use crate::users::Users;

const INFO: ServiceInfo = ServiceInfo {
    name: "descope-api",
    version: env!("CARGO_PKG_VERSION"),
    description: "Roles, permissions and scopes of Descope tokens",
    provider: "descope",
    how_to_get_a_token: "An access token or a session token of the Descope project: of an application that signed a user in, or of an access key that was exchanged.",
};

/// Takes the port, opens the store and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let listen = &settings.service;
    let listener = bind(listen.host, listen.port, "DESCOPE_API__PORT or PORT")?;
    let authenticator = authenticator(&settings)?.build()?;
    let service = service(authenticator, settings.descope.clone(), &settings.database).await?;
    let service = configured(service, &settings);
    Ok(BoundServer::start(service, listener, listen)?)
}

/// Returns how the running service takes changed settings.
pub fn reload() -> Reload<Settings> {
    Reload::new(configured).authenticated_by(authenticator)
}

fn authenticator(settings: &Settings) -> anyhow::Result<AuthenticatorBuilder> {
    let provider = Descope::new(settings.descope.clone());
    let builder = Authenticator::builder(provider);
    Ok(settings.issuer.applied_to(builder))
}

fn configured(service: Service, settings: &Settings) -> Service {
    let sign_in = settings.sign_in.clone();
    service
        .with_settings(&settings.service)
        .signing_in(sign_in.map(with_scopes))
        .app_data(web::Data::new(settings.descope.clone()))
}

/// Creates and updates the tables of the database that `settings` name. Errors: the store cannot be had.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    Users::open(&settings.database).await?;
    Ok(())
}

/// Adds the scopes that fill the routes about the caller: a token has roles and permissions only with `descope.claims`.
fn with_scopes(sign_in: SignIn) -> SignIn {
    let scopes = [
        ("openid", "Sign in"),
        ("profile", "Your name"),
        ("email", "Your email address"),
        ("descope.claims", "Your roles, permissions and tenants"),
    ];
    SignIn {
        scopes: scopes
            .map(|(scope, what)| (scope.to_owned(), what.to_owned()))
            .to_vec(),
        ..sign_in
    }
}

/// Returns the service with these callers and users: for [`build`], and for tests of its routes.
///
/// Errors: the store cannot be had.
pub async fn service(
    authenticator: Authenticator,
    descope: DescopeConfig,
    database: &DatabaseConfig,
) -> anyhow::Result<Service> {
    let users = Users::open(database).await?;
    Ok(Service::new(INFO, authenticator, policies::access())
        .issuer_set_by("DESCOPE_PROJECT_ID, DESCOPE_BASE_URL and DISCOVERY_URL")
        .depending_on(Arc::new(users.database().clone()))
        .app_data(web::Data::new(Members::of(users.database())))
        .app_data(web::Data::new(users))
        .app_data(web::Data::new(descope))
        .app_data(web::Data::new(Activity::default()))
        .public(routes::public)
        .protected("/api", routes::api))
}
