//! A thousand requests while the service has no keys yet.

use anyhow::Result;
use integration_tests::until;
use local_issuer::{Endpoint, Fault};
use std::time::Duration;
use tokio::task::JoinSet;

use crate::arguments::Arguments;
use crate::report::Report;
use crate::tally::{BROKEN, Tally};
use crate::world::World;
use benchmarks::{Connection, PRIVATE, request};

const NAME: &str = "stampede";
/// Fewer than may wait for keys (`KEYS__MAX_WAITING`, 1,024): all of them get 200.
const REQUESTS: u64 = 1000;

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let world = World::start(arguments).await?;
    let tokens = world.tokens()?;
    // The first response of the issuer is held back until all are waiting for it.
    let hold = Fault::Delay(Duration::from_secs(3600));
    world.issuer()?.fail(Endpoint::All, hold)?;
    let service = world.service(&[("FETCH__TIMEOUT_SECONDS", "60")]).await?;

    let mut callers = JoinSet::new();
    for (_, token) in (0..REQUESTS).zip(tokens.iter().cycle()) {
        let request = request(PRIVATE, token);
        let mut connection = Connection::open(service.address).await?;
        callers.spawn(async move {
            connection.send(&request).await?;
            connection.receive().await
        });
    }
    let waiting = async || {
        let waiting = service.figure("identity_key_waiting_requests").await?;
        let turned_away = service.figure("identity_key_turned_away_total").await?;
        Ok(waiting + turned_away == REQUESTS)
    };
    until("every request has come to the keys", waiting).await?;
    world.issuer()?.clear_faults();

    let mut tally = Tally::default();
    for reply in callers.join_all().await {
        match reply {
            Ok(reply) if reply.status == 200 => tally.ok(Duration::ZERO),
            Ok(reply) => tally.other(reply.name(), Duration::ZERO),
            Err(_) => tally.other(BROKEN.to_owned(), Duration::ZERO),
        }
    }
    let (discoveries, key_sets) = world.fetches()?;
    report.exactly(
        NAME,
        "requests that waited at once, answered 200",
        tally.let_in(),
        REQUESTS,
    );
    report.tell(NAME, "answered otherwise", tally.others());
    report.exactly(NAME, "fetches of discovery", discoveries, 1);
    report.exactly(NAME, "fetches of the key set", key_sets, 1);
    Ok(())
}
