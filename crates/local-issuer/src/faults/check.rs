//! Refuses faults that could not be sent as they are meant.

use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};

use super::fault::{Fault, FaultError};
use crate::config::ControlLimits;

/// Longer than any client waits.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// They frame the body: what is wrong about them is a fault of its own.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

pub(super) fn check(fault: &Fault, limits: &ControlLimits) -> Result<(), FaultError> {
    match fault {
        Fault::Delay(delay) => duration("delay_milliseconds", *delay),
        Fault::Drip { bytes: 0, .. } => wrong("drip.bytes", "expected 1 or more, got 0"),
        Fault::Drip { every, .. } => duration("drip.every_milliseconds", *every),
        Fault::Status(code) => status("status", *code, 200..=599),
        Fault::Redirect { status: code, .. } if !(300..=399).contains(code) => {
            status("redirect.status", *code, 300..=399)
        }
        Fault::Redirect {
            location: Some(location),
            ..
        } => value("redirect.location", location),
        Fault::Headers { set, remove } => {
            set.keys()
                .chain(remove)
                .try_for_each(|name| header_name(name))?;
            set.values().try_for_each(|text| value("headers.set", text))
        }
        Fault::Grow { bytes, .. } => {
            at_most("grow.bytes", limits.answer_bytes.into(), (*bytes).into())
        }
        _ => Ok(()),
    }
}

fn duration(member: &'static str, given: Duration) -> Result<(), FaultError> {
    at_most(member, LONGEST.as_millis(), given.as_millis())
}

fn at_most(member: &'static str, most: u128, given: u128) -> Result<(), FaultError> {
    if given <= most {
        return Ok(());
    }
    wrong(member, format!("expected at most {most}, got {given}"))
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
    let expected = format!("expected a status from {first} to {last}, got {code}");
    wrong(member, expected)
}

fn header_name(name: &str) -> Result<(), FaultError> {
    if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
        let expected = format!(
            "expected a header that does not frame the body, got {name}; truncate and grow do that"
        );
        return wrong("headers", expected);
    }
    let expected = || format!("expected the name of a header, got {name:?}");
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(_) => Ok(()),
        Err(_) => wrong("headers", expected()),
    }
}

fn value(member: &'static str, text: &str) -> Result<(), FaultError> {
    let expected = "expected text that a header can hold, without control characters";
    match HeaderValue::from_str(text) {
        Ok(_) => Ok(()),
        Err(_) => wrong(member, expected),
    }
}

fn wrong(member: &'static str, expected: impl Into<String>) -> Result<(), FaultError> {
    let expected = expected.into();
    Err(FaultError::Value { member, expected })
}
