//! An API that trusts any number of issuers, with nothing else around it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Result;
use auth0_api::{Auth0, Auth0Settings, Domain};
use identity_actix::{Authenticate, Caller};
use identity_core::{
    Authenticator, CacheLimits, KeyAddress, KeyStatus, SystemClock, TrustedIssuer,
};
use service_kit::settings::IssuerSettings;

use crate::server::READY;

/// Answers callers of each of these issuers, and remembers verified tokens or not.
pub async fn serve(port: u16, remembers: bool, audience: &str, issuers: &[&str]) -> Result<()> {
    let trusted: Result<Vec<_>> = issuers
        .iter()
        .map(|issuer| trust(issuer, audience))
        .collect();
    let authenticator = Authenticator::of_several(trusted?, Arc::new(SystemClock))?;
    let authenticator = Arc::new(match remembers {
        true => authenticator,
        false => authenticator.caching(CacheLimits::OFF),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&authenticator)))
            .route(READY, web::get().to(ready))
            .service(
                web::scope("/api")
                    .wrap(Authenticate::required(Arc::clone(&authenticator)))
                    .route("/private", web::get().to(private)),
            )
    });
    Ok(server
        .workers(1)
        .bind((Ipv4Addr::LOCALHOST, port))?
        .run()
        .await?)
}

fn trust(issuer: &str, audience: &str) -> Result<TrustedIssuer> {
    let domain: Result<Domain, _> = "dev-example.us.auth0.com".parse();
    let settings = IssuerSettings::default();
    let tenant = Auth0Settings {
        issuer: issuer.to_owned(),
        ..Auth0Settings::new(domain.map_err(anyhow::Error::msg)?, audience)
    };
    let provider = Auth0::new(tenant, settings.clone());
    let keys = settings.remote_keys(KeyAddress::Discovered(provider.discovery()?))?;
    Ok(TrustedIssuer {
        provider: Arc::new(provider),
        keys: Arc::new(keys),
    })
}

async fn ready(authenticator: web::Data<Authenticator>) -> HttpResponse {
    match authenticator.key_status() {
        KeyStatus::Ready { .. } => HttpResponse::Ok().finish(),
        _ => HttpResponse::ServiceUnavailable().finish(),
    }
}

async fn private(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(&caller.principal().permissions)
}
