//! The calls of the control plane. Each does what a method of [`ProviderHandle`] does, for callers of any language.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusals;
use crate::faults::{Endpoint, Fault};
use crate::handle::ProviderHandle;
use crate::keys::{Algorithm, HostileKey, KeyError};
use crate::mint::MintOrder;
use crate::refusal::Refusal;
use crate::rotation::Rotation;

/// What a call does with its body.
pub(super) type Perform = fn(&ProviderHandle, &[u8]) -> Result<Value, Refusal>;

/// Every call: its path under `/_control`, and what it does.
pub(super) const CONTROLS: &[(&str, Perform)] = &[
    ("/state", state),
    ("/reset", reset),
    ("/rotate", rotate),
    ("/keys/publish", publish),
    ("/keys/hostile", hostile),
    ("/keys/withhold", withhold),
    ("/keys/withdraw", withdraw),
    ("/keys/restore", restore),
    ("/keys/remove", remove),
    ("/faults", set_fault),
    ("/faults/clear", clear_faults),
    ("/clock", clock),
    ("/mint", mint),
    ("/requests", requests),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rotate {
    /// Absent: as the provider does. True: only publish the next key. False: sign at once with a key that was never published.
    publish_ahead: Option<bool>,
    /// Take the previous keys out of the key set.
    revoke: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publish {
    algorithm: Algorithm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hostile {
    key: HostileKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kid {
    kid: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    /// Every hostile key if absent.
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFault {
    endpoint: Endpoint,
    fault: Fault,
    /// For this many responses; until it is cleared if absent.
    requests: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClearFaults {
    /// Every fault if absent.
    endpoint: Option<Endpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    /// Ahead of the system's clock; negative for behind, 0 for right.
    offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Requests {
    /// How many of the last requests to show.
    last: usize,
    /// Forget them all after they were shown.
    reset: bool,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            last: 20,
            reset: false,
        }
    }
}

fn state(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let Nothing {} = read(body)?;
    written(provider.control_state())
}

fn reset(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let Nothing {} = read(body)?;
    provider.reset()?;
    tracing::info!("everything is back to the start");
    written(provider.control_state())
}

fn rotate(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Rotate = read(body)?;
    let rotation = match asked.publish_ahead {
        None => Rotation::default(),
        Some(true) => Rotation::publish_ahead(),
        Some(false) => Rotation::unannounced(),
    };
    let ids = provider.rotate(if asked.revoke {
        rotation.and_revoke()
    } else {
        rotation
    })?;
    tracing::info!(key.id = %ids.current, "rotated the keys, {} signs now", ids.current);
    written(ids)
}

fn publish(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Publish = read(body)?;
    let kid = provider.publish(asked.algorithm)?;
    tracing::info!(key.id = %kid, "published key {kid}");
    Ok(json!({ "kid": kid }))
}

fn hostile(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Hostile = read(body)?;
    let made = provider.publish_hostile(&asked.key)?;
    tracing::info!("published {}, which is wrong on purpose", made.id);
    written(made)
}

fn withhold(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    change(provider, body, "expected the id of a key in use", |kid| {
        Ok(provider.withhold(kid))
    })
}

fn withdraw(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let expected = "expected the id of a key other than the current one, which signs: withhold it, or rotate first";
    change(provider, body, expected, |kid| provider.withdraw(kid))
}

fn restore(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let expected = "expected the id of a key that was withheld, withdrawn or revoked";
    change(provider, body, expected, |kid| provider.restore(kid))
}

fn remove(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Remove = read(body)?;
    match &asked.id {
        None => drop(provider.remove_hostile_keys()?),
        Some(id) if provider.remove_hostile(id)? => {}
        Some(_) => return Err(refusals::member("id", "expected the id of a hostile key")),
    }
    Ok(json!({ "hostile_keys": provider.hostile_keys() }))
}

fn set_fault(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: SetFault = read(body)?;
    match asked.requests {
        Some(requests) => provider.fail_next(asked.endpoint, asked.fault, requests)?,
        None => provider.fail(asked.endpoint, asked.fault)?,
    }
    tracing::info!("responses of {} are spoilt now", asked.endpoint.name());
    Ok(json!({ "faults": provider.faults() }))
}

fn clear_faults(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: ClearFaults = read(body)?;
    match asked.endpoint {
        Some(endpoint) => provider.clear_faults_of(endpoint),
        None => provider.clear_faults(),
    }
    tracing::info!("cleared faults");
    Ok(json!({ "faults": provider.faults() }))
}

fn clock(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let Clock { offset_seconds } = read(body)?;
    let largest = ProviderHandle::LARGEST_CLOCK_OFFSET;
    if !(-largest..=largest).contains(&offset_seconds) {
        let expected = format!("expected -{largest} to {largest}, got {offset_seconds}");
        return Err(refusals::member("offset_seconds", expected));
    }
    provider.set_clock_offset(offset_seconds);
    tracing::info!("moved the clock by {offset_seconds} s");
    let (offset, now) = (provider.clock_offset(), provider.now());
    Ok(json!({ "clock_offset_seconds": offset, "now": now }))
}

fn mint(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let order: MintOrder = read(body)?;
    written(provider.mint_order(order)?.minted()?)
}

fn requests(provider: &ProviderHandle, body: &[u8]) -> Result<Value, Refusal> {
    let asked: Requests = read(body)?;
    let mut log = if asked.reset {
        provider.reset_requests()
    } else {
        provider.request_log()
    };
    log.last.drain(..log.last.len().saturating_sub(asked.last));
    written(log)
}

/// Changes the key that a call names, and responds with the key ids.
fn change(
    provider: &ProviderHandle,
    body: &[u8],
    expected: &str,
    change: impl FnOnce(&str) -> Result<bool, KeyError>,
) -> Result<Value, Refusal> {
    let Kid { kid } = read(body)?;
    if change(&kid)? {
        written(provider.key_ids())
    } else {
        Err(refusals::member("kid", expected))
    }
}

/// Reads the body: a JSON object, whatever the content type says, so that `curl -d` is enough; no body is `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut json = serde_json::Deserializer::from_slice(body);
    let asked = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let member = error.path().to_string();
        let error = error.into_inner();
        if !error.is_data() {
            return refusals::unreadable(format!("Expected a JSON object: {error}"));
        }
        // A member that is missing or unknown is named in the message; the path is that of the object around it.
        match member.as_str() {
            "." => refusals::invalid(error),
            _ => refusals::member(&member, error),
        }
    })?;
    json.end()
        .map_err(|error| refusals::unreadable(format!("Expected one JSON object: {error}")))?;
    Ok(asked)
}

fn written(answer: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(refusals::invalid)
}
