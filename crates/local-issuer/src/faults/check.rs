//! Refuses faults that could not be sent as they are meant.

use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};

use super::{Fault, FaultError};
use crate::config::ControlLimits;

/// Longer than any client waits.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// They frame the body: what is wrong about them is a fault of its own.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

impl Fault {
    pub(super) fn check(&self, limits: &ControlLimits) -> Result<(), FaultError> {
        match self {
            Self::Delay(delay) => duration("delay_milliseconds", *delay),
            Self::Drip { bytes: 0, .. } => {
                Err(wrong("drip.bytes", "expected 1 or more, got 0".to_owned()))
            }
            Self::Drip { every, .. } => duration("drip.every_milliseconds", *every),
            Self::Status(code) => status("status", *code, 200..=599),
            Self::Redirect { status: code, .. } if !(300..=399).contains(code) => {
                status("redirect.status", *code, 300..=399)
            }
            Self::Redirect {
                location: Some(location),
                ..
            } => value("redirect.location", location),
            Self::Headers { set, remove } => {
                for name in set.keys().chain(remove) {
                    header_name(name)?;
                }
                set.values().try_for_each(|text| value("headers.set", text))
            }
            Self::Grow { bytes, .. } if *bytes > limits.answer_bytes => Err(wrong(
                "grow.bytes",
                format!("expected at most {}, got {bytes}", limits.answer_bytes),
            )),
            _ => Ok(()),
        }
    }
}

fn duration(member: &'static str, given: Duration) -> Result<(), FaultError> {
    if given <= LONGEST {
        return Ok(());
    }
    let (longest, given) = (LONGEST.as_millis(), given.as_millis());
    Err(wrong(
        member,
        format!("expected at most {longest}, got {given}"),
    ))
}

fn status(
    member: &'static str,
    code: u16,
    allowed: std::ops::RangeInclusive<u16>,
) -> Result<(), FaultError> {
    if allowed.contains(&code) {
        return Ok(());
    }
    let (first, last) = (allowed.start(), allowed.end());
    Err(wrong(
        member,
        format!("expected a status from {first} to {last}, got {code}"),
    ))
}

fn header_name(name: &str) -> Result<(), FaultError> {
    if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
        let expected = format!(
            "expected a header that does not frame the body, got {name}; truncate and grow do that"
        );
        return Err(wrong("headers", expected));
    }
    HeaderName::from_bytes(name.as_bytes())
        .map(drop)
        .map_err(|_| {
            wrong(
                "headers",
                format!("expected the name of a header, got {name:?}"),
            )
        })
}

fn value(member: &'static str, text: &str) -> Result<(), FaultError> {
    HeaderValue::from_str(text).map(drop).map_err(|_| {
        wrong(
            member,
            "expected text that a header can hold, without control characters".to_owned(),
        )
    })
}

fn wrong(member: &'static str, expected: String) -> FaultError {
    FaultError::Value { member, expected }
}
