//! Outages of the database, known to all requests, so that none of them leaves a queue behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How long a request waits for the end of an outage. With the whole time for a free connection, all the requests of
/// that time would be in front of those that arrive when the database is back.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// How long after a failed connection the next is tried.
const BETWEEN_CONNECTIONS: Duration = Duration::from_millis(100);

/// How long a connection may take to open.
const LONGEST_CONNECTION: Duration = Duration::from_secs(1);

/// Whether there is an outage.
#[derive(Debug, Default)]
pub(super) struct Outage {
    is_on: watch::Sender<bool>,
    is_checked: AtomicBool,
}

impl Outage {
    /// Waits for the end of an outage, at most [`LONGEST_WAIT`]. Returns whether there is none.
    pub(super) async fn is_over(&self) -> bool {
        let mut is_on = self.is_on.subscribe();
        let is_over = timeout(LONGEST_WAIT, is_on.wait_for(|is_on| !is_on));
        // The sender is in `self`.
        is_over.await.is_ok()
    }

    /// Begins an outage if `connects` returns `false`, and ends it when it returns `true`: a pool reports only that it had
    /// no connection in time, also when the database is there and slow. Does nothing while another task does this.
    pub(super) fn check<F>(self: &Arc<Self>, connects: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = bool> + Send,
    {
        if self.is_checked.swap(true, Ordering::AcqRel) {
            return;
        }
        let outage = Arc::clone(self);
        tokio::spawn(async move {
            while !timeout(LONGEST_CONNECTION, connects())
                .await
                .unwrap_or(false)
            {
                outage.is_on.send_replace(true);
                sleep(BETWEEN_CONNECTIONS).await;
            }
            outage.is_on.send_replace(false);
            outage.is_checked.store(false, Ordering::Release);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::Outage;

    #[tokio::test]
    async fn a_request_waits_a_bounded_time_for_the_end() {
        let outage = Arc::new(Outage::default());
        assert!(outage.is_over().await);

        let is_back = Arc::new(AtomicBool::new(false));
        let connects = {
            let is_back = Arc::clone(&is_back);
            move || ready(is_back.load(Ordering::Relaxed))
        };
        outage.check(connects);
        outage.is_on.subscribe().wait_for(|on| *on).await.unwrap();
        assert!(!outage.is_over().await);

        // One that waits goes on as soon as the database is back.
        let come_back = async { is_back.store(true, Ordering::Relaxed) };
        let (is_over, ()) = tokio::join!(outage.is_over(), come_back);
        assert!(is_over);
    }

    #[tokio::test]
    async fn a_slow_database_is_no_outage() {
        let outage = Arc::new(Outage::default());
        let connections = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let connections = Arc::clone(&connections);
            outage.check(move || {
                connections.fetch_add(1, Ordering::Relaxed);
                ready(true)
            });
        }
        while connections.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(outage.is_over().await);
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }
}
