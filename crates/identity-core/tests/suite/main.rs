//! Tests through the public API, in one program.

mod allocations;
mod client;
mod introspection;
mod memory;
mod properties;
mod remote_keys;
mod rfc_examples;
mod wycheproof_vectors;
