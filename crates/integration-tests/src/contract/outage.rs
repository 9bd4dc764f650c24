//! What a service does while its issuer is out of reach.

use anyhow::{Context, Result, ensure};
use local_issuer::{Algorithm, IssuerConfig, LocalIssuer, ProviderHandle, Signer};
use serde_json::json;

use super::forgery::good;
use super::matrix::Matrix;
use super::problems::{invalid_token, keys_unavailable, missing_token, retry_after};
use crate::call::Call;
use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::launch::{Environment, ReservedPorts, RunningService, ServiceKind, start_issuer};
use crate::wait;

pub(super) fn cases(kind: ServiceKind, matrix: &Matrix) -> Vec<Case> {
    let matrix = *matrix;
    vec![
        Case::new(
            "outage::issuer_down_at_start_is_503_until_it_is_there",
            "A service starts without its issuer, says so, answers 503 and not 401, and recovers by itself.",
            Needs::OwnServers,
            async move |_| down_at_start(kind, matrix).await,
        ),
        Case::new(
            "outage::issuer_down_later_leaves_known_keys_in_use",
            "Whoever has a token that can be verified does not notice; what cannot be verified now is 503 and not 401.",
            Needs::OwnServers,
            async move |_| down_later(kind).await,
        ),
        Case::new(
            "outage::wrong_issuer_address_is_told_at_ready",
            "A wrong address is a fault of the settings: whoever looks at /health/ready is told what was asked in vain.",
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
    alive(&service, kind).await?;
    wait::until("the first fetch has failed", async || {
        let answer = service.send(&Call::get("/health/ready")).await?;
        ensure!(answer.status == 503, "ready without keys: {answer:?}");
        retry_after(&answer)?;
        ensure!(answer.member("/status")? == "starting", "{answer:?}");
        let reason = answer.member("/reason")?;
        ensure!(
            reason.as_str().is_some_and(|reason| !reason.is_empty()),
            "{answer:?}"
        );
        Ok(reason != "the keys are being fetched")
    })
    .await?;
    refused_without_keys(&service, kind, &provider).await?;
    every_protected_route_is_503(&service, matrix, &good(&provider)?.token()?).await?;

    let issuer = LocalIssuer::start(config).await?;
    service.until_ready().await?;
    let token = good(&provider)?.token()?;
    let answer = service.send(&service.any_caller().bearer(&token)).await?;
    ensure!(answer.status == 200, "after the recovery: {answer:?}");
    service.stop().await?;
    issuer.stop().await;
    Ok(())
}

async fn alive(service: &RunningService, kind: ServiceKind) -> Result<()> {
    let healthy = Expectation::json(json!({"status": "healthy"}));
    healthy.check(&service.send(&Call::get("/health")).await?)?;
    let answer = service.send(&Call::get(kind.routes().public)).await?;
    ensure!(
        answer.status == 200,
        "public routes need no keys: {answer:?}"
    );
    Ok(())
}

/// What needs no key to be refused is refused; what would need one is 503.
async fn refused_without_keys(
    service: &RunningService,
    kind: ServiceKind,
    provider: &ProviderHandle,
) -> Result<()> {
    missing_token(kind).check(&service.send(&service.any_caller()).await?)?;
    let foreign = good(provider)?
        .claim("iss", "https://evil.example/")
        .token()?;
    let unsigned = good(provider)?.signed_by(Signer::Unsigned).token()?;
    let rows = [
        (
            "garbage",
            "malformed_token",
            "Unable to validate token: Not enough segments",
        ),
        (
            &foreign,
            "invalid_claims",
            "Invalid claims. Please check the audience and issuer.",
        ),
        (
            &unsigned,
            "algorithm_not_allowed",
            "Unable to validate token",
        ),
    ];
    for (token, code, detail) in rows {
        let answer = service.send(&service.any_caller().bearer(token)).await?;
        invalid_token(kind, code, detail).check(&answer)?;
    }
    let expired = good(provider)?.expires_in(-60).token()?;
    for token in [good(provider)?.token()?, expired] {
        let answer = service.send(&service.any_caller().bearer(&token)).await?;
        keys_unavailable().check(&answer)?;
        retry_after(&answer)?;
    }
    Ok(())
}

async fn every_protected_route_is_503(
    service: &RunningService,
    matrix: Matrix,
    token: &str,
) -> Result<()> {
    let routes = matrix.routes.iter();
    for route in routes.filter(|route| !route.demand.is_public()) {
        let answer = service.send(&route.call().bearer(token)).await?;
        keys_unavailable()
            .check(&answer)
            .with_context(|| format!("{} {}", route.method, route.path))?;
        retry_after(&answer)?;
    }
    Ok(())
}

async fn down_later(kind: ServiceKind) -> Result<()> {
    let ports = ReservedPorts::take()?;
    let issuer = LocalIssuer::start(ports.config(kind)?).await?;
    let provider = issuer.provider(kind.provider()).clone();
    let environment = Environment::new(kind)?.with("KEYS_TTL_SECONDS", "1");
    let service = RunningService::start(&environment, &issuer.config()).await?;
    let service = service.ready().await?;
    let token = good(&provider)?.token()?;
    issuer.stop().await;

    wait::until("a refresh has failed", async || {
        let answer = service.send(&Call::get("/health/ready")).await?;
        ensure!(answer.status == 200, "degraded counts as ready: {answer:?}");
        Ok(answer.member("/status")? == "degraded")
    })
    .await?;
    let answer = service.send(&service.any_caller().bearer(&token)).await?;
    ensure!(answer.status == 200, "a known key: {answer:?}");

    let signer = Signer::Unpublished(Algorithm::Rs256);
    let unknown = good(&provider)?.signed_by(signer).token()?;
    let answer = service.send(&service.any_caller().bearer(&unknown)).await?;
    keys_unavailable().check(&answer)?;
    retry_after(&answer)?;
    service.stop().await
}

async fn wrong_address(kind: ServiceKind) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    let config = exchanged(issuer.config());
    let service = RunningService::start(&Environment::new(kind)?, &config).await?;
    wait::until("the fault is told", async || {
        let answer = service.send(&Call::get("/health/ready")).await?;
        ensure!(answer.status == 503, "{answer:?}");
        let reason = answer.member("/reason")?;
        Ok(reason.as_str().is_some_and(|reason| reason.contains("404")))
    })
    .await?;
    alive(&service, kind).await?;
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
