//! What everything is told here, as values.

use std::time::Duration;

use identity_core::providers;
use local_issuer::{Auth0Config, DescopeConfig, IssuerConfig, LocalIssuer, Secret};
use service_kit::openapi::SignIn;
use service_kit::settings::{IssuerSettings, ServiceSettings, Signals, StopConfig};
use service_kit::store::DatabaseConfig;
use tempfile::TempDir;

use crate::ports::Ports;

/// The local issuer's public client for pages on this machine.
const ISSUER_CLIENT: &str = "local-app";

/// For the stand-in of both providers. Its control token is a new one, so that no page of another site knows it.
pub fn issuer(ports: Ports, control_token: &Secret) -> IssuerConfig {
    IssuerConfig {
        control_token: Some(control_token.clone()),
        descope: DescopeConfig {
            port: ports.issuer_descope,
            ..DescopeConfig::default()
        },
        auth0: Auth0Config {
            port: ports.issuer_auth0,
            ..Auth0Config::default()
        },
        ..IssuerConfig::default()
    }
}

/// With the Descope side as its provider.
pub fn descope_api(
    issuer: &LocalIssuer,
    port: u16,
    data: &TempDir,
) -> anyhow::Result<descope_api::Settings> {
    let descope = issuer.descope();
    let project_id = descope.project_id().parse()?;
    let config = providers::DescopeConfig::new(project_id, Some(descope.issuer_base()))?;
    Ok(descope_api::Settings {
        service: service(port),
        issuer: IssuerSettings::default(),
        sign_in: Some(at(ISSUER_CLIENT, config.sign_in_endpoints())),
        descope: config,
        database: DatabaseConfig::at(database(data, "descope-api")),
    })
}

/// With the Auth0 side as its provider.
pub fn auth0_api(issuer: &LocalIssuer, port: u16) -> anyhow::Result<auth0_api::Settings> {
    let auth0 = issuer.auth0();
    // The domain only names the tenant; the issuer says where it is.
    let domain = "dev-example.us.auth0.com".parse()?;
    let settings = providers::Auth0Config::new(domain, auth0.audience());
    let config = providers::Auth0Config {
        issuer: auth0.issuer().to_owned(),
        ..settings
    };
    Ok(auth0_api::Settings {
        service: service(port),
        issuer: IssuerSettings::default(),
        sign_in: Some(at(ISSUER_CLIENT, config.sign_in_endpoints())),
        auth0: config,
    })
}

/// An issuer of its own.
pub fn auth_server(port: u16, data: &TempDir) -> auth_server::Settings {
    let defaults = auth_server::Settings::defaults();
    auth_server::Settings {
        service: ServiceSettings {
            // billing-api's page signs in here, and which port that will have is not known yet.
            cors_allowed_origins: vec!["*".to_owned()],
            ..service(port)
        },
        database: DatabaseConfig {
            url: database(data, "auth-server"),
            ..defaults.database
        },
        ..defaults
    }
}

/// With the auth-server as its provider.
pub fn billing_api(
    issuer: &str,
    port: u16,
    data: &TempDir,
) -> anyhow::Result<billing_api::Settings> {
    Ok(billing_api::Settings {
        service: service(port),
        issuer: IssuerSettings::default(),
        oidc: billing_api::oidc_config(issuer),
        other_issuers: Vec::new(),
        introspection: None,
        database: DatabaseConfig::at(database(data, "billing-api")),
        login_url: Some(format!("{issuer}/user/login").parse()?),
        sign_in: Some(at(
            "auth-server",
            ["authorize", "token"].map(|name| format!("{issuer}/oauth/{name}")),
        )),
    })
}

fn at(client_id: &str, [authorization_url, token_url]: [String; 2]) -> SignIn {
    SignIn::at(client_id, authorization_url, token_url)
}

fn service(port: u16) -> ServiceSettings {
    ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        shutdown: StopConfig {
            timeout: Duration::from_secs(5),
            ..StopConfig::default()
        },
        ..ServiceSettings::on_port(port)
    }
}

fn database(data: &TempDir, name: &str) -> String {
    format!(
        "sqlite://{}",
        data.path().join(format!("{name}.db")).display()
    )
}
