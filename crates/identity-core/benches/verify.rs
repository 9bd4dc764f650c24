//! The time to verify a token: `cargo bench -p identity-core --features testing --bench verify`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot be made has to stop"
)]

mod subjects;

use criterion::Criterion;
use identity_core::verification::Algorithm;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let subject = subjects::Subject::new(algorithm);
        let mut group = criterion.benchmark_group(format!("{algorithm:?}"));
        for (name, way) in subjects::WAYS {
            group.bench_function(name, |bencher| bencher.iter(|| way(&subject)));
        }
        group.finish();
    }
    criterion.final_summary();
}
