//! What a service does while its issuer is out of reach.

use anyhow::{Context, Result, ensure};
use local_issuer::{Algorithm, IssuerConfig, LocalIssuer, Mint, ProviderHandle, Signer, TokenKind};
use serde_json::json;

use super::matrix::Matrix;
use crate::case::{Case, Needs};
use crate::expectation::{Expectation, retries};
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, ReservedPorts, RunningService, start_issuer};
use crate::refusal::{ALGORITHM, CLAIMS, NO_TOKEN, TOO_FEW};
use crate::target::Target;
use crate::wait;

pub(super) fn cases(kind: ServiceKind, matrix: &Matrix) -> Vec<Case> {
    let matrix = *matrix;
    vec![
        Case::new(
            "outage::issuer_down_at_start_is_503_until_it_is_there",
            "A service starts without its issuer, says so, responds with 503 and not 401, and recovers by itself.",
            Needs::OwnServers,
            async move |_| down_at_start(kind, matrix).await,
        ),
        Case::new(
            "outage::issuer_down_later_leaves_known_keys_in_use",
            "A caller whose token can be verified does not notice; what cannot be verified now is 503 and not 401.",
            Needs::OwnServers,
            async move |_| down_later(kind).await,
        ),
        Case::new(
            "outage::wrong_issuer_address_is_told_at_ready",
            "A wrong address is a fault of the settings: /health/ready says what could not be fetched.",
            Needs::OwnServers,
            async move |_| wrong_address(kind).await,
        ),
    ]
}

async fn down_at_start(kind: ServiceKind, matrix: Matrix) -> Result<()> {
    let ports = ReservedPorts::take()?;
    let issuer = LocalIssuer::start(ports.config(kind)?).await?;
    let (config, provider) = (issuer.config(), issuer.provider(kind.provider()).clone());
    issuer.stop().await;

    let service = RunningService::start(&Environment::new(kind)?, &config).await?;
    let target = &service.target;
    alive(target).await?;
    let ready = Call::get("/health/ready");
    wait::until("the first fetch has failed", async || {
        let response = target.status(&ready, 503).await?;
        ensure!(retries(&response), "{response:?}");
        ensure!(response.member("/status")? == "starting", "{response:?}");
        let reason = response.text_member("/reason")?;
        ensure!(!reason.is_empty(), "{response:?}");
        Ok(reason != "the keys are being fetched")
    })
    .await?;
    refused_without_keys(target, &provider).await?;
    every_protected_route_is_503(target, matrix, &good(&provider)?.token()?).await?;

    let issuer = LocalIssuer::start(config).await?;
    target.until_ready().await?;
    let recovered = target.accepts(&good(&provider)?.token()?).await;
    recovered.context("after the recovery")?;
    service.stop().await?;
    issuer.stop().await;
    Ok(())
}

fn good(provider: &ProviderHandle) -> Result<Mint> {
    Ok(provider.mint("admin", TokenKind::Access)?)
}

async fn alive(target: &Target) -> Result<()> {
    let healthy = Expectation::json(json!({"status": "healthy"}));
    target.check(&Call::get("/health"), &healthy).await?;
    let public = Call::get(target.kind().routes().public);
    let open = target.status(&public, 200).await.map(drop);
    open.context("public routes need no keys")
}

/// What needs no key to be refused is refused; what would need one is 503.
async fn refused_without_keys(target: &Target, provider: &ProviderHandle) -> Result<()> {
    target.refused(&target.any_caller(), NO_TOKEN).await?;
    target.refuses("garbage", TOO_FEW).await?;
    let foreign = good(provider)?.claim("iss", "https://evil.example/");
    target.refuses(&foreign.token()?, CLAIMS).await?;
    let unsigned = good(provider)?.signed_by(Signer::Unsigned);
    target.refuses(&unsigned.token()?, ALGORITHM).await?;
    for mint in [good(provider)?, good(provider)?.expires_in(-60)] {
        unavailable(target, &target.any_caller().bearer(&mint.token()?)).await?;
    }
    Ok(())
}

async fn unavailable(target: &Target, call: &Call) -> Result<()> {
    let expected = Expectation::keys_unavailable();
    target.check(call, &expected).await.map(drop)
}

async fn every_protected_route_is_503(target: &Target, matrix: Matrix, token: &str) -> Result<()> {
    let routes = matrix.routes.iter();
    for route in routes.filter(|route| !route.demand.is_public()) {
        unavailable(target, &route.call().bearer(token)).await?;
    }
    Ok(())
}

async fn down_later(kind: ServiceKind) -> Result<()> {
    let ports = ReservedPorts::take()?;
    let issuer = LocalIssuer::start(ports.config(kind)?).await?;
    let provider = issuer.provider(kind.provider()).clone();
    let environment = Environment::new(kind)?.with("KEYS__TTL_SECONDS", "1");
    let service = RunningService::start(&environment, &issuer.config()).await?;
    let target = &service.target;
    target.until_ready().await?;
    let token = good(&provider)?.token()?;
    issuer.stop().await;

    wait::until("a refresh has failed", async || {
        // Degraded counts as ready.
        let response = target.status(&Call::get("/health/ready"), 200).await?;
        Ok(response.member("/status")? == "degraded")
    })
    .await?;
    target.accepts(&token).await.context("a known key")?;

    let signer = Signer::Unpublished(Algorithm::Rs256);
    let unknown = good(&provider)?.signed_by(signer).token()?;
    unavailable(target, &target.any_caller().bearer(&unknown)).await?;
    service.stop().await
}

async fn wrong_address(kind: ServiceKind) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    let config = exchanged(issuer.config());
    let service = RunningService::start(&Environment::new(kind)?, &config).await?;
    let target = &service.target;
    wait::until("the fault is told", async || {
        let response = target.status(&Call::get("/health/ready"), 503).await?;
        Ok(response.text_member("/reason")?.contains("404"))
    })
    .await?;
    alive(target).await?;
    service.stop().await?;
    issuer.stop().await;
    Ok(())
}

/// Each side at the other's address, where there is no such discovery document.
fn exchanged(mut config: IssuerConfig) -> IssuerConfig {
    let descope = config.descope.issuer_base.clone().unwrap_or_default();
    let auth0 = config.auth0.issuer.clone().unwrap_or_default();
    config.descope.issuer_base = Some(auth0.trim_end_matches('/').to_owned());
    config.auth0.issuer = Some(format!("{descope}/"));
    config
}
