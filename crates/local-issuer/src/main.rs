//! The `local-issuer` program: serve, print tokens, check health.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use local_issuer::tokens::{self, TokenSource};
use local_issuer::{IssuerConfig, LocalIssuer, ProviderKind, healthcheck, settings};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// An identity provider for development and tests: Descope on one port, Auth0 on another.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve both dialects until a signal stops it (the default).
    Serve,
    /// Print a token for each persona of an issuer that is running, and curl lines to use it.
    Tokens(TokensArgs),
    /// Exit with 0 if the issuer on this machine is healthy.
    Healthcheck,
}

#[derive(Args)]
struct TokensArgs {
    /// Where the Descope side is; this machine at the configured port if not given.
    #[arg(long)]
    descope_url: Option<String>,
    /// Where the Auth0 side is; this machine at the configured port if not given.
    #[arg(long)]
    auth0_url: Option<String>,
    /// What the curl lines for Descope's tokens call.
    #[arg(long, default_value = "http://localhost:8000/api/private")]
    descope_api: String,
    /// What the curl lines for Auth0's tokens call.
    #[arg(long, default_value = "http://localhost:8001/api/private")]
    auth0_api: String,
}

fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line and no backtrace: it is a setting to mend, or a port to free.
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<()> {
    // Before any thread runs, because this changes the environment.
    if let Err(error) = dotenvy::from_path(".env")
        && !error.not_found()
    {
        bail!(".env cannot be read: {error}");
    }
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if settings::logs_json() {
        log.json().init();
    } else {
        log.init();
    }
    let config = settings::from_env()?;
    tokio::runtime::Runtime::new()
        .context("cannot start a runtime")?
        .block_on(run(cli, config))
}

async fn run(cli: Cli, config: IssuerConfig) -> anyhow::Result<()> {
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await,
        Command::Tokens(args) => print_tokens(args, config).await,
        Command::Healthcheck => {
            let (descope, auth0) = local_urls(&config);
            Ok(healthcheck(&[&descope, &auth0]).await?)
        }
    }
}

async fn serve(config: IssuerConfig) -> anyhow::Result<()> {
    let control = config.control_token.is_some();
    let issuer = LocalIssuer::start(config).await?;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    tracing::warn!(
        "local-issuer is for development only: its secrets are public and its tokens prove nothing"
    );
    tracing::info!(
        issuer = %descope.issuer(),
        "Descope: project {}, issuer {}, discovery {}", descope.project_id(), descope.issuer(), descope.discovery_url()
    );
    tracing::info!(
        issuer = %auth0.issuer(),
        "Auth0: audience {}, issuer {}, discovery {}", auth0.audience(), auth0.issuer(), auth0.discovery_url()
    );
    tracing::info!(
        "control plane: {}",
        if control {
            "on, under /_control"
        } else {
            "off"
        }
    );
    tracing::info!(
        "pages: {} and {}; tokens to try: local-issuer tokens",
        descope.base_url(),
        auth0.base_url()
    );
    stop_signal().await.context("cannot wait for a signal")?;
    tracing::info!("stopping");
    issuer.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

async fn print_tokens(args: TokensArgs, config: IssuerConfig) -> anyhow::Result<()> {
    let (descope_url, auth0_url) = local_urls(&config);
    let without_slash = |url: String| url.trim_end_matches('/').to_owned();
    let source = TokenSource {
        descope_url: args.descope_url.map_or(descope_url, without_slash),
        auth0_url: args.auth0_url.map_or(auth0_url, without_slash),
        project_id: config.descope.project_id,
        audience: config.auth0.audience,
        personas: config.personas,
    };
    let tokens = tokens::fetch(&source)
        .await
        .context("is local-issuer running?")?;
    let mut out = std::io::stdout().lock();
    for token in tokens {
        let url = if token.provider == ProviderKind::Descope {
            &args.descope_api
        } else {
            &args.auth0_api
        };
        writeln!(
            out,
            "# {} ({}): {}",
            token.persona,
            token.provider.name(),
            token.description
        )?;
        writeln!(out, "TOKEN={}", token.token)?;
        writeln!(out, "curl -H \"Authorization: Bearer $TOKEN\" {url}")?;
        writeln!(out, "# another: {}\n", token.request)?;
    }
    Ok(())
}

/// Where an issuer with this configuration is reached from this machine.
fn local_urls(config: &IssuerConfig) -> (String, String) {
    let host = match config.host {
        IpAddr::V4(host) if host.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let url = |port| format!("{scheme}://{}", SocketAddr::new(host, port));
    (url(config.descope.port), url(config.auth0.port))
}
