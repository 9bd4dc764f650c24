//! Limits that are settings.

use anyhow::{Result, ensure};

use super::forgery::good;
use super::problems::invalid_token;
use crate::case::{Case, Needs};
use crate::launch::{Environment, ServiceKind, World};
use crate::target::Target;

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    vec![
        Case::new(
            "limits::size_of_tokens_is_a_setting",
            "MAX_TOKEN_BYTES says how much of a token is read.",
            Needs::OwnServers,
            async move |_| with(kind, "MAX_TOKEN_BYTES", "100", too_large).await,
        ),
        Case::new(
            "limits::leeway_is_a_setting",
            "LEEWAY_SECONDS says how far the clocks may differ.",
            Needs::OwnServers,
            async move |_| with(kind, "LEEWAY_SECONDS", "300", leeway).await,
        ),
    ]
}

async fn too_large(target: &Target) -> Result<()> {
    let token = good(target.provider()?)?.token()?;
    let detail = "The token is larger than 100 bytes";
    let expected = invalid_token(target.kind(), "token_too_large", detail);
    let call = target.any_caller().bearer(&token);
    target.check(&call, &expected).await.map(drop)
}

async fn leeway(target: &Target) -> Result<()> {
    let mint = good(target.provider()?)?;
    let token = mint.clone().expires_in(-60).token()?;
    let answer = target.send(&target.any_caller().bearer(&token)).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let token = mint.expires_in(-600).token()?;
    let expected = invalid_token(target.kind(), "token_expired", "Token has expired");
    let call = target.any_caller().bearer(&token);
    target.check(&call, &expected).await.map(drop)
}

async fn with(
    kind: ServiceKind,
    name: &'static str,
    value: &str,
    check: impl AsyncFn(&Target) -> Result<()>,
) -> Result<()> {
    let world = World::start(&Environment::new(kind)?.with(name, value)).await?;
    let checked = check(&world.target()).await;
    world.stop().await?;
    checked
}
