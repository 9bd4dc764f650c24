//! Requests that go on while something happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use integration_tests::Target;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

/// Callers that ask for a protected route again and again, each with a good token.
pub(crate) struct Flow {
    shared: Arc<Shared>,
    callers: JoinSet<Result<()>>,
}

struct Shared {
    token: RwLock<String>,
    answered: AtomicUsize,
    stop: AtomicBool,
}

impl Flow {
    pub(crate) fn start(target: &Target, token: String, callers: usize) -> Self {
        let shared = Arc::new(Shared {
            token: RwLock::new(token),
            answered: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..callers {
            tasks.spawn(ask_until_stopped(target.clone(), Arc::clone(&shared)));
        }
        Self {
            shared,
            callers: tasks,
        }
    }

    /// From now on the callers have this token.
    pub(crate) async fn use_token(&self, token: String) {
        *self.shared.token.write().await = token;
    }

    /// Waits until as many responses more have come.
    pub(crate) async fn go_on_for(&mut self, answers: usize) -> Result<()> {
        let until = self.shared.answered.load(Ordering::Relaxed) + answers;
        integration_tests::until("the requests go on", async || {
            let answered = self.shared.answered.load(Ordering::Relaxed);
            Ok(answered >= until || self.callers.is_empty())
        })
        .await?;
        if let Some(ended) = self.callers.try_join_next() {
            ended??;
        }
        Ok(())
    }

    /// Ends the flow; returns the number of responses. Errors: one of them was not 200.
    pub(crate) async fn stop(mut self) -> Result<usize> {
        self.shared.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.callers.join_next().await {
            ended??;
        }
        Ok(self.shared.answered.load(Ordering::Relaxed))
    }
}

async fn ask_until_stopped(target: Target, shared: Arc<Shared>) -> Result<()> {
    while !shared.stop.load(Ordering::Relaxed) {
        let call = target
            .any_caller()
            .bearer(&shared.token.read().await.clone());
        let response = target.send(&call).await;
        let before = shared.answered.fetch_add(1, Ordering::Relaxed);
        let response = response.with_context(|| format!("after {before} answers"))?;
        ensure!(
            response.status == 200,
            "after {before} answers: {response:?}"
        );
    }
    Ok(())
}
