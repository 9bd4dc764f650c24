//! The log of the services in this process: the reason of a refusal is there, and the client gets less.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Result, ensure};
use serde_json::Value;
use service_kit::settings::{LogFormat, LogSettings};
use service_kit::telemetry;

use crate::http::Response;

/// What was written so far; a process that keeps no log has none.
static KEPT: OnceLock<Mutex<Lines>> = OnceLock::new();

/// A part of a token that is shorter could stand in a log by chance.
const TELLING: usize = 16;

/// Starts the log that the services write, and keeps it: with more in it than they write by default.
///
/// Errors: this process has another log already.
pub fn keep() -> Result<()> {
    let settings = LogSettings {
        filter: "info,local_issuer=off,identity_core=trace,identity_actix=trace,service_kit=trace"
            .to_owned(),
        format: LogFormat::Json,
        ..LogSettings::default()
    };
    KEPT.get_or_init(Mutex::default);
    telemetry::init_to(&settings, || Writer)?;
    Ok(())
}

/// The reasons that were written about the request with this response, each with its name; `None` if no log is kept, as
/// for a service that runs somewhere else.
pub(crate) fn reasons(response: &Response) -> Option<Vec<(String, String)>> {
    let lines = about(response)?;
    let parsed = lines.iter().map(|line| serde_json::from_str(line));
    let mut reasons = Vec::new();
    for line in parsed.filter_map(Result::<Value, _>::ok) {
        let members = line.as_object().into_iter().flatten();
        for (name, value) in members.filter(|(name, _)| name.ends_with(".reason")) {
            let value = value.as_str().unwrap_or("(no text)");
            reasons.push((name.clone(), value.to_owned()));
        }
    }
    Some(reasons)
}

/// Errors: a line about the request with this response holds a part of this token.
pub(crate) fn hides(response: &Response, token: &str) -> Result<()> {
    none_has(&about(response).unwrap_or_default(), token)
}

/// Errors: any line at all holds a part of this token.
pub(crate) fn hides_everywhere(token: &str) -> Result<()> {
    none_has(&read(|lines| lines.all.clone()).unwrap_or_default(), token)
}

fn none_has(lines: &[String], token: &str) -> Result<()> {
    let parts = token.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
    for part in parts.filter(|part| part.len() >= TELLING) {
        let line = lines.iter().find(|line| line.contains(part));
        ensure!(line.is_none(), "the log has {part}: {line:?}");
    }
    Ok(())
}

/// The lines about the request with this response. What never was a request to the service has no id, and no lines.
fn about(response: &Response) -> Option<Vec<String>> {
    let id = response.header("x-request-id").unwrap_or_default();
    read(|lines| {
        let numbers = lines.of_request.get(id).into_iter().flatten();
        let of_request = numbers.filter_map(|number| lines.all.get(*number));
        of_request.cloned().collect()
    })
}

fn read<T>(look: impl FnOnce(&Lines) -> T) -> Option<T> {
    let kept = KEPT.get()?.lock();
    Some(look(&kept.unwrap_or_else(PoisonError::into_inner)))
}

#[derive(Default)]
struct Lines {
    all: Vec<String>,
    /// Where in `all` they are, by the id of their request.
    of_request: HashMap<String, Vec<usize>>,
}

impl Lines {
    fn add(&mut self, line: &str) {
        let parsed: Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(id) = parsed.pointer("/span/request_id").and_then(Value::as_str) {
            let numbers = self.of_request.entry(id.to_owned()).or_default();
            numbers.push(self.all.len());
        }
        self.all.push(line.to_owned());
    }
}

/// Where the lines go, each in one call.
struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(kept) = KEPT.get() {
            let mut lines = kept.lock().unwrap_or_else(PoisonError::into_inner);
            lines.add(&String::from_utf8_lossy(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
