//! `POST /_control/keys/...`

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use serde::Deserialize;
use serde_json::json;

use super::input::Asked;
use super::refusal::Refusal;
use crate::keys::{Algorithm, HostileKey, KeyError};
use crate::provider::ProviderHandle;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishRequest {
    algorithm: Algorithm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostileRequest {
    key: HostileKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KidRequest {
    kid: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveRequest {
    /// Every hostile key if absent.
    #[serde(default)]
    id: Option<String>,
}

pub(super) async fn publish(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<PublishRequest>,
) -> Result<HttpResponse, Refusal> {
    let kid = in_background(move || provider.publish(asked.algorithm)).await?;
    tracing::info!(key.id = %kid, "published key {kid}");
    Ok(HttpResponse::Ok().json(json!({ "kid": kid })))
}

pub(super) async fn hostile(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<HostileRequest>,
) -> Result<HttpResponse, Refusal> {
    let made = in_background(move || provider.publish_hostile(&asked.key)).await?;
    tracing::info!("published {}, which is wrong on purpose", made.id);
    Ok(HttpResponse::Ok().json(made))
}

pub(super) async fn withhold(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<KidRequest>,
) -> Result<HttpResponse, Refusal> {
    let found = provider.withhold(&asked.kid);
    changed(&provider, found, "the id of a key in use")
}

pub(super) async fn withdraw(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<KidRequest>,
) -> Result<HttpResponse, Refusal> {
    let found = provider.withdraw(&asked.kid)?;
    let expected =
        "the id of a key other than the current one, which signs: withhold it, or rotate first";
    changed(&provider, found, expected)
}

pub(super) async fn restore(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<KidRequest>,
) -> Result<HttpResponse, Refusal> {
    let found = provider.restore(&asked.kid)?;
    changed(
        &provider,
        found,
        "the id of a key that was withheld, withdrawn or revoked",
    )
}

pub(super) async fn remove(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<RemoveRequest>,
) -> Result<HttpResponse, Refusal> {
    match &asked.id {
        None => drop(provider.remove_hostile_keys()?),
        Some(id) if provider.remove_hostile(id)? => {}
        Some(_) => return Err(Refusal::member("id", "expected the id of a hostile key")),
    }
    Ok(HttpResponse::Ok().json(json!({ "hostile_keys": provider.hostile_keys() })))
}

/// Generating a key takes long enough to be noticed by whoever waits on this worker.
pub(super) async fn in_background<T, E>(
    change: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Refusal>
where
    T: Send + 'static,
    E: Send + 'static,
    Refusal: From<E>,
{
    match web::block(change).await {
        Ok(changed) => Ok(changed?),
        Err(_) => Err(KeyError::Generate.into()),
    }
}

fn changed(
    provider: &ProviderHandle,
    found: bool,
    expected: &str,
) -> Result<HttpResponse, Refusal> {
    if found {
        Ok(HttpResponse::Ok().json(provider.key_ids()))
    } else {
        Err(Refusal::member("kid", format!("expected {expected}")))
    }
}
