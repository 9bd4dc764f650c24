//! Failed sign-ins from one address end in the order in which they began.
//!
//! Names that exist wait in other queues than names that do not. Without this, who tries many names at once would see
//! from the order of the responses which of them exist.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError, Weak};

use tokio::sync::Mutex;

/// The attempts that are under way, by the network of their address.
#[derive(Default)]
pub struct InOrder(SyncMutex<HashMap<String, Weak<Mutex<()>>>>);

impl InOrder {
    /// Returns the outcome of `attempt`; if `is_failure` holds for it, only after the attempts from the same network
    /// that began before have ended.
    pub async fn run<T>(
        &self,
        network: String,
        attempt: impl Future<Output = T>,
        is_failure: impl FnOnce(&T) -> bool,
    ) -> T {
        let line = self.line(network);
        let mut first = pin!(line.lock());
        let mut attempt = pin!(attempt);
        let mut is_first = None;
        let outcome = loop {
            tokio::select! {
                // Takes its place in the line before anything else.
                biased;
                guard = &mut first, if is_first.is_none() => is_first = Some(guard),
                outcome = &mut attempt => break outcome,
            }
        };
        if is_failure(&outcome) && is_first.is_none() {
            drop(first.await);
        }
        outcome
    }

    fn line(&self, network: String) -> Arc<Mutex<()>> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&network).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line = Arc::default();
        lines.insert(network, Arc::downgrade(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::oneshot;

    use super::InOrder;

    #[tokio::test]
    async fn a_failure_waits_for_those_before_it_at_its_address() {
        let (in_order, ended) = (InOrder::default(), Mutex::new(Vec::new()));
        let (end_first, first) = oneshot::channel::<()>();
        let run = async |name: &'static str, network: &str, is_failure: bool| {
            let attempt = std::future::ready(());
            in_order
                .run(network.to_owned(), attempt, |()| is_failure)
                .await;
            ended.lock().unwrap().push(name);
        };
        tokio::join!(
            async {
                let attempt = async { first.await.unwrap() };
                in_order.run("1".to_owned(), attempt, |()| true).await;
                ended.lock().unwrap().push("first");
            },
            run("failure", "1", true),
            run("success", "1", false),
            run("elsewhere", "2", true),
            run("last", "1", true),
            async { end_first.send(()).unwrap() },
        );
        let expected = ["success", "elsewhere", "first", "failure", "last"];
        assert_eq!(*ended.lock().unwrap(), expected);
        drop(in_order.line("3".to_owned()));
        assert_eq!(in_order.0.lock().unwrap().len(), 1, "ended lines are gone");
    }
}
