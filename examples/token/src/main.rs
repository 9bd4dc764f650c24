//! Gets an access token with the client credentials grant and prints it.
//!
//! `DISCOVERY_URL`, `CLIENT_ID` and `CLIENT_SECRET` are required; `SCOPE` and `AUDIENCE` (Auth0) are optional. `ISSUER`
//! is the issuer that the discovery document must contain, by default the part of its URL before `.well-known`. They
//! are read from the environment and from `.env`.
#![allow(
    clippy::print_stdout,
    reason = "printing the token is what this program is for"
)]

use anyhow::{Context, Result};
use identity_core::client::{ClientAuthentication, TokenClient, TokenClientConfig};
use identity_core::discovery::DiscoveryConfig;
use identity_core::http::{HttpClient, HttpConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    dotenvy::from_path(".env").ok();
    let url = required(
        "DISCOVERY_URL",
        "the address of the provider's /.well-known/openid-configuration",
    )?;
    let issuer = optional("ISSUER")
        .or_else(|| issuer_of(&url))
        .context("ISSUER is not set and DISCOVERY_URL names no issuer")?;
    let config = TokenClientConfig {
        // Auth0's issuer has a trailing slash, Descope's has none.
        discovery: DiscoveryConfig {
            url: url
                .parse()
                .with_context(|| format!("DISCOVERY_URL is not a URL: {url}"))?,
            issuers: vec![issuer.clone(), format!("{issuer}/")],
            endpoint_hosts: Vec::new(),
        },
        client_id: required("CLIENT_ID", "the client's id")?,
        client_secret: required(
            "CLIENT_SECRET",
            "the client's secret (at Descope: an access key)",
        )?
        .into(),
        authentication: ClientAuthentication::Post,
        scope: optional("SCOPE"),
        audience: optional("AUDIENCE"),
        renew_before: TokenClientConfig::DEFAULT_RENEW_BEFORE,
    };
    let client = TokenClient::new(config, HttpClient::new(HttpConfig::default())?);
    println!("{}", client.token().await?.secret());
    Ok(())
}

fn issuer_of(url: &str) -> Option<String> {
    Some(url.split_once("/.well-known/")?.0.to_owned())
}

fn optional(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "an example is a program: its settings are the environment"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn required(name: &str, meaning: &str) -> Result<String> {
    optional(name).with_context(|| format!("{name} is not set: {meaning}"))
}
