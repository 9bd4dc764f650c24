//! The services beside plain actix-web and beside what others use.

use std::io::{Write, stderr};

use anyhow::Result;

use crate::row::{Row, Sample, Tokens, median};
use crate::server::Kind;
use crate::signature::Signature;
use crate::world::World;

pub const FLOOR: &str = "plain actix-web, the same bytes";
pub const FLOOR_WITH_TOKEN: &str = "plain actix-web, the same bytes, a token sent along";
pub const PUBLIC: &str = "public route";
pub const PUBLIC_WITH_TOKEN: &str = "public route, a token sent along";
pub const ONE_TOKEN: &str = "protected route, one token";
pub const MANY_TOKENS: &str = "protected route, thousands of tokens";
pub const OPERATED: &str = "protected route, one token, limits, audit and metrics on";
pub const NEW_TOKENS: &str = "protected route, each token new";
pub const AXUM: &str = "axum, jwt-authorizer";
pub const AXUM_NEW: &str = "axum, jwt-authorizer, each token new";
pub const FASTAPI: [(&str, &str); 3] = [
    ("FastAPI, PyJWT", "with_pyjwt"),
    ("FastAPI, python-jose", "with_python_jose"),
    ("FastAPI, fastapi-identity-model", "with_identity_model"),
];

/// What operators turn on, in the process itself. The limits are as high as they can be set, and are not reached.
const OPERATION: &[(&str, &str)] = &[
    ("METRICS_ADDR", "127.0.0.1:0"),
    ("AUDIT_FILE", "audit.jsonl"),
    ("SETTINGS_POLL_SECONDS", "1"),
    ("RATE_LIMIT__FAILURES__PER_MINUTE", "1000000"),
    ("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "1000000"),
    ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "1000000"),
    ("RATE_LIMIT__ADDRESS__CHANGE__PER_MINUTE", "1000000"),
    ("RATE_LIMIT__SUBJECT__READ__PER_MINUTE", "1000000"),
    ("RATE_LIMIT__SUBJECT__CHANGE__PER_MINUTE", "1000000"),
];

/// All rows, measured in turn, so that what else the machine does hits each of them.
pub struct Comparison {
    pub rows: Vec<Row>,
    pub signature: Signature,
}

impl Comparison {
    pub async fn measure(world: &World) -> Result<Self> {
        let mut comparison = Self {
            rows: rows(world),
            signature: Signature::default(),
        };
        for round in 0..world.arguments.rounds {
            comparison.signature.measure(world)?;
            for place in 0..comparison.rows.len() {
                let seconds = comparison.seconds(world, round, place);
                let Some(row) = comparison.rows.get_mut(place) else {
                    continue;
                };
                row.measure(world, seconds).await?;
                progress(round, row);
            }
        }
        Ok(comparison)
    }

    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// How much faster the one is than the other: the median of the rounds' ratios.
    pub fn ratio(&self, name: &str, other: &str) -> Option<f64> {
        self.compare(name, other, |one, two| one.rate / two.rate)
    }

    /// The same by what a request costs the server, whatever else the machine does, and whether wrk can send more or not.
    pub fn ratio_by_cpu(&self, name: &str, other: &str) -> Option<f64> {
        self.compare(name, other, |one, two| two.cpu / one.cpu)
    }

    fn compare(
        &self,
        name: &str,
        other: &str,
        ratio: impl Fn(&Sample, &Sample) -> f64,
    ) -> Option<f64> {
        let pairs = self
            .row(name)?
            .samples
            .iter()
            .zip(&self.row(other)?.samples);
        Some(median(pairs.map(|(one, two)| ratio(one, two)).collect()))
    }

    /// How much of what can be had at most, if a new token costs one signature check more than a public route.
    pub fn share_of_limit(&self) -> Option<f64> {
        self.share(|sample| 1.0 / sample.rate)
    }

    /// The same by what a request costs the server.
    pub fn share_of_limit_by_cpu(&self) -> Option<f64> {
        self.share(|sample| sample.cpu / 10_000.0)
    }

    fn share(&self, seconds: impl Fn(&Sample) -> f64) -> Option<f64> {
        let (new, public) = (self.row(NEW_TOKENS)?, self.row(PUBLIC)?);
        let pairs = new.samples.iter().zip(&public.samples).enumerate();
        let shares = pairs.map(|(round, (new, public))| {
            Some((seconds(public) + self.signature.seconds(round)?) / seconds(new))
        });
        Some(median(shares.collect::<Option<_>>()?))
    }

    /// Requests a second.
    fn limit(&self, round: usize) -> Option<f64> {
        let public = self.row(PUBLIC)?.samples.get(round)?.rate;
        Some(1.0 / (1.0 / public + self.signature.seconds(round)?))
    }

    /// New tokens must last.
    fn seconds(&self, world: &World, round: usize, place: usize) -> u64 {
        let most = world.arguments.seconds();
        let is_new = |row: &Row| row.tokens == Tokens::New;
        match (self.rows.get(place).is_some_and(is_new), self.limit(round)) {
            (true, Some(limit)) => {
                let lasting = 0.9 * world.arguments.tokens() as f64 / limit;
                (lasting as u64).clamp(1, most)
            }
            _ => most,
        }
    }
}

fn rows(world: &World) -> Vec<Row> {
    let service = Kind::Service(&[]);
    let mut rows = vec![
        Row::new(PUBLIC, service, Tokens::Public),
        Row::new(ONE_TOKEN, service, Tokens::First(1)),
        Row::new(MANY_TOKENS, service, Tokens::First(5_000)),
        Row::new(OPERATED, Kind::Service(OPERATION), Tokens::First(1)),
    ];
    if world.arguments.short {
        return rows;
    }
    rows.insert(0, Row::new(FLOOR, Kind::Floor, Tokens::Without));
    rows.insert(1, Row::new(FLOOR_WITH_TOKEN, Kind::Floor, Tokens::First(1)));
    rows.insert(3, Row::new(PUBLIC_WITH_TOKEN, service, Tokens::Along));
    rows.push(Row::new(NEW_TOKENS, service, Tokens::New));
    let Some(peers) = &world.arguments.peers else {
        return rows;
    };
    rows.push(Row::new(AXUM, Kind::Axum, Tokens::First(1)));
    rows.push(Row::new(AXUM_NEW, Kind::Axum, Tokens::New));
    for (name, module) in FASTAPI {
        // Its packages may need a later Python than there is.
        if peers.join(format!("{module}.missing")).exists() {
            continue;
        }
        rows.push(Row::new(name, Kind::FastApi(module), Tokens::First(1)));
    }
    rows
}

/// For the person who waits.
pub fn progress(round: usize, row: &Row) {
    let rate = row.samples.last().map_or(f64::NAN, |sample| sample.rate);
    let line = format!(
        "round {}: {:<52} {rate:>9.0} requests/s",
        round + 1,
        row.name
    );
    // It may be closed.
    drop(writeln!(stderr(), "{line}"));
}
