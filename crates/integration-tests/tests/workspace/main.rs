//! The documents of the settings, and live mode.

mod env_example;
mod live;
