//! The servers that are measured, each a process of its own on cores of its own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use benchmarks::{Connection, PRIVATE, PUBLIC, Process, get, request, settings};
use integration_tests::{ReservedPorts, until};

use crate::floor;
use crate::world::{MAIN, World};

/// Where a server says that it has its keys.
pub const READY: &str = "/health/ready";

/// What runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The service, with these settings besides those that it needs.
    Service(&'static [(&'static str, &'static str)]),
    /// Plain actix-web with the service's response.
    Floor,
    /// So many issuers, remembering verified tokens or not.
    Several(usize, bool),
    /// axum with jwt-authorizer.
    Axum,
    /// FastAPI: a module of the folder of peers.
    FastApi(&'static str),
}

/// A server that runs; dropping it ends it.
pub struct Server {
    pub process: Process,
    pub address: SocketAddr,
    _ports: ReservedPorts,
}

impl Server {
    /// Starts it with the keys of this issuer, and waits until it lets its callers in.
    pub async fn start(
        world: &World,
        kind: Kind,
        issuer: usize,
        (workers, cores): (usize, &str),
    ) -> Result<Self> {
        let ports = ReservedPorts::take()?;
        let [address, _] = ports.addresses()?;
        let mut settings = settings_of(world, kind, issuer)?;
        settings.insert("PORT", address.port().to_string());
        settings.insert("WORKERS", workers.to_string());
        let mut command = Command::new("taskset");
        command.args(["-c", cores]);
        command.args(program(world, kind, address.port())?);
        let server = Self {
            process: Process::start(&mut command, &settings)?,
            address,
            _ports: ports,
        };
        let started = server.until_ready(kind, &world.issuer(issuer)?.token).await;
        started.with_context(|| server.process.log())?;
        Ok(server)
    }

    async fn until_ready(&self, kind: Kind, token: &str) -> Result<()> {
        let path = match kind {
            Kind::Service(_) | Kind::Several(..) => READY,
            _ => PUBLIC,
        };
        let ready = async || {
            Ok(get(self.address, path)
                .await
                .is_ok_and(|reply| reply.status == 200))
        };
        until("the server is ready", ready).await?;
        let mut connection = Connection::open(self.address).await?;
        connection.send(&request(PRIVATE, token)).await?;
        let reply = connection.receive().await?;
        if reply.status != 200 {
            bail!("a good token got {}: {}", reply.name(), reply.text());
        }
        Ok(())
    }
}

/// Writes the file with the service's response, which the floor repeats.
pub async fn record(world: &World) -> Result<()> {
    let pins = world.cores.pins(1);
    let server = Server::start(world, Kind::Service(&[]), MAIN, (1, &pins.server)).await?;
    let response = floor::record(server.address, &world.issuer(MAIN)?.token)?;
    std::fs::write(world.recording(), response)?;
    Ok(())
}

/// The program and its arguments.
fn program(world: &World, kind: Kind, port: u16) -> Result<Vec<OsString>> {
    let arguments = &world.arguments;
    let peers = || {
        arguments
            .peers
            .as_deref()
            .context("the peers are not there")
    };
    let port = port.to_string();
    Ok(match kind {
        Kind::Service(_) => words([&arguments.program]),
        Kind::Floor => [this_program("floor", &port)?, words([&world.recording()])].concat(),
        Kind::Several(count, remembers) => {
            let forgets = (!remembers).then_some("--forgets");
            let audience = world.issuer(0)?.provider().audience().to_owned();
            let names = world.issuers(count);
            let names = std::iter::once(audience).chain(names);
            [
                this_program("several", &port)?,
                words(forgets),
                words(names),
            ]
            .concat()
        }
        Kind::Axum => words([peers()?.join("axum/release/axum-peer")]),
        Kind::FastApi(module) => {
            let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/fastapi");
            let options = format!(
                "-m uvicorn {module}:app --port {port} --workers 1 --loop uvloop --http httptools --log-level warning --no-access-log --app-dir"
            );
            let python = words([peers()?.join("venv/bin/python")]);
            [python, words(options.split(' ')), words([sources])].concat()
        }
    })
}

fn settings_of(world: &World, kind: Kind, issuer: usize) -> Result<BTreeMap<&'static str, String>> {
    let issuer = world.issuer(issuer)?;
    if let Kind::Service(changes) = kind {
        let mut settings = settings(world.arguments.service, &issuer.config())?;
        let changes = changes.iter();
        settings.extend(changes.map(|(name, value)| (*name, (*value).to_owned())));
        return Ok(settings);
    }
    let provider = issuer.provider();
    Ok(BTreeMap::from([
        ("ISSUER", provider.issuer()),
        ("AUDIENCE", provider.audience().to_owned()),
        ("JWKS_URL", provider.jwks_url()),
        ("DISCOVERY_URL", provider.discovery_url()),
        // Nothing is written beside the sources of the peers.
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ]))
}

/// The same program in another role.
fn this_program(role: &str, port: &str) -> Result<Vec<OsString>> {
    let program = std::env::current_exe()?;
    Ok([words([program]), words([role, port])].concat())
}

fn words<W: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = W>) -> Vec<OsString> {
    let owned = words.into_iter().map(|word| word.as_ref().to_owned());
    owned.collect()
}
