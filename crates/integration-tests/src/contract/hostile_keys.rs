//! Key sets that are wrong on purpose: every hostile key that the local issuer has, and every way to spoil its key set.

use anyhow::{Result, bail, ensure};
use local_issuer::{Algorithm, Endpoint, Fault, HostileCase, HostileKey, Signer, Verdict};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::launch::{Environment, World, start_issuer};

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "hostile_keys::each_verifies_nothing_and_spoils_no_other",
            "A key that is wrong in any one way is left out; the keys beside it go on verifying.",
            Needs::OwnServers,
            async move |_| every_hostile_key(kind).await,
        ),
        Case::new(
            "hostile_keys::a_thousand_new_ones_leave_known_keys_in_use",
            "A key set over the limit is no key set, so the last good one stays.",
            Needs::OwnServers,
            async move |_| a_thousand_keys(kind).await,
        ),
    ];
    cases.extend(faults().into_iter().map(|(name, fault, fetches)| {
        Case::new(
            format!("hostile_keys::a_first_key_set_that_is_{name}_is_survived"),
            "Whatever comes instead of the first key set, the service fetches again and becomes ready.",
            Needs::OwnServers,
            async move |_| first_key_set(kind, fault.clone(), fetches).await,
        )
    }));
    cases
}

/// A name, the fault of the first response, and how many fetches it takes at least until there are keys.
fn faults() -> Vec<(&'static str, Fault, u64)> {
    let every = std::time::Duration::from_millis(1);
    vec![
        ("closed", Fault::Close, 2),
        ("reset", Fault::Reset, 2),
        ("empty", Fault::Empty, 2),
        ("garbage", Fault::Garbage, 2),
        ("text", Fault::Body("<html>Sorry</html>".to_owned()), 2),
        ("a_list", Fault::Json(json!([])), 2),
        ("without_keys", Fault::without_member("keys"), 2),
        ("redirected", Fault::redirect("http://localhost:1/"), 2),
        ("truncated", Fault::Truncate(10), 2),
        ("too_large", Fault::grow(1024 * 1024), 2),
        (
            "of_another_type",
            Fault::header("content-type", "text/html"),
            1,
        ),
        ("dripping", Fault::Drip { bytes: 64, every }, 1),
    ]
}

async fn every_hostile_key(kind: ServiceKind) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    let provider = issuer.provider(kind.provider());
    let mut published = Vec::new();
    let cases = HostileCase::all().into_iter();
    for case in cases.filter(|case| !matches!(case.key, HostileKey::Many(_))) {
        published.push((provider.publish_hostile(&case.key)?.id, case));
    }
    ensure!(published.len() == 18, "named keys: {}", published.len());
    let world = World::around(issuer, &Environment::new(kind)?).await?;
    let check = world.check(async |target| {
        for (id, case) in &published {
            let token = target.good()?.signed_by(Signer::Hostile(id.clone()));
            match (case.verdict, token.token()) {
                (Verdict::Ignore, Err(_)) => {}
                (verdict @ (Verdict::Refuse | Verdict::MayAccept), Ok(token)) => {
                    let response = target.send(&target.any_caller().bearer(&token)).await?;
                    let allowed = match verdict {
                        Verdict::Refuse => response.status == 401,
                        _ => [200, 401].contains(&response.status),
                    };
                    let (name, wrong) = (case.name(), case.wrong);
                    ensure!(allowed, "{name}, {wrong}: {response:?}");
                }
                (verdict, token) => bail!("{}: {verdict:?}, {token:?}", case.name()),
            }
            target.accepts(&target.good()?.token()?).await?;
        }
        Ok(())
    });
    check.await
}

async fn a_thousand_keys(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let check = world.check(async |target| {
        target.accepts(&target.good()?.token()?).await?;
        target
            .provider()?
            .publish_hostile(&HostileKey::Many(1000))?;
        let unknown = target
            .good()?
            .signed_by(Signer::Unpublished(Algorithm::Rs256));
        let unknown = target.any_caller().bearer(&unknown.token()?);
        let response = target.send(&unknown).await?;
        ensure!([401, 503].contains(&response.status), "{response:?}");
        target.accepts(&target.good()?.token()?).await
    });
    check.await
}

async fn first_key_set(kind: ServiceKind, fault: Fault, fetches: u64) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    let provider = issuer.provider(kind.provider());
    provider.fail_next(Endpoint::Jwks, fault, 1)?;
    let provider = provider.clone();
    let world = World::around(issuer, &Environment::new(kind)?).await?;
    let check = world.check(async |target| {
        target.accepts(&target.good()?.token()?).await?;
        let fetched = provider.jwks_requests();
        ensure!(
            fetched >= fetches,
            "the fault was not noticed: {fetched} fetches"
        );
        Ok(())
    });
    check.await
}
