//! Any bytes as Authorization headers, one a line, from the seeds of crates/identity-actix/tests/suite/authorization/corpus.
#![no_main]

#[path = "../../crates/identity-actix/tests/suite/authorization/service.rs"]
mod service;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    service::check(bytes);
});
