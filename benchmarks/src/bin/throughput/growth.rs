//! What one request costs as more of everything is there.

use anyhow::Result;
use integration_tests::ServiceKind;

use crate::comparison::progress;
use crate::row::{Row, Tokens};
use crate::server::Kind;
use crate::world::{HUNDRED_KEYS, TEN_KEYS, World};

const CACHE_OFF: &[(&str, &str)] = &[("CACHE__MAX_TOKENS", "0")];

/// Measures all of it, in turn.
pub async fn measure(world: &World) -> Result<Vec<Row>> {
    let mut rows = rows(world);
    // Less long than what is compared with an aim.
    let seconds = world.arguments.seconds().div_ceil(3);
    for round in 0..world.arguments.rounds {
        for row in &mut rows {
            row.measure(world, seconds).await?;
            progress(round, row);
        }
    }
    Ok(rows)
}

fn rows(world: &World) -> Vec<Row> {
    let service = Kind::Service(&[]);
    let one = |name: &str, kind| Row::new(name, kind, Tokens::First(1));
    let mut rows = Vec::new();
    for connections in [1, 32, 256] {
        rows.push(Row {
            connections,
            ..one(&format!("connections: {connections}"), service)
        });
    }
    for workers in [1, 2, 4] {
        if workers > world.cores.count() {
            continue;
        }
        let shares = match world.cores.pins(workers).is_shared {
            true => ", the load on the same cores",
            false => "",
        };
        rows.push(Row {
            workers,
            ..one(&format!("workers: {workers}{shares}"), service)
        });
    }
    for tokens in [1, 100, 5_000, 20_000] {
        let note = if tokens > 10_000 {
            ", more than are kept"
        } else {
            ""
        };
        let name = format!("tokens: {tokens}{note}");
        rows.push(Row::new(&name, service, Tokens::First(tokens)));
    }
    let forgetful = Kind::Service(CACHE_OFF);
    // Auth0 publishes the next key ahead.
    for (keys, issuer) in [(2, 0), (10, TEN_KEYS), (100, HUNDRED_KEYS)] {
        for (cache, kind) in [("", service), (", no cache", forgetful)] {
            rows.push(Row {
                issuer,
                ..one(&format!("keys: {keys}{cache}"), kind)
            });
        }
    }
    if world.arguments.service == ServiceKind::Auth0Api {
        for issuers in [1, 10] {
            for (cache, remembers) in [("", true), (", no cache", false)] {
                let name = format!("issuers: {issuers}{cache}");
                rows.push(one(&name, Kind::Several(issuers, remembers)));
            }
        }
    }
    let metrics = Kind::Service(&[("METRICS_ADDR", "127.0.0.1:0")]);
    rows.push(one("figures for Prometheus", metrics));
    rows
}
