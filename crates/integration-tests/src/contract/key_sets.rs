//! Key sets with more in them than the key that signs.

use anyhow::{Context, Result};
use local_issuer::{Algorithm, LocalIssuer, Signer};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::jwt;
use crate::kind::ServiceKind;
use crate::launch::{Environment, World, start_issuer};
use crate::refusal::{ALGORITHM, UNKNOWN_KEY};
use crate::target::Target;

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
                let check = world.check(async |target| {
                    target.refuses(&signed_by(target, &kid)?, ALGORITHM).await?;
                    target.accepts(&target.good()?.token()?).await
                });
                check.await
            },
        ),
        Case::new(
            "keys::algorithms_are_a_setting",
            "Where another algorithm is allowed it is accepted; the key still has to be one for it.",
            Needs::OwnServers,
            async move |_| {
                let (issuer, kid) = with_es256(kind).await?;
                let name = kind.algorithms_setting();
                let environment = Environment::new(kind)?.with(name, "RS256, ES256");
                let world = World::around(issuer, &environment).await?;
                let check = world.check(async |target| {
                    target.accepts(&signed_by(target, &kid)?).await?;
                    target.accepts(&target.good()?.token()?).await?;
                    confused(target, &kid).await
                });
                check.await
            },
        ),
        Case::new(
            "keys::unusable_ones_are_left_out",
            "A secret in a public key set verifies nothing, and a key that cannot be read spoils no other.",
            Needs::OwnServers,
            async move |_| {
                let issuer = start_issuer(kind).await?;
                let provider = issuer.provider(kind.provider());
                for key in [
                    json!({"kty": "oct", "k": jwt::segment(SECRET), "kid": "shared", "use": "sig", "alg": "HS256"}),
                    json!({"kty": "RSA", "n": "!", "e": "AQAB", "kid": "broken"}),
                    json!("not even an object"),
                ] {
                    provider.publish_foreign(key)?;
                }
                let world = World::around(issuer, &Environment::new(kind)?).await?;
                let check = world.check(async |target| {
                    let mint = target.good()?.header("kid", "shared");
                    let signed = mint.signed_by(Signer::Secret(SECRET.to_vec()));
                    target.refuses(&signed.token()?, ALGORITHM).await?;
                    let signed = signed.header("alg", "RS256").token()?;
                    target.refuses(&signed, UNKNOWN_KEY).await?;
                    target.accepts(&target.good()?.token()?).await
                });
                check.await
            },
        ),
    ]
}

async fn with_es256(kind: ServiceKind) -> Result<(LocalIssuer, String)> {
    let issuer = start_issuer(kind).await?;
    let kid = issuer.provider(kind.provider()).publish(Algorithm::Es256)?;
    Ok((issuer, kid))
}

fn signed_by(target: &Target, kid: &str) -> Result<String> {
    let signer = Signer::Published(kid.to_owned());
    let token = target.good()?.signed_by(signer).token();
    token.context("no token")
}

/// RS256 under the id of an ES256 key, and the other way round.
async fn confused(target: &Target, kid: &str) -> Result<()> {
    let rsa = target.good()?.header("kid", kid).token()?;
    target.refuses(&rsa, ALGORITHM).await?;
    let signer = Signer::Published(kid.to_owned());
    let current = target.provider()?.key_ids().current;
    let ec = target.good()?.signed_by(signer).header("kid", current);
    target.refuses(&ec.token()?, ALGORITHM).await
}
