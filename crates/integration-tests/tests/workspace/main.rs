//! The documents of the settings and for operators, and live mode.

mod env_example;
mod live;
#[cfg(test)]
mod operations;
