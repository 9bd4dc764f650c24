//! Every documented metric is reported with its documented meaning.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// A recorder that keeps every metric by name and labels.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    described: Mutex<Vec<String>>,
}

type Figures = Mutex<BTreeMap<String, Arc<AtomicU64>>>;

fn place(metrics: &Figures, key: &Key) -> Arc<AtomicU64> {
    let labels = key
        .labels()
        .map(|label| format!(" {}={}", label.key(), label.value()));
    let name = format!("{}{}", key.name(), labels.collect::<String>());
    Arc::clone(metrics.lock().unwrap().entry(name).or_default())
}

impl Recorded {
    /// Returns the counter with this name and these labels.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let counters = self.counters.lock().unwrap();
        let counter = counters.get(name);
        counter
            .unwrap_or_else(|| panic!("{name} is not among {:?}", counters.keys()))
            .load(Ordering::SeqCst)
    }

    /// Returns the gauge with this name and these labels.
    pub(crate) fn gauge(&self, name: &str) -> f64 {
        let gauges = self.gauges.lock().unwrap();
        let gauge = gauges.get(name);
        let bits = gauge.unwrap_or_else(|| panic!("{name} is not among {:?}", gauges.keys()));
        f64::from_bits(bits.load(Ordering::SeqCst))
    }

    /// Returns all names, with labels.
    pub(crate) fn names(&self) -> Vec<String> {
        let counters = self.counters.lock().unwrap();
        let gauges = self.gauges.lock().unwrap();
        counters.keys().chain(gauges.keys()).cloned().collect()
    }

    fn described(&self, name: &KeyName) {
        self.described
            .lock()
            .unwrap()
            .push(name.as_str().to_owned());
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described(&name);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(place(&self.counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(place(&self.gauges, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("{key} is not documented")
    }
}

#[test]
fn every_metric_is_described_and_documented_and_reported() {
    let recorded = Recorded::default();
    metrics::with_local_recorder(&recorded, || {
        super::describe();
        let _ = super::KeyMetrics::of("i");
        let _ = super::TokenMetrics::of("i");
        let _ = super::CacheMetrics::new();
        let _ = super::IntrospectionMetrics::of("i");
    });
    let mut described = recorded.described.lock().unwrap().clone();
    described.sort();
    let mut reported: Vec<_> = recorded
        .names()
        .iter()
        .map(|name| name.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    reported.sort();
    reported.dedup();
    assert_eq!(described, reported);
    let source = concat!(include_str!("../metrics.rs"), include_str!("names.rs"));
    for name in &reported {
        let constant = source
            .lines()
            .find(|line| line.ends_with(&format!("&str = \"{name}\";")));
        let constant = constant
            .and_then(|line| line.split([' ', ':']).nth(2))
            .unwrap();
        let row = format!("//! | [`{constant}`] |");
        assert!(source.contains(&row), "{name} has no row");
    }
}
