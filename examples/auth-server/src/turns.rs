//! A semaphore whose waiters take turns, tenant by tenant.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::fair_queue::{FairQueue, Full, Tenant, Waiter};

/// A limited number of turns, handed to waiting tenants one after another. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    queue: FairQueue<oneshot::Sender<Turn>>,
    /// How long the turn took that ended last.
    latest: Duration,
}

/// How long a turn rests at most.
const LONGEST_REST: Duration = Duration::from_millis(500);

/// A turn. It ends when it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// `None` once it has passed to another.
    turns: Option<Turns>,
    tenant: Tenant,
    since: Instant,
}

impl Turns {
    /// Returns `at_once` free turns, for which at most `waiting` waiters wait.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: at_once,
            queue: FairQueue::new(waiting),
            latest: Duration::ZERO,
        })))
    }

    /// Returns whether some wait for a turn.
    pub fn are_awaited(&self) -> bool {
        !self.state().queue.is_empty()
    }

    /// Waits for a turn; to drop the future is to give up. Errors: too many of this waiter's kind are waiting.
    pub async fn take(&self, waiter: Waiter) -> Result<Turn, Full> {
        let turn = {
            let mut state = self.state();
            // While a turn is free, no waiter is left.
            if state.free > 0 {
                state.free -= 1;
                return Ok(self.turn_of(waiter.tenant));
            }
            let (sender, turn) = oneshot::channel();
            state.queue.push(waiter, sender)?;
            turn
        };
        // The queue holds the sender until it sends.
        turn.await.map_err(|_| Full)
    }

    fn turn_of(&self, tenant: Tenant) -> Turn {
        Turn {
            turns: Some(self.clone()),
            tenant,
            since: Instant::now(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next waiter. If there is none, the turn is free from then on.
    fn next_or_free(&self) -> Option<(Tenant, oneshot::Sender<Turn>)> {
        let mut state = self.state();
        let next = state.queue.pop();
        if next.is_none() {
            state.free += 1;
        }
        next
    }
}

impl Turn {
    /// Waits for as long as the turn before took, [`LONGEST_REST`] at most, and begins only then. For a turn that leaves
    /// half of the time to others.
    pub async fn rest(&mut self) {
        let latest = self.turns.as_ref().map(|turns| turns.state().latest);
        sleep(latest.unwrap_or_default().min(LONGEST_REST)).await;
        self.since = Instant::now();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.turns.take() else {
            return;
        };
        let took = self.since.elapsed();
        {
            let mut state = turns.state();
            state.queue.charge(self.tenant.clone(), took);
            state.latest = took;
        }
        while let Some((tenant, next)) = turns.next_or_free() {
            let Err(mut turn) = next.send(turns.turn_of(tenant)) else {
                return;
            };
            // This waiter has given up. The turn passes to the next one here, and does not end.
            turn.turns = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::{Full, Turns};
    use crate::fair_queue::{Tenant, Waiter};

    fn waiter(id: &str) -> Waiter {
        Waiter {
            tenant: Tenant::Organization(id.to_owned()),
            network: None,
        }
    }

    #[tokio::test]
    async fn only_so_many_wait_and_a_turn_that_ends_is_free() {
        let turns = Turns::new(1, 1);
        let first = turns.take(waiter("a")).await.unwrap();
        let (second, third) = tokio::join!(
            async {
                let turn = turns.take(waiter("a")).await;
                drop(turn.unwrap());
            },
            async {
                let refused = turns.take(waiter("a")).await;
                drop(first);
                refused
            }
        );
        assert_eq!(((), third.err()), (second, Some(Full)));
        assert_eq!(turns.state().free, 1);
        drop(turns.take(waiter("a")).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_rests_for_as_long_as_the_one_before_took() {
        let (turns, begin) = (Turns::new(1, 1), Instant::now());
        for (rested, works) in [(0, 10), (10, 30), (30, 9000), (500, 0), (0, 0)] {
            let before = begin.elapsed();
            let mut turn = turns.take(waiter("a")).await.unwrap();
            turn.rest().await;
            assert_eq!((begin.elapsed() - before).as_millis(), rested, "{works}");
            sleep(Duration::from_millis(works)).await;
        }
    }

    #[tokio::test]
    async fn one_who_gives_up_keeps_no_turn() {
        let turns = Turns::new(1, 8);
        let first = turns.take(waiter("a")).await.unwrap();
        let mut before = Box::pin(turns.take(waiter("a")));
        let mut after = Box::pin(turns.take(waiter("b")));
        tokio::select! {
            biased;
            _ = &mut before => panic!("there is no turn"),
            _ = &mut after => panic!("there is no turn"),
            () = async {} => {}
        }
        drop(before);
        drop(first);
        drop(after.await.unwrap());
        // One that has been given its turn, and does not look at it.
        let first = turns.take(waiter("a")).await.unwrap();
        let mut late = Box::pin(turns.take(waiter("a")));
        tokio::select! {
            biased;
            _ = &mut late => panic!("there is no turn"),
            () = async {} => {}
        }
        drop(first);
        assert_eq!(turns.state().free, 0);
        drop(late);
        assert_eq!(turns.state().free, 1);
    }
}
