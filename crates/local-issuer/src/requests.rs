//! Counts and remembers requests, for tests of how often something is fetched.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::clock;
use crate::faults::Endpoint;

/// Paths that are counted by themselves; all later ones are counted as one.
const MOST_PATHS: usize = 10_000;
const OTHER_PATHS: &str = "(other paths)";
/// A longer path is no path of ours, and would only take up memory.
const LONGEST_PATH: usize = 512;

/// A request that the provider received. Neither query nor headers nor body are kept: secrets are in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SeenRequest {
    /// When it came, in milliseconds since 1970 by the system's clock, even if the provider's clock was moved.
    pub at_milliseconds: u64,
    /// Its method.
    pub method: String,
    /// Its path, at most 512 bytes of it.
    pub path: String,
    /// The endpoint; `None` if the path belongs to no endpoint.
    pub endpoint: Option<Endpoint>,
    /// The status of the response; `None` if there is none, or not yet.
    pub status: Option<u16>,
    #[serde(skip)]
    number: u64,
}

/// The requests to one provider.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct RequestLog {
    /// The number of requests by path.
    pub requests: BTreeMap<String, u64>,
    /// The number of requests by endpoint: `discovery`, `jwks`, `token` and the others by their names, and `other`.
    pub endpoints: BTreeMap<&'static str, u64>,
    /// The last requests, latest last.
    pub last: VecDeque<SeenRequest>,
}

pub(crate) struct RequestCounter {
    log: Mutex<RequestLog>,
    remembered: usize,
    /// How many requests there ever were.
    number: AtomicU64,
}

impl RequestCounter {
    /// Remembers this many of the last requests.
    pub(crate) fn new(remembered: usize) -> Self {
        Self {
            log: Mutex::default(),
            remembered,
            number: AtomicU64::new(0),
        }
    }

    /// Counts a request, and returns its number for [`Self::responded`].
    pub(crate) fn count(&self, method: &str, path: &str, endpoint: Option<Endpoint>) -> u64 {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let path = path.split_at(path.floor_char_boundary(LONGEST_PATH)).0;
        let mut log = self.lock();
        let counted = if log.requests.len() < MOST_PATHS || log.requests.contains_key(path) {
            path
        } else {
            OTHER_PATHS
        };
        *log.requests.entry(counted.to_owned()).or_default() += 1;
        let name = endpoint.map_or("other", Endpoint::name);
        *log.endpoints.entry(name).or_default() += 1;
        log.last.push_back(SeenRequest {
            at_milliseconds: u64::try_from(clock::since_epoch().as_millis()).unwrap_or(u64::MAX),
            method: method.to_owned(),
            path: path.to_owned(),
            endpoint,
            status: None,
            number,
        });
        while log.last.len() > self.remembered {
            log.last.pop_front();
        }
        number
    }

    /// Remembers the status of the response to a request, if the request is still remembered.
    pub(crate) fn responded(&self, number: u64, status: u16) {
        let mut log = self.lock();
        let mut last = log.last.iter_mut().rev();
        if let Some(seen) = last.find(|seen| seen.number == number) {
            seen.status = Some(status);
        }
    }

    pub(crate) fn log(&self) -> RequestLog {
        self.lock().clone()
    }

    /// Returns what was counted until now, and starts again at zero.
    pub(crate) fn reset(&self) -> RequestLog {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, RequestLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
