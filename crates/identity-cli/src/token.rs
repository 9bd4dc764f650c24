//! Getting a token.

use std::io::Read;

use anyhow::{Context, Result, bail};
use clap::Args;
use identity_core::client::{ClientAuthentication, TokenClient, TokenClientConfig};
use identity_core::discovery::DiscoveryConfig;
use identity_core::http::HttpClient;
use serde_json::json;
use url::Url;

use crate::discover::Metadata;
use crate::report::Report;

/// What to ask for. The secret is read from CLIENT_SECRET, or from the standard input.
#[derive(Debug, Args)]
pub struct TokenArguments {
    /// The issuer, or the address of its metadata.
    #[arg(env = "DISCOVERY_URL")]
    url: Url,
    /// The client's id.
    #[arg(long, env = "CLIENT_ID")]
    client_id: String,
    /// The scopes to ask for, separated by spaces.
    #[arg(long, env = "SCOPE")]
    scope: Option<String>,
    /// The API that the token is for. Auth0 needs it.
    #[arg(long, env = "AUDIENCE")]
    audience: Option<String>,
    /// Sends the secret in the Authorization header instead of the body.
    #[arg(long)]
    basic: bool,
    #[arg(env = "CLIENT_SECRET", hide = true, hide_env_values = true, long)]
    client_secret: Option<String>,
}

/// Gets a token with the client credentials grant. The text of the report is the token alone.
pub async fn report(http: HttpClient, request: &TokenArguments) -> Result<Report> {
    let metadata = Metadata::fetch(&http, &request.url).await?;
    let issuer = metadata.checked?.issuer().to_owned();
    let client = TokenClient::new(
        TokenClientConfig {
            discovery: DiscoveryConfig {
                url: metadata.url,
                issuers: vec![issuer],
                endpoint_hosts: Vec::new(),
            },
            client_id: request.client_id.clone(),
            client_secret: secret(request)?.into(),
            authentication: match request.basic {
                true => ClientAuthentication::Basic,
                false => ClientAuthentication::Post,
            },
            scope: request.scope.clone(),
            audience: request.audience.clone(),
            renew_before: TokenClientConfig::DEFAULT_RENEW_BEFORE,
        },
        http,
    );
    let token = client.token().await?;
    let mut report = Report::default();
    report.add("access_token", token.secret());
    report.add("scope", token.scope().map_or(json!(null), Into::into));
    let lifetime = token.lifetime().map(|lifetime| lifetime.as_secs());
    report.add("expires_in", lifetime.map_or(json!(null), Into::into));
    Ok(report.with_text(format!("{}\n", token.secret())))
}

fn secret(request: &TokenArguments) -> Result<String> {
    match &request.client_secret {
        Some(secret) => Ok(secret.clone()),
        None => read("the client's secret", "CLIENT_SECRET"),
    }
}

/// Reads a secret from the standard input, up to 64 KiB. Errors: nothing is there.
pub fn read(what: &str, variable: &str) -> Result<String> {
    let mut text = String::new();
    let input = std::io::stdin().lock();
    let read = input.take(64 * 1024).read_to_string(&mut text);
    read.with_context(|| format!("{what} cannot be read from the standard input"))?;
    match text.trim() {
        "" => bail!("{what} is missing: set {variable}, or give it on the standard input"),
        text => Ok(text.to_owned()),
    }
}
