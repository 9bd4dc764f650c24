//! The number of instructions per token, which does not depend on other load on the machine. Needs valgrind:
//!
//! ```text
//! cargo bench --bench instructions
//! ```
//!
//! It runs itself under callgrind with two numbers of calls for each way; the difference, divided by the difference in
//! calls, is the cost of one call. Valgrind has no AVX-512, so the signature check may take another path than outside
//! it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot be made has to stop, and its table is what it is for"
)]

mod subjects;

use std::env;
use std::process::Command;

use identity_core::verification::Algorithm;
use subjects::{Subject, WAYS};

const FEW: u64 = 20;
const MANY: u64 = 1020;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1..).unwrap_or_default() {
        [word, way, calls] if word == "calls" => call(way.parse().unwrap(), calls.parse().unwrap()),
        _ => table(),
    }
}

/// The code that runs under callgrind.
fn call(way: usize, calls: u64) {
    let subject = Subject::new(Algorithm::EdDSA);
    let (_, way) = WAYS.get(way).unwrap();
    for _ in 0..calls {
        way(std::hint::black_box(&subject));
    }
}

fn table() {
    println!("EdDSA: instructions for one call");
    for (index, (name, _)) in WAYS.into_iter().enumerate() {
        let each =
            (instructions(index, MANY) - instructions(index, FEW)) / (MANY as f64 - FEW as f64);
        println!("{name:<38} {each:>9.0}");
    }
}

fn instructions(way: usize, calls: u64) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args(["calls", &way.to_string(), &calls.to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let collected = said
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    match collected {
        Some(number) => number.trim().parse().unwrap(),
        None => panic!("valgrind said: {said}"),
    }
}
