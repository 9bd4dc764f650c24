//! The cost of verification relative to the signature check alone, as ratios measured in one run: `cargo bench
//! --bench ratios`; with `-- RS256` for that algorithm only.
//!
//! The ways are measured in turn, over many rounds. A ratio is the median of the ratios of all rounds, so that other
//! load on the machine affects both sides of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made has to stop, and its table is what it is for"
)]

mod subjects;

use std::env;
use std::time::{Duration, Instant};

use identity_core::verification::Algorithm;
use subjects::{Subject, WAYS};

const ROUNDS: usize = 501;
const TURN: Duration = Duration::from_millis(2);
/// The index of the way that the others are compared with.
const OURS: usize = 2;

fn main() {
    println!("medians of {ROUNDS} rounds in which the ways take turns");
    // Cargo adds an option of its own.
    let only: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        if !only.is_empty() && !only.contains(&format!("{algorithm:?}")) {
            continue;
        }
        let subject = Subject::new(algorithm);
        let rounds = measure(&subject);
        println!("\n{algorithm:?}, a token of {} bytes", subject.token.len());
        println!("{:<38} {:>9} {:>9}", "", "us each", "ours is");
        for (index, (name, _)) in WAYS.into_iter().enumerate() {
            let microseconds = median(&rounds, |round| round[index] * 1e6);
            let ratio = median(&rounds, |round| round[OURS] / round[index]);
            println!("{name:<38} {microseconds:>9.2} {ratio:>8.3}x");
        }
    }
}

/// Returns the seconds that one call takes, in each round, for each way.
fn measure(subject: &Subject) -> Vec<[f64; WAYS.len()]> {
    let calls = WAYS.map(|(_, way)| {
        let once = seconds_each(subject, way, 50);
        (TURN.as_secs_f64() / once).ceil() as u32
    });
    let round = |_| std::array::from_fn(|index| seconds_each(subject, WAYS[index].1, calls[index]));
    (0..ROUNDS).map(round).collect()
}

fn seconds_each(subject: &Subject, way: fn(&Subject), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        way(std::hint::black_box(subject));
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn median<R>(rounds: &[R], of: impl Fn(&R) -> f64) -> f64 {
    let mut values: Vec<_> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
