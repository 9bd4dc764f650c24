//! Limits that are settings.

use anyhow::Result;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::launch::{Environment, World};
use crate::refusal::{EXPIRED, token};

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    let world = async move |name: &'static str, value: &str| -> Result<World> {
        World::start(&Environment::new(kind)?.with(name, value)).await
    };
    vec![
        Case::new(
            "limits::size_of_tokens_is_a_setting",
            "TOKENS__MAX_BYTES says how much of a token is read.",
            Needs::OwnServers,
            async move |_| {
                let world = world("TOKENS__MAX_BYTES", "100").await?;
                let check = world.check(async |target| {
                    let refusal = token("token_too_large", "The token is larger than 100 bytes");
                    target.refuses(&target.good()?.token()?, refusal).await
                });
                check.await
            },
        ),
        Case::new(
            "limits::leeway_is_a_setting",
            "TOKENS__LEEWAY_SECONDS says how far the clocks may differ.",
            Needs::OwnServers,
            async move |_| {
                let world = world("TOKENS__LEEWAY_SECONDS", "300").await?;
                let check = world.check(async |target| {
                    let mint = target.good()?;
                    target
                        .accepts(&mint.clone().expires_in(-60).token()?)
                        .await?;
                    target
                        .refuses(&mint.expires_in(-600).token()?, EXPIRED)
                        .await
                });
                check.await
            },
        ),
    ]
}
