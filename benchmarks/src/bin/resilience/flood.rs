//! Forged key ids that the issuer never had, as fast as can be, beside honest callers.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use local_issuer::{Endpoint, Rotation};
use tokio::time::sleep;

use crate::arguments::Arguments;
use crate::forger::Flood;
use crate::load::{Load, until_first_is};
use crate::report::Report;
use crate::service::Service;
use crate::tally::Tally;
use crate::world::World;

const NAME: &str = "flood";
const HONEST: usize = 8;
const FORGED_PER_SECOND: u64 = 20_000;
/// The default of `KEYS__REFETCH_INTERVAL_SECONDS`.
const INTERVAL: Duration = Duration::from_secs(5);

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let duration = arguments.seconds(20.0, 3.0);
    let world = World::start(arguments).await?;
    let service = world.warm_service(&[]).await?;
    let tokens = world.tokens()?;
    let token = tokens.first().context("a token")?;

    let quiet = honest(&service, &tokens, duration).await?;
    world.issuer()?.reset_requests();
    let start = Instant::now();
    let flood = Flood::start(service.address, token, FORGED_PER_SECOND)?;
    let flooded = honest(&service, &tokens, duration).await?;
    let fetches = Fetches::of(&world, start)?;
    if !arguments.short {
        let outage = until_a_new_key_works(&world, &service).await?;
        let figure = (NAME, "a new key without warning: refused for (s)");
        // One refetch was spent on a forged key id a moment before: the next is due in five seconds.
        report.within(arguments, figure, outage.as_secs_f64(), 6.0);
    }
    let strangers = flood.stop().await;

    tell_forged(report, &strangers);
    tell_fetches(report, &fetches)?;
    for (name, honest) in [("without", &quiet), ("with", &flooded)] {
        honest.tell(report, name);
    }
    let ratio = flooded.tally.percentile(99.0) / quiet.tally.percentile(99.0);
    report.tell(
        NAME,
        "honest p99, with against without",
        format!("{ratio:.2}"),
    );
    Ok(())
}

fn tell_forged(report: &mut Report, strangers: &Tally) {
    let rate = format!("{:.0}", strangers.per_second());
    report.tell(NAME, "forged tokens per second", rate);
    report.at_least(NAME, "forged tokens tried", strangers.all(), 100);
    report.exactly(NAME, "forged tokens let in", strangers.let_in(), 0);
    report.exactly(
        NAME,
        "forged: 5xx but keys_unavailable",
        strangers.mistakes(),
        0,
    );
    let expected = strangers.count("401 key_not_found") + strangers.count("503 keys_unavailable");
    let others = strangers.all() - strangers.let_in() - expected;
    report.exactly(NAME, "forged: neither 401 nor 503", others, 0);
    report.tell(NAME, "forged tokens' answers", strangers.others());
}

/// The requests to the issuer during the flood.
struct Fetches {
    all: u64,
    /// Of the flood.
    duration: Duration,
    /// When, in milliseconds.
    key_sets: Vec<u64>,
}

impl Fetches {
    fn of(world: &World, start: Instant) -> Result<Self> {
        let log = world.issuer()?.request_log();
        let key_sets = log.last.iter();
        let key_sets = key_sets.filter(|seen| seen.endpoint == Some(Endpoint::Jwks));
        Ok(Self {
            all: log.endpoints.values().sum(),
            duration: start.elapsed(),
            key_sets: key_sets.map(|seen| seen.at_milliseconds).collect(),
        })
    }

    /// Between two of them, at least.
    fn shortest_pause(&self) -> Option<u64> {
        let later = self.key_sets.iter().skip(1);
        let pairs = self.key_sets.iter().zip(later);
        pairs.map(|(one, next)| next.saturating_sub(*one)).min()
    }
}

fn tell_fetches(report: &mut Report, fetches: &Fetches) -> Result<()> {
    let most = 1 + fetches.duration.as_secs() / INTERVAL.as_secs();
    let count = u64::try_from(fetches.key_sets.len())?;
    report.at_least(NAME, "fetches of the key set", count, 1);
    report.at_most(
        NAME,
        "fetches at the issuer, of whatever",
        fetches.all,
        most,
    );
    if let Some(pause) = fetches.shortest_pause() {
        // One may take longer than the next to get there, where every core is busy.
        report.at_least(NAME, "shortest pause between two (ms)", pause, 4_500);
    }
    Ok(())
}

/// Honest callers for a while, and what they cost.
struct Honest {
    tally: Tally,
    cpu_seconds: f64,
}

async fn honest(service: &Service, tokens: &[String], duration: Duration) -> Result<Honest> {
    let before = service.process.cpu_seconds()?;
    let load = Load::start(service.address, tokens, HONEST);
    sleep(duration).await;
    let tally = load.stop().await;
    let cpu_seconds = service.process.cpu_seconds()? - before;
    Ok(Honest { tally, cpu_seconds })
}

impl Honest {
    fn tell(&self, report: &mut Report, name: &str) {
        let tally = &self.tally;
        let figure = format!("{name}: valid requests refused");
        report.exactly(NAME, &figure, tally.refused(), 0);
        let figure = format!("{name}: valid requests answered 200");
        report.at_least(NAME, &figure, tally.let_in(), 10);
        let mut tell = |figure: &str, value: f64| {
            report.tell(NAME, &format!("{name}: {figure}"), format!("{value:.2}"));
        };
        tell("honest requests per second", tally.per_second());
        let per_cpu_second = tally.all() as f64 / self.cpu_seconds;
        tell(
            "honest requests per CPU second of the service",
            per_cpu_second,
        );
        tell("honest p50 (ms)", tally.percentile(50.0));
        tell("honest p99 (ms)", tally.percentile(99.0));
    }
}

/// How long good tokens are refused whose key was not announced, while forged key ids use up the refetches.
async fn until_a_new_key_works(world: &World, service: &Service) -> Result<Duration> {
    world.rotate(Rotation::unannounced()).await?;
    let tokens = world.tokens()?;
    until_first_is(service.address, &tokens, "200").await
}
