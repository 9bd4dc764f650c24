//! Waiting for a service.

use anyhow::{Context, Result};
use reqwest::Client;
use tokio::sync::Mutex;

use crate::call::Call;
use crate::http;
use crate::wait;

/// Waits until the service says that it is ready. Errors: it never does; what it said last.
pub(crate) async fn until_ready(client: &Client, base_url: &str) -> Result<()> {
    let said = Mutex::new("nothing".to_owned());
    let ready = wait::until("the service is ready", async || {
        let answer = http::send(client, base_url, &Call::get("/health/ready")).await;
        let (ready, answer) = match answer {
            Ok(answer) => (answer.status == 200, answer.text()),
            Err(error) => (false, format!("{error:#}")),
        };
        *said.lock().await = answer;
        Ok(ready)
    });
    let outcome = ready.await;
    let said = said.into_inner();
    outcome.with_context(|| format!("{base_url} said {said}"))
}
