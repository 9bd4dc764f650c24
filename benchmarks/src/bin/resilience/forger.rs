//! Forgers: tokens that differ from a good one in their key id and their signature, each key id another one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use benchmarks::{Connection, PRIVATE, request};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::tally::{BROKEN, Tally};

const CONNECTIONS: u64 = 32;
/// Sent at once over each connection: forging must cost less than refusing.
const BATCH: u64 = 8;

/// Forgers at work.
pub struct Flood {
    stopped: Arc<AtomicBool>,
    strangers: JoinSet<Tally>,
    started: Instant,
}

/// A good token, taken apart.
struct Pattern {
    header: Value,
    payload: String,
    signature: String,
    forged: AtomicU64,
}

impl Flood {
    /// Sends so many forged tokens a second, or as many as get a response.
    pub fn start(address: SocketAddr, token: &str, per_second: u64) -> Result<Self> {
        let pattern = Arc::new(Pattern::of(token)?);
        let stopped = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_secs(1) * u32::try_from(CONNECTIONS * BATCH)?
            / u32::try_from(per_second)?;
        let mut strangers = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (pattern, stopped) = (Arc::clone(&pattern), Arc::clone(&stopped));
            strangers.spawn(forge(address, pattern, stopped, pause));
        }
        Ok(Self {
            stopped,
            strangers,
            started: Instant::now(),
        })
    }

    /// The responses until now.
    pub async fn stop(self) -> Tally {
        self.stopped.store(true, Ordering::Release);
        Tally::of_all(self.strangers, self.started.elapsed()).await
    }
}

async fn forge(
    address: SocketAddr,
    pattern: Arc<Pattern>,
    stopped: Arc<AtomicBool>,
    pause: Duration,
) -> Tally {
    let mut tally = Tally::default();
    let mut pauses = interval(pause);
    // What was missed is made up for, as long as the service keeps up.
    pauses.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut connection = None;
    while !stopped.load(Ordering::Acquire) {
        pauses.tick().await;
        if send_batch(&mut connection, address, &pattern, &mut tally)
            .await
            .is_err()
        {
            connection = None;
            tally.other(BROKEN.to_owned(), Duration::ZERO);
        }
    }
    tally
}

async fn send_batch(
    connection: &mut Option<Connection>,
    address: SocketAddr,
    pattern: &Pattern,
    tally: &mut Tally,
) -> std::io::Result<()> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(Connection::open(address).await?),
    };
    let requests = (0..BATCH).map(|_| request(PRIVATE, &pattern.next()));
    let requests: Vec<u8> = requests.flatten().collect();
    let start = Instant::now();
    open.send(&requests).await?;
    for _ in 0..BATCH {
        let reply = open.receive().await?;
        match reply.status {
            200 => tally.ok(start.elapsed()),
            _ => tally.other(reply.name(), start.elapsed()),
        }
    }
    Ok(())
}

impl Pattern {
    fn of(token: &str) -> Result<Self> {
        let mut parts = token.split('.');
        let mut part = || parts.next().context("a token of three parts");
        let (header, payload, signature) = (part()?, part()?, part()?);
        Ok(Self {
            header: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?,
            payload: payload.to_owned(),
            // As long as a genuine one, and none.
            signature: "A".repeat(signature.len()),
            forged: AtomicU64::new(0),
        })
    }

    /// A token under a key id that was never used before.
    fn next(&self) -> String {
        let number = self.forged.fetch_add(1, Ordering::Relaxed);
        // A multiplication by an odd number: all are different, and none is near the one before.
        let key_id = format!(
            "{:016x}",
            number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995
        );
        let mut header = self.header.clone();
        if let Some(members) = header.as_object_mut() {
            members.insert("kid".to_owned(), key_id.into());
        }
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{header}.{}.{}", self.payload, self.signature)
    }
}
