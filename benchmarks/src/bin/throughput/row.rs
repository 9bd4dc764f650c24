//! A row of a table: what is measured, and what came of it in each round.

use anyhow::{Context, Result};

use crate::awake::Awake;
use crate::server::{Kind, Server};
use crate::world::{MAIN, World};
use crate::wrk::{self, Load, Requests};
use benchmarks::{PRIVATE, PUBLIC};

/// How long a server is at work before it is measured, in seconds.
const WARM_UP: u64 = 1;
/// Enough for a server on one core.
const CONNECTIONS: u32 = 32;

/// What is measured.
#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub kind: Kind,
    pub tokens: Tokens,
    pub issuer: usize,
    pub connections: u32,
    pub workers: usize,
    pub samples: Vec<Sample>,
}

/// With which tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// The public route, without any.
    Public,
    /// The public route, with the issuer's first one, which the route does not need.
    Along,
    /// The protected route of a server that asks for none.
    Without,
    /// The first so many of the issuer's, in turn.
    First(usize),
    /// Each once.
    New,
}

/// What came of it in one round.
#[derive(Clone, Copy)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// The server's seconds for 10,000 requests.
    pub cpu: f64,
    /// The server's memory afterwards, in MB.
    pub memory: f64,
    /// How much of a core wrk used.
    pub client: f64,
    pub errors: u64,
}

impl Row {
    pub fn new(name: &str, kind: Kind, tokens: Tokens) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            tokens,
            issuer: MAIN,
            connections: CONNECTIONS,
            workers: 1,
            samples: Vec::new(),
        }
    }

    /// One round, on a server that was started for it.
    pub async fn measure(&mut self, world: &World, seconds: u64) -> Result<()> {
        let sample = self.sample(world, seconds).await;
        self.samples
            .push(sample.with_context(|| format!("{} could not be measured", self.name))?);
        Ok(())
    }

    async fn sample(&self, world: &World, seconds: u64) -> Result<Sample> {
        let pins = world.cores.pins(self.workers);
        let cores = (self.workers, pins.server.as_str());
        let server = Server::start(world, self.kind, self.issuer, cores).await?;
        let load = self.load(world, seconds)?;
        let warm_up = match self.tokens {
            // Those must stay new.
            Tokens::New => Load {
                path: PUBLIC,
                requests: Requests::WithoutToken,
                ..load
            },
            _ => load,
        };
        let warm_up = Load {
            seconds: WARM_UP,
            ..warm_up
        };
        // Where the server is on the same core, it has no time to lose there.
        let _awake = match pins.is_shared {
            true => None,
            false => Some(Awake::keep(&pins.client)?),
        };
        wrk::run(server.address, &pins.client, warm_up)?;
        let before = server.process.cpu_seconds()?;
        let outcome = wrk::run(server.address, &pins.client, load)?;
        let cpu = server.process.cpu_seconds()? - before;
        Ok(Sample {
            rate: outcome.requests / outcome.seconds,
            p50: outcome.p50_milliseconds,
            p99: outcome.p99_milliseconds,
            cpu: cpu / outcome.requests * 10_000.0,
            memory: server.process.memory()? as f64 / 1024.0,
            client: outcome.client,
            errors: outcome.errors,
        })
    }

    fn load<'a>(&self, world: &'a World, seconds: u64) -> Result<Load<'a>> {
        let issuer = world.issuer(self.issuer)?;
        let requests = match self.tokens {
            Tokens::Public | Tokens::Without => Requests::WithoutToken,
            Tokens::Along | Tokens::First(1) => Requests::OneToken(&issuer.token),
            Tokens::First(count) => Requests::InTurn(&issuer.requests, count),
            Tokens::New => Requests::Once(&issuer.requests),
        };
        let path = match self.tokens {
            Tokens::Public | Tokens::Along => PUBLIC,
            _ => PRIVATE,
        };
        Ok(Load {
            path,
            requests,
            connections: self.connections,
            seconds,
        })
    }

    /// The median of a number over the rounds.
    pub fn median(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(figure).collect())
    }

    /// Answers that were none, in all rounds.
    pub fn errors(&self) -> u64 {
        self.samples.iter().map(|sample| sample.errors).sum()
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
