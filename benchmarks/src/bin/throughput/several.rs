//! An API that trusts any number of issuers, with nothing else around it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};
use identity_actix::{Authenticate, Caller};
use identity_core::keys::KeyStatus;
use identity_core::providers::{Auth0, Auth0Config};
use identity_core::{Authenticator, CacheLimits};

use crate::arguments::Several;
use crate::server::READY;

/// Serves callers of each of these issuers, and caches verified tokens or not.
pub async fn serve(several: Several) -> Result<()> {
    let issuers = several.issuers.iter();
    let mut issuers = issuers.map(|issuer| tenant(issuer, &several.audience));
    let first = issuers.next().context("at least one issuer")??;
    let builder = issuers.try_fold(Authenticator::builder(first), |builder, tenant| {
        anyhow::Ok(builder.and(tenant?))
    })?;
    let builder = match several.forgets {
        true => builder.cache(CacheLimits::OFF),
        false => builder,
    };
    let authenticator = Arc::new(builder.build()?);
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
        .bind((Ipv4Addr::LOCALHOST, several.port))?
        .run()
        .await?)
}

fn tenant(issuer: &str, audience: &str) -> Result<Auth0> {
    Ok(Auth0::new(Auth0Config {
        issuer: issuer.to_owned(),
        ..Auth0Config::new("dev-example.us.auth0.com".parse()?, audience)
    })?)
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
