//! Tests of the program: its ports and its signals.

mod metrics;
mod stop;
