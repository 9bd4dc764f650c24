//! Honest callers: as many requests as the service serves, over connections that stay open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use benchmarks::{Connection, PRIVATE, Reply, request};
use integration_tests::until;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::tally::{BROKEN, Tally};

/// How many callers there are; two cores are busy with far fewer.
pub const CALLERS: usize = 32;
/// A caller who waits longer has no response.
const PATIENCE: Duration = Duration::from_secs(30);

/// Callers at work.
pub struct Load {
    shared: Arc<Shared>,
    tokens: watch::Sender<Arc<Requests>>,
    callers: JoinSet<Tally>,
    started: Instant,
}

struct Shared {
    address: SocketAddr,
    stopped: AtomicBool,
    /// For each caller the last tokens of which it has sent one.
    uses: Vec<AtomicU64>,
}

struct Requests {
    generation: u64,
    bytes: Vec<Vec<u8>>,
}

impl Requests {
    fn of(generation: u64, tokens: &[String]) -> Arc<Self> {
        let bytes = tokens.iter().map(|token| request(PRIVATE, token)).collect();
        Arc::new(Self { generation, bytes })
    }
}

impl Load {
    /// So many callers begin, each with the tokens in turn.
    pub fn start(address: SocketAddr, tokens: &[String], callers: usize) -> Self {
        let (tokens, requests) = watch::channel(Requests::of(0, tokens));
        let shared = Arc::new(Shared {
            address,
            stopped: AtomicBool::new(false),
            uses: (0..callers).map(|_| AtomicU64::new(0)).collect(),
        });
        let mut tasks = JoinSet::new();
        for caller in 0..callers {
            tasks.spawn(call(caller, Arc::clone(&shared), requests.clone()));
        }
        Self {
            shared,
            tokens,
            callers: tasks,
            started: Instant::now(),
        }
    }

    /// Every caller goes on with these tokens.
    pub fn use_tokens(&self, tokens: &[String]) {
        let generation = self.tokens.borrow().generation + 1;
        self.tokens.send_replace(Requests::of(generation, tokens));
    }

    /// Waits until no request with an earlier token is under way.
    pub async fn let_go_of_earlier_tokens(&self) -> Result<()> {
        let generation = self.tokens.borrow().generation;
        let uses = &self.shared.uses;
        let is_new = |used: &AtomicU64| used.load(Ordering::Acquire) == generation;
        let all = async || Ok(uses.iter().all(is_new));
        until("every caller uses the new tokens", all)
            .await
            .map(drop)
    }

    /// The responses until now.
    pub async fn stop(self) -> Tally {
        self.shared.stopped.store(true, Ordering::Release);
        Tally::of_all(self.callers, self.started.elapsed()).await
    }
}

async fn call(
    caller: usize,
    shared: Arc<Shared>,
    requests: watch::Receiver<Arc<Requests>>,
) -> Tally {
    let mut tally = Tally::default();
    let mut connection = None;
    // Callers begin with different tokens.
    let mut turn = caller;
    while !shared.stopped.load(Ordering::Acquire) {
        let requests = Arc::clone(&requests.borrow());
        let Some(bytes) = requests.bytes.get(turn % requests.bytes.len()) else {
            break;
        };
        if let Some(used) = shared.uses.get(caller) {
            used.store(requests.generation, Ordering::Release);
        }
        turn += 1;
        let start = Instant::now();
        let reply = timeout(PATIENCE, ask(&mut connection, shared.address, bytes)).await;
        match reply {
            Ok(Some(reply)) if reply.status == 200 => tally.ok(start.elapsed()),
            Ok(Some(reply)) => tally.other(reply.name(), start.elapsed()),
            Ok(None) | Err(_) => {
                connection = None;
                tally.other(BROKEN.to_owned(), start.elapsed());
            }
        }
    }
    tally
}

async fn ask(
    connection: &mut Option<Connection>,
    address: SocketAddr,
    bytes: &[u8],
) -> Option<Reply> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(Connection::open(address).await.ok()?),
    };
    open.send(bytes).await.ok()?;
    open.receive().await.ok()
}

/// Waits until the first of these tokens is accepted, or refused with a 401; returns how long that took.
pub async fn until_first_is(
    address: SocketAddr,
    tokens: &[String],
    what: &str,
) -> Result<Duration> {
    let token = tokens.first().context("a token")?;
    let holds = async || Ok(ask_once(address, token).await.starts_with(what));
    until(&format!("a token gets {what}"), holds).await
}

/// Sends one request with this token; returns the status, and the code of a problem.
pub async fn ask_once(address: SocketAddr, token: &str) -> String {
    let bytes = request(PRIVATE, token);
    match timeout(PATIENCE, ask(&mut None, address, &bytes)).await {
        Ok(Some(reply)) if reply.status == 200 => "200".to_owned(),
        Ok(Some(reply)) => reply.name(),
        Ok(None) | Err(_) => BROKEN.to_owned(),
    }
}
