//! Project Wycheproof's signature vectors at the door of each service, whose issuer publishes the keys of all of them.
//!
//! A vector's message is arbitrary bytes and no signing input of a token, so no service can say whether the signature
//! of that message is good; the tests of `identity-core` ask the function that verifies. Here the question is whether
//! anything of Wycheproof's makes a caller. Each signature is put on a token that is good in all else, under the key that
//! made it: some forgeries hold for every message. It must be refused as a signature, which also shows that the service
//! has read the key. And each message with a good signature is sent as the payload under its own signature: signed by a key
//! of the issuer, and no claims.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says"
)]

mod key_set;
#[path = "../../../identity-core/tests/suite/wycheproof_vectors/vectors.rs"]
#[expect(dead_code, reason = "those of other algorithms are not used here")]
mod vectors;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration_tests::{
    Arguments, Environment, ServiceKind, Target, World, refusal, start_issuer,
};
use libtest_mimic::{Failed, Trial};
use local_issuer::TokenKind;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use key_set::KeySet;
use vectors::{Set, Vector, ecdsa, ed25519, pkcs1, pss};

const ALGORITHMS: &str = "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,EdDSA";

fn main() -> Result<ExitCode> {
    integration_tests::keep_log()?;
    let runtime = Runtime::new()?;
    let sets: Vec<_> = [pkcs1(), pss(), ecdsa(), ed25519()].concat();
    let keys = Arc::new(KeySet::of(&sets));
    let (mut trials, mut worlds) = (Vec::new(), Vec::new());
    for kind in ServiceKind::ALL {
        let world = Arc::new(OnceCell::new());
        for set in &sets {
            let (set, keys, world) = (set.clone(), Arc::clone(&keys), Arc::clone(&world));
            let handle = runtime.handle().clone();
            let name = format!("{:?}::{}", set.algorithm, set.name);
            let run = move || {
                let checked = handle.block_on(async {
                    let world = world.get_or_try_init(|| start(kind, &keys)).await?;
                    check(&world.target(), &set, &keys).await
                });
                checked.map_err(|error| Failed::from(format!("{error:#}")))
            };
            trials.push(Trial::test(name, run).with_kind(kind.name()));
        }
        worlds.push(world);
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    for world in worlds {
        if let Some(world) = Arc::into_inner(world).and_then(OnceCell::into_inner) {
            runtime.block_on(world.stop())?;
        }
    }
    Ok(conclusion.exit_code())
}

/// A service that accepts all algorithms, and reads a key set of this size.
async fn start(kind: ServiceKind, keys: &KeySet) -> Result<World> {
    let issuer = start_issuer(kind).await?;
    for key in keys.published() {
        issuer.provider(kind.provider()).publish_foreign(key)?;
    }
    let environment = Environment::new(kind)?
        .with(kind.algorithms_setting(), ALGORITHMS)
        .with("KEYS__MAX_COUNT", "1000")
        .with("FETCH__MAX_BYTES", "1000000");
    World::around(issuer, &environment).await
}

async fn check(target: &Target, set: &Set, keys: &KeySet) -> Result<()> {
    ensure!(!set.vectors.is_empty(), "there are no vectors");
    let claims = target.mint("admin", TokenKind::Access)?.claims().clone();
    let claims = segment(Value::Object(claims).to_string());
    for vector in &set.vectors {
        let header = segment(json!({"alg": set.algorithm, "kid": keys.id(vector)}).to_string());
        let sent = send(target, vector, &header, &claims).await;
        sent.with_context(|| format!("{} {}", set.name, vector.id))?;
    }
    Ok(())
}

async fn send(target: &Target, vector: &Vector, header: &str, claims: &str) -> Result<()> {
    let signature = &vector.signature;
    let token = format!("{header}.{claims}.{signature}");
    target.refuses(&token, refusal::SIGNATURE).await?;
    if vector.result == "valid" {
        let token = format!("{header}.{}.{signature}", segment(&vector.message));
        target.refuses(&token, refusal::PAYLOAD).await?;
    }
    Ok(())
}

fn segment(content: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(content)
}
