//! Puts the service together.

use std::sync::Arc;

use actix_web::web;
use identity_core::keys::NoKeys;
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::{Authenticator, AuthenticatorBuilder};
use service_kit::openapi::{PasswordFlow, SelectedScopes, SignIn, with_password_flow};
use service_kit::store::DatabaseConfig;
use service_kit::{BoundServer, Reload, Service, ServiceInfo, bind};
use url::Url;

use crate::introspection::Introspection;
use crate::invoices::Invoices;
use crate::policies;
use crate::routes::{self, AcceptedIssuers};
use crate::settings::Settings;

const INFO: ServiceInfo = ServiceInfo {
    name: "billing-api",
    version: env!("CARGO_PKG_VERSION"),
    description: "Invoices of organizations, for tokens of any OpenID Connect issuer",
    provider: "oidc",
    how_to_get_a_token: "An access token of the issuer, for this service's audience, such as one of POST /user/login at the auth-server.",
};

/// Takes the port, opens the store and starts to fetch keys. The service runs without keys too, and says so.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let listen = &settings.service;
    let listener = bind(listen.host, listen.port, "BILLING_API__PORT or PORT")?;
    let authenticator = authenticator(&settings)?.build()?;
    let service = service(authenticator, settings.oidc.clone(), &settings.database).await?;
    let service = configured(service, &settings);
    Ok(BoundServer::start(service, listener, listen)?)
}

/// Returns how the running service takes changed settings.
pub fn reload() -> Reload<Settings> {
    Reload::new(configured).authenticated_by(authenticator)
}

fn configured(service: Service, settings: &Settings) -> Service {
    let sign_in = settings.sign_in.clone().map(|sign_in| SignIn {
        scopes: scopes(),
        // Many issuers refuse a request for scopes that they do not know or that the person does not have.
        selected: SelectedScopes::None,
        ..sign_in
    });
    let login_url = settings.login_url.clone();
    let issuers = AcceptedIssuers(service.authenticator().issuers());
    service
        .with_settings(&settings.service)
        .signing_in(sign_in)
        .documented(move |document, table| match &login_url {
            Some(url) => with_password_flow(document, table, password_flow(url)),
            None => document,
        })
        .app_data(web::Data::new(settings.oidc.clone()))
        .app_data(web::Data::new(issuers))
}

/// Creates and updates the tables of the database that `settings` name. Errors: the store cannot be had.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    Invoices::open(&settings.database).await?;
    Ok(())
}

/// Returns the builder of an authenticator that accepts the tokens that these settings say.
pub fn authenticator(settings: &Settings) -> anyhow::Result<AuthenticatorBuilder> {
    let Settings {
        issuer,
        oidc,
        other_issuers,
        introspection,
        ..
    } = settings.clone();
    let builder = Authenticator::builder(Oidc::new(oidc.clone())?);
    let builder = match introspection {
        Some(Introspection { config, only: true }) => {
            builder.introspection(config).keys(Arc::new(NoKeys))
        }
        Some(Introspection { config, .. }) => builder.introspection(config),
        None => builder,
    };
    let others = other_issuers.into_iter().map(Oidc::new);
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let builder = others.into_iter().fold(builder, AuthenticatorBuilder::and);
    Ok(issuer.applied_to(builder))
}

/// Returns the service with these callers and invoices: for [`build`], and for tests of its routes.
///
/// Errors: the store cannot be had.
pub async fn service(
    authenticator: Authenticator,
    oidc: OidcConfig,
    database: &DatabaseConfig,
) -> anyhow::Result<Service> {
    let invoices = Invoices::open(database).await?;
    let issuers = AcceptedIssuers(authenticator.issuers());
    Ok(Service::new(INFO, authenticator, policies::access())
        .issuer_set_by("ISSUER")
        .depending_on(Arc::new(invoices.database().clone()))
        .app_data(web::Data::new(invoices))
        .app_data(web::Data::new(oidc))
        .app_data(web::Data::new(issuers))
        .public(routes::public)
        .protected("/billing", routes::billing))
}

/// Returns the sign-in with a name and a password.
fn password_flow(url: &Url) -> PasswordFlow {
    PasswordFlow {
        token_url: url.to_string(),
        scopes: scopes(),
    }
}

/// Returns the scopes that the Authorize dialog offers.
fn scopes() -> Vec<(String, String)> {
    policies::SCOPES
        .map(|(scope, purpose)| (scope.to_owned(), purpose.to_owned()))
        .to_vec()
}
