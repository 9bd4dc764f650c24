//! Ten minutes of callers and a new key every half minute: nothing grows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use local_issuer::Rotation;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::arguments::Arguments;
use crate::load::{CALLERS, Load};
use crate::report::Report;
use crate::service::Service;
use crate::world::World;

const NAME: &str = "soak";
const BETWEEN_ROTATIONS: Duration = Duration::from_secs(30);
const BETWEEN_SAMPLES: Duration = Duration::from_secs(5);
/// The refreshes of the service are due within this.
const AHEAD: Duration = Duration::from_secs(5);
/// Memory may grow by a twentieth, for what allocators leave lying about, and descriptors by two, for a fetch under way.
const MEMORY_TOLERANCE: f64 = 1.05;
const DESCRIPTOR_TOLERANCE: u64 = 2;

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let duration = arguments.seconds(600.0, 60.0);
    let world = World::start(arguments).await?;
    // So few that the cache is full after the warm-up, and new tokens take the places of old ones.
    let settings = [("KEYS__TTL_SECONDS", "2"), ("CACHE__MAX_TOKENS", "64")];
    let service = world.warm_service(&settings).await?;
    let load = Load::start(service.address, &world.tokens()?, CALLERS);
    let (samples, rotations) =
        tokio::try_join!(watch(&service, duration), rotate(&world, &load, duration))?;
    let tally = load.stop().await;

    report.exactly(NAME, "valid requests refused", tally.refused(), 0);
    report.tell(NAME, "valid requests answered 200", tally.let_in());
    report.tell(NAME, "rotations", rotations);
    // The first tenth fills what is filled once; then the first and the last of what is left are compared.
    let tenth = samples.len() / 10;
    let (first, last) = (
        Sample::largest(samples.iter().skip(tenth).take(tenth.max(1)))?,
        Sample::largest(samples.iter().rev().take(tenth.max(1)))?,
    );
    report.tell(NAME, "memory at first (KiB)", first.memory);
    let most = (first.memory as f64 * MEMORY_TOLERANCE) as u64;
    report.at_most(NAME, "memory at last (KiB)", last.memory, most);
    report.tell(NAME, "file descriptors at first", first.descriptors);
    let most = first.descriptors + DESCRIPTOR_TOLERANCE;
    report.at_most(NAME, "file descriptors at last", last.descriptors, most);
    Ok(())
}

#[derive(Clone, Copy)]
struct Sample {
    memory: u64,
    descriptors: u64,
}

impl Sample {
    fn largest<'a>(samples: impl Iterator<Item = &'a Self>) -> Result<Self> {
        let larger = |one: Self, other: Self| Self {
            memory: one.memory.max(other.memory),
            descriptors: one.descriptors.max(other.descriptors),
        };
        samples.copied().reduce(larger).context("a sample")
    }
}

async fn watch(service: &Service, duration: Duration) -> Result<Vec<Sample>> {
    let mut ticks = interval(BETWEEN_SAMPLES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut samples = Vec::new();
    let start = Instant::now();
    while start.elapsed() < duration {
        ticks.tick().await;
        samples.push(Sample {
            memory: service.process.memory()?,
            descriptors: service.process.descriptors()?,
        });
    }
    Ok(samples)
}

/// Each time the next key is published ahead, and the old one revoked once it is not used any more.
async fn rotate(world: &World, load: &Load, duration: Duration) -> Result<u64> {
    let start = Instant::now();
    let mut rotations = 0;
    while start.elapsed() + BETWEEN_ROTATIONS <= duration {
        sleep(BETWEEN_ROTATIONS - AHEAD).await;
        let old = world.issuer()?.key_ids().current;
        world.rotate(Rotation::publish_ahead()).await?;
        sleep(AHEAD).await;
        world.rotate(Rotation::default()).await?;
        load.use_tokens(&world.tokens()?);
        load.let_go_of_earlier_tokens().await?;
        world.issuer()?.withdraw(&old)?;
        rotations += 1;
    }
    Ok(rotations)
}
