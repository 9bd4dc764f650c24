//! Tests through the public API, in one program.

mod authorization;
mod extractors;
mod optional;
mod resource_metadata;
