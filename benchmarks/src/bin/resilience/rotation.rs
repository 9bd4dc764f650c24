//! The issuer changes its key while callers are at work: published ahead, without a word, and with the old key revoked.

use std::time::Duration;

use anyhow::Result;
use integration_tests::until;
use local_issuer::Rotation;
use tokio::time::sleep;

use crate::arguments::Arguments;
use crate::load::{CALLERS, Load, ask_once, until_first_is};
use crate::report::Report;
use crate::tally::Tally;
use crate::world::World;

const NAME: &str = "rotation";
/// So that a key published ahead is seen in a refresh, as it would be with the default five minutes in a day.
const SHORT_TTL: (&str, &str) = ("KEYS__TTL_SECONDS", "1");
const REFETCHES: &str = "identity_key_refetches_total";

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    // Half of each rotation is before it, half after it: three of them take 30 s.
    let half = arguments.seconds(5.0, 0.5);
    published_ahead(arguments, report, half).await?;
    unannounced(arguments, report, half).await?;
    old_key_revoked(arguments, report, half).await
}

async fn published_ahead(arguments: &Arguments, report: &mut Report, half: Duration) -> Result<()> {
    let world = World::start(arguments).await?;
    let service = world.warm_service(&[SHORT_TTL]).await?;
    let load = Load::start(service.address, &world.tokens()?, CALLERS);
    sleep(half).await;
    rotate_announced(&world).await?;
    load.use_tokens(&world.tokens()?);
    sleep(half).await;
    load.let_go_of_earlier_tokens().await?;
    let tally = load.stop().await;
    refusals(report, "key published ahead", &tally);
    // No token had a key that was not known yet.
    let refetches = service.figure(REFETCHES).await?;
    report.exactly(NAME, "key published ahead: refetches", refetches, 0);
    Ok(())
}

/// With the default time between refreshes, so that it is a request that meets the key first.
async fn unannounced(arguments: &Arguments, report: &mut Report, half: Duration) -> Result<()> {
    let world = World::start(arguments).await?;
    let service = world.warm_service(&[]).await?;
    let load = Load::start(service.address, &world.tokens()?, CALLERS);
    sleep(half).await;
    let (discoveries, key_sets) = world.fetches()?;
    world.rotate(Rotation::unannounced()).await?;
    load.use_tokens(&world.tokens()?);
    sleep(half).await;
    load.let_go_of_earlier_tokens().await?;
    let tally = load.stop().await;
    // None is the least there can be: the request that sees the key first waits for the refetch.
    refusals(report, "no warning", &tally);
    let (discoveries_after, key_sets_after) = world.fetches()?;
    let discovered = discoveries_after - discoveries;
    report.exactly(NAME, "no warning: fetches of discovery", discovered, 0);
    let fetched = key_sets_after - key_sets;
    report.exactly(NAME, "no warning: fetches of the key set", fetched, 1);
    report.tell(NAME, "no warning: slowest request (ms)", slowest(&tally));
    Ok(())
}

async fn old_key_revoked(arguments: &Arguments, report: &mut Report, half: Duration) -> Result<()> {
    let world = World::start(arguments).await?;
    let service = world.warm_service(&[SHORT_TTL]).await?;
    let old_tokens = world.tokens()?;
    let old_key = world.issuer()?.key_ids().current;
    let load = Load::start(service.address, &old_tokens, CALLERS);
    sleep(half).await;
    rotate_announced(&world).await?;
    load.use_tokens(&world.tokens()?);
    load.let_go_of_earlier_tokens().await?;
    world.issuer()?.withdraw(&old_key)?;
    let refused_after = until_first_is(service.address, &old_tokens, "401").await?;
    sleep(half).await;
    let tally = load.stop().await;
    refusals(report, "old key revoked", &tally);
    let figure = (NAME, "old key revoked: its tokens let in for (s)");
    // The time between refreshes, and a fetch.
    report.within(arguments, figure, refused_after.as_secs_f64(), 2.0);
    let mut let_in = 0;
    for token in &old_tokens {
        let_in += u64::from(ask_once(service.address, token).await != "401 key_not_found");
    }
    report.exactly(NAME, "old key revoked: its tokens let in later", let_in, 0);
    Ok(())
}

/// The next key is published, the service sees it, and the issuer begins to sign with it.
async fn rotate_announced(world: &World) -> Result<()> {
    world.rotate(Rotation::publish_ahead()).await?;
    let (_, seen) = world.fetches()?;
    // The first of two may have been served before.
    let fetched_again = async || Ok(world.fetches()?.1 >= seen + 2);
    until("the key set was fetched again", fetched_again).await?;
    world.rotate(Rotation::default()).await
}

fn refusals(report: &mut Report, part: &str, tally: &Tally) {
    let figure = format!("{part}: valid requests refused");
    report.exactly(NAME, &figure, tally.refused(), 0);
    if tally.refused() > 0 {
        report.tell(NAME, &format!("{part}: instead of 200"), tally.others());
    }
    let figure = format!("{part}: valid requests answered 200");
    report.at_least(NAME, &figure, tally.let_in(), 10);
}

fn slowest(tally: &Tally) -> String {
    format!("{:.1}", tally.percentile(100.0))
}
