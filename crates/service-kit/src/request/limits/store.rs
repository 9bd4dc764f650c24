//! The shared store: Redis or Valkey.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use metrics::{Gauge, gauge};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, Script};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{sleep, timeout};
use tracing::instrument::WithSubscriber;
use tracing::{dispatcher, error, info, warn};

use super::config::RateLimitConfig;
use super::decision::{Charge, Cost, Verdict};
use super::store_url::StoreUrl;
use crate::metrics::RATE_LIMIT_STORE_UP;

/// How long a new connection may take until it can be used.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time between two attempts to connect.
const AGAIN: Duration = Duration::from_secs(1);
/// What is told to everyone while the store cannot be used. The log names its address.
const FAULT: &str =
    "rate limits: the store of RATE_LIMIT_URL cannot be used, each process counts for itself";

/// Counters in the store. A thread of their own keeps one connection, which all workers share; it ends when this is dropped.
pub(super) struct Store {
    link: Arc<Link>,
    script: Script,
    timeout: Duration,
    prefix: String,
    service: String,
    _running: oneshot::Sender<()>,
}

/// The connection, if there is one now.
struct Link {
    shown: String,
    connection: ArcSwapOption<MultiplexedConnection>,
    state: watch::Sender<State>,
    lost: Notify,
    is_up: Gauge,
}

/// Whether the store can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The first attempt to connect has not ended.
    Starting,
    /// It can.
    Up,
    /// It cannot: each process counts for itself.
    Down,
}

impl Store {
    /// Starts the thread that connects. Returns `None`, and logs why, if there can be none.
    pub(super) fn start(url: &StoreUrl, service: &str, config: &RateLimitConfig) -> Option<Self> {
        let is_up = gauge!(RATE_LIMIT_STORE_UP);
        is_up.set(0.0);
        let link = Arc::new(Link {
            shown: url.to_string(),
            connection: ArcSwapOption::empty(),
            state: watch::Sender::new(State::Starting),
            lost: Notify::new(),
            is_up,
        });
        let script = Script::new(include_str!("gcra.lua"));
        let prefix = config.key_prefix.as_deref().unwrap_or(service).to_owned();
        let (running, stopped) = oneshot::channel();
        let started = url
            .client()
            .map_err(|error| error.to_string())
            .and_then(|client| {
                let keeper = Keeper {
                    client,
                    script: script.clone(),
                    check: format!("{prefix}:check"),
                    link: Arc::clone(&link),
                };
                keeper.start(stopped).map_err(|error| error.to_string())
            });
        if let Err(reason) = started {
            error!("rate limits are counted by this process alone: {reason}");
            return None;
        }
        Some(Self {
            link,
            script,
            timeout: config.store_timeout(),
            prefix,
            service: service.to_owned(),
            _running: running,
        })
    }

    /// Decides about all charges, in one round trip. Returns `None` if the store does not respond in time.
    pub(super) async fn decide(&self, charges: &[Charge<'_>]) -> Option<Vec<Verdict>> {
        let connection = self.link.connection.load_full()?;
        let mut invocation = self.script.prepare_invoke();
        for Charge { limit, key, cost } in charges {
            let interval = limit.interval().as_nanos() as f64 / 1000.0;
            invocation
                .key(key.stored(&self.prefix, &self.service, limit.name()))
                .arg(interval)
                .arg(interval * f64::from(limit.burst()))
                .arg(match cost {
                    Cost::One => 1,
                    Cost::Nothing => 0,
                });
        }
        let mut own = MultiplexedConnection::clone(&connection);
        let outcome = timeout(self.timeout, invocation.invoke_async::<Vec<u64>>(&mut own)).await;
        match outcome {
            Ok(Ok(numbers)) => Some(verdicts(&numbers)),
            Ok(Err(error)) => {
                self.link.lose(&connection, &reason(&error));
                None
            }
            Err(_) => {
                let late = format!("no response within {} ms", self.timeout.as_millis());
                self.link.lose(&connection, &late);
                None
            }
        }
    }

    /// Returns what is wrong, if the store cannot be used.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let is_down = *self.link.state.borrow() == State::Down;
        is_down.then_some(FAULT)
    }

    /// Returns the state, as it changes.
    #[cfg(test)]
    pub(super) fn state(&self) -> watch::Receiver<State> {
        self.link.state.subscribe()
    }
}

/// Reads the script's outcome.
fn verdicts(numbers: &[u64]) -> Vec<Verdict> {
    let within = |remaining: &u64| Verdict::Within {
        remaining: u32::try_from(*remaining).unwrap_or(u32::MAX),
    };
    match numbers {
        [0, remaining @ ..] => remaining.iter().map(within).collect(),
        [index, wait, ..] => {
            let before = usize::try_from(*index).unwrap_or(1).saturating_sub(1);
            let mut verdicts = vec![Verdict::Within { remaining: 0 }; before.min(2)];
            let wait = Duration::from_micros(*wait);
            verdicts.push(Verdict::Over { wait });
            verdicts
        }
        _ => Vec::new(),
    }
}

impl Link {
    /// Gives up a connection. Says so if it is the current one, so that one request of many does.
    fn lose(&self, connection: &Arc<MultiplexedConnection>, reason: &str) {
        let current = Some(Arc::clone(connection));
        let previous = self.connection.compare_and_swap(&current, None);
        if previous
            .as_ref()
            .is_some_and(|one| Arc::ptr_eq(one, connection))
        {
            self.say_down(reason);
            self.lost.notify_one();
        }
    }

    fn say_down(&self, reason: &str) {
        self.is_up.set(0.0);
        let shown = &self.shown;
        if self.state.send_replace(State::Down) != State::Down {
            warn!(
                rate_limit.store = shown,
                "the store of the rate limits at {shown} cannot be used, so this process counts for itself: {reason}"
            );
        }
    }

    fn say_up(&self) {
        self.is_up.set(1.0);
        let shown = &self.shown;
        if self.state.send_replace(State::Up) != State::Up {
            info!(
                rate_limit.store = shown,
                "rate limits are counted in the store at {shown}"
            );
        }
    }
}

/// Keeps the connection.
struct Keeper {
    client: Client,
    script: Script,
    /// A key to try the script with.
    check: String,
    link: Arc<Link>,
}

impl Keeper {
    /// Starts the thread. It is not one of actix's, so that a busy worker does not hold up the others.
    fn start(self, stopped: oneshot::Receiver<()>) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let log = dispatcher::get_default(Clone::clone);
        let thread = std::thread::Builder::new().name("rate-limits".to_owned());
        thread.spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = self.keep().with_subscriber(log) => {}
                }
            });
        })?;
        Ok(())
    }

    async fn keep(&self) {
        loop {
            let attempt = timeout(CONNECT_TIMEOUT, self.connect()).await;
            match attempt {
                Ok(Ok(connection)) => {
                    self.link.connection.store(Some(Arc::new(connection)));
                    self.link.say_up();
                    self.link.lost.notified().await;
                    sleep(AGAIN).await;
                }
                Ok(Err(error)) => self.wait_after(&reason(&error)).await,
                Err(_) => {
                    let late = format!("no response within {} s", CONNECT_TIMEOUT.as_secs());
                    self.wait_after(&late).await;
                }
            }
        }
    }

    async fn wait_after(&self, reason: &str) {
        self.link.say_down(reason);
        sleep(AGAIN).await;
    }

    /// Connects, and tries the script: a server that refuses it (it wants a password, is loading its data, is full, or may only
    /// be read) cannot be used.
    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let mut connection = connection.await?;
        let mut attempt = self.script.key(&self.check);
        // One request with a burst of one in a microsecond: the key expires at once.
        let attempt = attempt.arg(1).arg(1).arg(1);
        let _: Vec<u64> = attempt.invoke_async(&mut connection).await?;
        Ok(connection)
    }
}

/// Returns the message of an error in one line. It has no key and no password.
fn reason(error: &RedisError) -> String {
    error.to_string().replace(['\r', '\n'], " ")
}
