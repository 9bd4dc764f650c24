//! The service starts while the issuer is out of order, and the issuer comes back.

use anyhow::Result;
use tokio::time::sleep;

use crate::arguments::Arguments;
use crate::load::{CALLERS, Load, until_first_is};
use crate::outage::{Outage, SETTINGS};
use crate::report::Report;
use crate::world::World;

const NAME: &str = "cold";

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mut world = World::start(arguments).await?;
    for outage in Outage::ALL {
        start_in(outage, &mut world, arguments, report).await?;
    }
    Ok(())
}

async fn start_in(
    outage: Outage,
    world: &mut World,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<()> {
    let name = outage.name();
    let tokens = world.tokens()?;
    outage.begin(world).await?;
    let service = world.service(&SETTINGS).await?;
    let load = Load::start(service.address, &tokens, CALLERS);
    sleep(arguments.seconds(20.0, 1.0)).await;
    let tally = load.stop().await;
    let unauthorized = tally.count("401");
    report.exactly(
        NAME,
        &format!("{name}: valid requests answered 401"),
        unauthorized,
        0,
    );
    let unavailable = tally.count("503 keys_unavailable");
    report.at_least(NAME, &format!("{name}: answered 503"), unavailable, 10);
    let others = tally.all() - unavailable;
    report.exactly(NAME, &format!("{name}: answered anything else"), others, 0);
    if others > 0 {
        report.tell(NAME, &format!("{name}: instead of 503"), tally.others());
    }

    outage.end(world).await?;
    let recovery = until_first_is(service.address, &tokens, "200").await?;
    let figure = format!("{name}: first 200 after the issuer's return (s)");
    report.within(arguments, (NAME, &figure), recovery.as_secs_f64(), 2.0);
    Ok(())
}
