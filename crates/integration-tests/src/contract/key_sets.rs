//! Key sets with more in them than the key that signs.

use anyhow::{Result, ensure};
use local_issuer::{Algorithm, LocalIssuer, Signer};
use serde_json::json;

use super::forgery::good;
use super::problems::invalid_token;
use crate::case::{Case, Needs};
use crate::jwt;
use crate::launch::{Environment, ServiceKind, World, start_issuer};
use crate::target::Target;

const UNABLE: &str = "Unable to validate token";
const SECRET: &[u8] = b"a secret that everybody can read";

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    vec![
        Case::new(
            "keys::published_key_of_another_algorithm_is_401",
            "What the issuer publishes is not what the service accepts: the algorithms are a list of the service's own.",
            Needs::OwnServers,
            async move |_| {
                let (issuer, kid) = with_es256(kind).await?;
                let world = World::around(issuer, &Environment::new(kind)?).await?;
                let refused = es256(&world.target(), &kid, 401).await;
                world.stop().await?;
                refused
            },
        ),
        Case::new(
            "keys::algorithms_are_a_setting",
            "Whoever allows another algorithm has it; the key still has to be one for it.",
            Needs::OwnServers,
            async move |_| {
                let (issuer, kid) = with_es256(kind).await?;
                let name = kind.algorithms_setting();
                let environment = Environment::new(kind)?.with(name, "RS256, ES256");
                let world = World::around(issuer, &environment).await?;
                let allowed = es256(&world.target(), &kid, 200).await;
                let confused = confused(&world.target(), &kid).await;
                world.stop().await?;
                allowed.and(confused)
            },
        ),
        Case::new(
            "keys::unusable_ones_are_left_out",
            "A secret in a public key set verifies nothing, and a key that cannot be read spoils no other.",
            Needs::OwnServers,
            async move |_| {
                let issuer = start_issuer(kind).await?;
                let provider = issuer.provider(kind.provider());
                provider.publish_foreign(json!({
                    "kty": "oct", "k": jwt::segment(SECRET), "kid": "shared", "use": "sig", "alg": "HS256",
                }))?;
                provider.publish_foreign(
                    json!({"kty": "RSA", "n": "!", "e": "AQAB", "kid": "broken"}),
                )?;
                provider.publish_foreign(json!("not even an object"))?;
                let world = World::around(issuer, &Environment::new(kind)?).await?;
                let checked = secrets_verify_nothing(&world.target()).await;
                world.stop().await?;
                checked
            },
        ),
    ]
}

async fn with_es256(kind: ServiceKind) -> Result<(LocalIssuer, String)> {
    let issuer = start_issuer(kind).await?;
    let kid = issuer.provider(kind.provider()).publish(Algorithm::Es256)?;
    Ok((issuer, kid))
}

async fn es256(target: &Target, kid: &str, status: u16) -> Result<()> {
    let signer = Signer::Published(kid.to_owned());
    let token = good(target.provider()?)?.signed_by(signer).token()?;
    let answer = target.send(&target.any_caller().bearer(&token)).await?;
    ensure!(answer.status == status, "{answer:?}");
    let usual = good(target.provider()?)?.token()?;
    let answer = target.send(&target.any_caller().bearer(&usual)).await?;
    ensure!(answer.status == 200, "the key of the provider: {answer:?}");
    Ok(())
}

/// RS256 under the id of an ES256 key, and the other way round.
async fn confused(target: &Target, kid: &str) -> Result<()> {
    let provider = target.provider()?;
    let rsa = good(provider)?.header("kid", kid).token()?;
    let signer = Signer::Published(kid.to_owned());
    let current = provider.key_ids().current;
    let ec = good(provider)?.signed_by(signer).header("kid", current);
    for token in [rsa, ec.token()?] {
        let expected = invalid_token(target.kind(), "algorithm_not_allowed", UNABLE);
        target
            .check(&target.any_caller().bearer(&token), &expected)
            .await?;
    }
    Ok(())
}

async fn secrets_verify_nothing(target: &Target) -> Result<()> {
    let mint = || Ok::<_, anyhow::Error>(good(target.provider()?)?.header("kid", "shared"));
    let signed = mint()?.signed_by(Signer::Secret(SECRET.to_vec()));
    let rows = [
        (signed.token()?, "algorithm_not_allowed", UNABLE),
        (
            signed.header("alg", "RS256").token()?,
            "key_not_found",
            "Unable to find appropriate key",
        ),
    ];
    for (token, code, detail) in rows {
        let expected = invalid_token(target.kind(), code, detail);
        target
            .check(&target.any_caller().bearer(&token), &expected)
            .await?;
    }
    let usual = good(target.provider()?)?.token()?;
    let answer = target.send(&target.any_caller().bearer(&usual)).await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}
