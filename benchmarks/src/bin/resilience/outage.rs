//! The issuer is out of order, in each of its ways, while the service has keys.

use anyhow::Result;
use local_issuer::{Endpoint, Fault, Length};
use tokio::time::sleep;

use crate::arguments::Arguments;
use crate::load::{CALLERS, Load};
use crate::report::Report;
use crate::tally::Tally;
use crate::world::World;

const NAME: &str = "outage";
/// Keys that are refreshed every second, so that it is in an outage that refreshes fail, and quickly.
pub const SETTINGS: [(&str, &str); 3] = [
    ("KEYS__TTL_SECONDS", "1"),
    ("KEYS__MAX_RETRY_SECONDS", "1"),
    ("FETCH__TIMEOUT_SECONDS", "1"),
];

/// What is wrong with the issuer.
#[derive(Clone, Copy)]
pub enum Outage {
    Down,
    Slow,
    Garbage,
    Status500,
    Redirecting,
    Truncated,
    Endless,
}

impl Outage {
    pub const ALL: [Self; 7] = [
        Self::Down,
        Self::Slow,
        Self::Garbage,
        Self::Status500,
        Self::Redirecting,
        Self::Truncated,
        Self::Endless,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Slow => "slow",
            Self::Garbage => "garbage",
            Self::Status500 => "500",
            Self::Redirecting => "redirecting",
            Self::Truncated => "truncated",
            Self::Endless => "100 MiB",
        }
    }

    pub async fn begin(self, world: &mut World) -> Result<()> {
        let fault = match self {
            Self::Down => return world.stop_issuer().await,
            // Longer than any client waits; clearing it ends it.
            Self::Slow => Fault::Delay(std::time::Duration::from_secs(3600)),
            Self::Garbage => Fault::Garbage,
            Self::Status500 => Fault::Status(500),
            Self::Redirecting => Fault::redirect_loop(),
            Self::Truncated => Fault::Truncate(10),
            // Without its length, so that it has to be read to be found too long.
            Self::Endless => Fault::Grow {
                bytes: 100 * 1024 * 1024,
                length: Length::Chunked,
            },
        };
        Ok(world.issuer()?.fail(Endpoint::All, fault)?)
    }

    pub async fn end(self, world: &mut World) -> Result<()> {
        match self {
            Self::Down => world.start_issuer().await,
            _ => {
                world.issuer()?.clear_faults();
                Ok(())
            }
        }
    }
}

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let duration = arguments.seconds(20.0, 1.0);
    let mut world = World::start(arguments).await?;
    let service = world.warm_service(&SETTINGS).await?;
    let tokens = world.tokens()?;
    // Unmeasured: the first verifications and connections.
    let load = Load::start(service.address, &tokens, CALLERS);
    sleep(duration / 4).await;
    load.stop().await;
    let mut quiet = Tally::default();
    let mut quiet_time = std::time::Duration::ZERO;
    let mut outages = Vec::new();
    for outage in Outage::ALL {
        // A quiet stretch before each, so that what else the machine does hits both alike.
        let load = Load::start(service.address, &tokens, CALLERS);
        sleep(duration / 4).await;
        let stretch = load.stop().await;
        quiet_time += stretch.elapsed;
        quiet.merge(stretch);

        outage.begin(&mut world).await?;
        let load = Load::start(service.address, &tokens, CALLERS);
        sleep(duration).await;
        // However short the stretch: a refresh has failed in it.
        service.until(&["degraded", "starting"]).await?;
        outages.push((outage, load.stop().await));
        outage.end(&mut world).await?;
        service.until(&["ready"]).await?;
    }
    quiet.elapsed = quiet_time;
    report.exactly(NAME, "quiet: valid requests refused", quiet.refused(), 0);
    let summary = format!("{:.0}", quiet.per_second());
    report.tell(NAME, "quiet: requests per second", summary);
    let p99 = quiet.percentile(99.0);
    report.tell(NAME, "quiet: p99 (ms)", format!("{p99:.2}"));
    for (outage, tally) in outages {
        tell(arguments, report, (outage, &tally), p99);
    }
    Ok(())
}

fn tell(
    arguments: &Arguments,
    report: &mut Report,
    (outage, tally): (Outage, &Tally),
    quiet_p99: f64,
) {
    let name = outage.name();
    let figure = format!("{name}: valid requests refused");
    report.exactly(NAME, &figure, tally.refused(), 0);
    if tally.refused() > 0 {
        let figure = format!("{name}: instead of 200");
        report.tell(NAME, &figure, tally.others());
    }
    let figure = format!("{name}: valid requests answered 200");
    report.at_least(NAME, &figure, tally.let_in(), 10);
    let figure = format!("{name}: p99 against the quiet stretches");
    let ratio = tally.percentile(99.0) / quiet_p99;
    report.within(arguments, (NAME, &figure), ratio, 1.5);
}
