//! Tests of the program: its ports and its signals.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is not as it says"
)]

mod audit;
mod metrics;
#[cfg(unix)]
mod reload;
mod stop;

use std::io::{BufRead, BufReader, Read};
use std::process::Command;

/// Returns the program on a free port, with no other settings from outside. Its issuer is unreachable.
fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_auth0-api"));
    program
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("PORT", "0")
        .env("AUTH0_DOMAIN", "dev-example.us.auth0.com")
        .env("AUTH0_API_AUDIENCE", "https://api.example.com")
        .env("AUTH0_ISSUER", "http://127.0.0.1:1/");
    program
}

/// Returns the port that follows the first occurrence of `words` in the output.
fn port(told: impl Read, words: &str) -> String {
    let lines = BufReader::new(told).lines().map_while(Result::ok);
    let port = lines
        .filter_map(|line| Some(line.split_once(words)?.1.to_owned()))
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
        .next();
    port.unwrap_or_default()
}
