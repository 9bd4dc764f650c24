//! The real provider: one client, whose rights nobody here knows.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use identity_core::client::{ClientAuthentication, TokenClient, TokenClientConfig};
use identity_core::http::HttpClient;
use libtest_mimic::Arguments;
use tokio::runtime::Runtime;

use super::settings::LiveClient;
use crate::Needs;
use crate::launch::{Environment, LiveProvider, RunningService};
use crate::suite::Suite;
use crate::target::Target;
use crate::tokens::{TokenFuture, Tokens};

pub(super) fn run(
    suite: Suite,
    client: LiveClient,
    base_url: Option<&str>,
    arguments: &Arguments,
) -> Result<ExitCode> {
    let runtime = Runtime::new()?;
    let provider = LiveProvider::from_env(suite.kind())?;
    let (service, target) = runtime.block_on(async {
        let tokens = LiveTokens::new(client, &provider)?;
        // Asked for first: without a token there is nothing to test, and this says best what is wrong.
        tokens.client().await?;
        let (service, base_url) = match base_url {
            Some(base_url) => (None, base_url.to_owned()),
            None => {
                let environment = Environment::new(suite.kind())?;
                let service = RunningService::start_live(&environment, &provider).await?;
                let base_url = service.base_url().to_owned();
                (Some(service), base_url)
            }
        };
        let target = Target::new(suite.kind(), &base_url, Arc::new(tokens))?;
        let target = target.with_grants(provider.grants);
        let reached = target.until_ready().await;
        reached.with_context(|| format!("the service must trust {}", provider.discovery.url))?;
        anyhow::Ok((service, target))
    })?;
    let conclusion = suite.run_against(&target, Needs::Client, arguments, runtime.handle());
    if let Some(service) = service {
        runtime.block_on(service.stop())?;
    }
    Ok(conclusion.exit_code())
}

/// One token of one client, asked for once: a real provider counts them, and bills.
struct LiveTokens {
    source: TokenClient,
}

impl LiveTokens {
    fn new(client: LiveClient, provider: &LiveProvider) -> Result<Self> {
        let config = TokenClientConfig {
            discovery: provider.discovery.clone(),
            client_id: client.id,
            client_secret: client.secret.into(),
            authentication: ClientAuthentication::Post,
            scope: client.scope,
            audience: provider.audience.clone(),
            renew_before: TokenClientConfig::DEFAULT_RENEW_BEFORE,
        };
        let http = HttpClient::new(provider.http.clone())?;
        let source = TokenClient::new(config, http);
        Ok(Self { source })
    }
}

impl Tokens for LiveTokens {
    fn client(&self) -> TokenFuture<'_> {
        Box::pin(async move {
            let token = self.source.token().await;
            let token = token.context("the provider gave no token for CLIENT_ID")?;
            Ok(token.secret().to_owned())
        })
    }

    fn of<'a>(&'a self, persona: &'a str) -> TokenFuture<'a> {
        Box::pin(async move { bail!("a real provider has no persona {persona}") })
    }
}
