//! The responses, and how soon they came.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;

/// The responses of one stretch of time.
#[derive(Default)]
pub struct Tally {
    ok: u64,
    others: BTreeMap<String, u64>,
    latencies: Latencies,
    /// How long the stretch was.
    pub elapsed: Duration,
}

/// Latencies in buckets that are at most a thirty-second part of their value wide.
#[derive(Default)]
struct Latencies {
    buckets: BTreeMap<u64, u64>,
    count: u64,
}

/// What a response without one is called.
pub const BROKEN: &str = "broken connection";

impl Tally {
    pub fn ok(&mut self, latency: Duration) {
        self.ok += 1;
        self.latencies.add(latency);
    }

    /// Anything but a 200: a status with its code, or [`BROKEN`].
    pub fn other(&mut self, what: String, latency: Duration) {
        *self.others.entry(what).or_default() += 1;
        self.latencies.add(latency);
    }

    /// What all of these counted in the same stretch.
    pub async fn of_all(tallies: JoinSet<Self>, elapsed: Duration) -> Self {
        let mut all = Self::default();
        for tally in tallies.join_all().await {
            all.merge(tally);
        }
        all.elapsed = elapsed;
        all
    }

    /// Counts what another one counted in the same stretch.
    pub fn merge(&mut self, tally: Self) {
        self.ok += tally.ok;
        for (what, count) in tally.others {
            *self.others.entry(what).or_default() += count;
        }
        for (bucket, count) in tally.latencies.buckets {
            *self.latencies.buckets.entry(bucket).or_default() += count;
        }
        self.latencies.count += tally.latencies.count;
        self.elapsed = self.elapsed.max(tally.elapsed);
    }

    /// How many got a 200.
    pub fn let_in(&self) -> u64 {
        self.ok
    }

    pub fn all(&self) -> u64 {
        self.latencies.count
    }

    /// How many got anything else.
    pub fn refused(&self) -> u64 {
        self.all() - self.ok
    }

    /// How many got what begins with this: `401`, `503 keys_unavailable`.
    pub fn count(&self, what: &str) -> u64 {
        let fitting = self
            .others
            .iter()
            .filter(|(name, _)| name.starts_with(what));
        fitting.map(|(_, count)| count).sum()
    }

    /// How many got a 5xx that is not the one that says that there are no keys.
    pub fn mistakes(&self) -> u64 {
        self.count("5") - self.count("503 keys_unavailable")
    }

    pub fn per_second(&self) -> f64 {
        self.all() as f64 / self.elapsed.as_secs_f64()
    }

    /// So many of a hundred took no longer than this, in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        self.latencies.percentile(percent).as_secs_f64() * 1000.0
    }

    /// The responses other than 200.
    pub fn others(&self) -> String {
        let others = self.others.iter();
        let all: Vec<_> = others
            .map(|(name, count)| format!("{count} x {name}"))
            .collect();
        match all.is_empty() {
            true => "nothing".to_owned(),
            false => all.join(", "),
        }
    }
}

impl Latencies {
    fn add(&mut self, latency: Duration) {
        let microseconds = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        // The six highest bits stay, so that there are few buckets.
        let dropped = 58_u32.saturating_sub(microseconds.leading_zeros());
        *self
            .buckets
            .entry(microseconds >> dropped << dropped)
            .or_default() += 1;
        self.count += 1;
    }

    fn percentile(&self, percent: f64) -> Duration {
        let mut left = (self.count as f64 * percent / 100.0).ceil() as u64;
        for (bucket, count) in &self.buckets {
            left = left.saturating_sub(*count);
            if left == 0 {
                return Duration::from_micros(*bucket);
            }
        }
        Duration::ZERO
    }
}
