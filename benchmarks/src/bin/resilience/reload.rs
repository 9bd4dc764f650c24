//! The settings are changed while callers are at work.

use anyhow::{Result, ensure};
use integration_tests::until;
use tokio::time::sleep;

use crate::arguments::Arguments;
use crate::load::{CALLERS, Load};
use crate::report::Report;
use crate::world::World;

const NAME: &str = "reload";
/// Changed CORS, other rules of tokens, keys that are fetched again, and nothing changed.
const SETTINGS: [&str; 4] = [
    "CORS_ALLOWED_ORIGINS=https://app.example.com",
    "CORS_ALLOWED_ORIGINS=https://app.example.com\nTOKENS__LEEWAY_SECONDS=9",
    "KEYS__TTL_SECONDS=250",
    "KEYS__TTL_SECONDS=250",
];
const ROUNDS: u64 = 5;
const RELOADS: &str = "settings_reloads_total";

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let world = World::start(arguments).await?;
    let service = world.warm_service(&[]).await?;
    let (_, key_sets) = world.fetches()?;
    let pause = arguments.seconds(0.5, 0.05);
    let load = Load::start(service.address, &world.tokens()?, CALLERS);
    let mut count = 0;
    for _ in 0..ROUNDS {
        for settings in SETTINGS {
            sleep(pause).await;
            service.process.write(".env", settings)?;
            service.process.signal("HUP")?;
            count += 1;
            let reloaded = async || Ok(service.figure(RELOADS).await? == count);
            until("the settings were read again", reloaded).await?;
        }
    }
    sleep(pause).await;
    let tally = load.stop().await;
    report.exactly(NAME, "valid requests refused", tally.refused(), 0);
    if tally.refused() > 0 {
        report.tell(NAME, "instead of 200", tally.others());
    }
    report.at_least(NAME, "valid requests answered 200", tally.let_in(), 10);
    let refused = service.figure("settings_refused").await?;
    report.exactly(NAME, "the last reload was refused", refused, 0);
    let (_, fetched) = world.fetches()?;
    // To the other time between refreshes, and back, but for the last round.
    report.exactly(
        NAME,
        "fetches of the key set",
        fetched - key_sets,
        2 * ROUNDS - 1,
    );
    ensure!(count == 20, "{count} reloads");
    let slowest = format!("{:.1}", tally.percentile(100.0));
    report.tell(NAME, "slowest request (ms)", slowest);
    Ok(())
}
