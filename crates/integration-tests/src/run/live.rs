//! The real provider: one client, whose rights are not known here.

use std::process::ExitCode;

use anyhow::{Context, Result};
use identity_core::client::{ClientAuthentication, TokenClient, TokenClientConfig};
use identity_core::http::HttpClient;
use libtest_mimic::Arguments;
use tokio::runtime::Runtime;

use super::settings::LiveClient;
use crate::case::Needs;
use crate::launch::{Environment, LiveProvider, RunningService};
use crate::suite::Suite;
use crate::target::Target;
use crate::tokens::Tokens;

pub(super) fn run(
    suite: Suite,
    client: LiveClient,
    base_url: Option<&str>,
    arguments: &Arguments,
) -> Result<ExitCode> {
    let runtime = Runtime::new()?;
    let provider = LiveProvider::from_env(suite.kind())?;
    let (service, target) = runtime.block_on(async {
        let tokens = Tokens::live(token_client(client, &provider)?);
        // Requested first: without a token there is nothing to test, and this says best what is wrong.
        tokens.client().await?;
        let (service, target) = match base_url {
            Some(base_url) => (None, Target::at(suite.kind(), base_url)?),
            None => {
                let environment = Environment::new(suite.kind())?;
                let service = RunningService::start_live(&environment).await?;
                let target = service.target.clone();
                (Some(service), target)
            }
        };
        let target = target.with_tokens(tokens).with_rights(provider.rights);
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

fn token_client(client: LiveClient, provider: &LiveProvider) -> Result<TokenClient> {
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
    Ok(TokenClient::new(config, http))
}
