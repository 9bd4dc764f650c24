//! One tenant's flood does not keep out the users of another.

use tokio::task::JoinHandle;

use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};
use crate::throttling::login_from;

on_both_databases! {
    a_tenant_that_floods_from_one_address_keeps_no_other_out
    a_tenant_that_floods_from_many_addresses_keeps_no_other_out
}

/// How many connections sign in again and again, with right passwords.
const FLOOD: usize = 120;
/// How many passwords wait at most.
const WAITING: usize = 100;

async fn a_tenant_that_floods_from_one_address_keeps_no_other_out(database: TestDatabase) {
    keeps_no_other_out(&database, |_| "192.0.2.1".to_owned()).await;
}

async fn a_tenant_that_floods_from_many_addresses_keeps_no_other_out(database: TestDatabase) {
    let address = |number| format!("10.0.{}.{}", number / 256, number % 256);
    keeps_no_other_out(&database, address).await;
}

async fn keeps_no_other_out(database: &TestDatabase, address: impl Fn(usize) -> String) {
    let mut settings = settings(database);
    settings.service.trusted_proxies = "127.0.0.1".parse().unwrap();
    // So many sign-ins under one name would wait for one another before they wait for the password.
    settings.limits.failures_per_account = 10_000;
    settings.limits.failures_per_address = 10_000;
    settings.limits.passwords.waiting = WAITING;
    let server = TestServer::with(settings);
    let (busy, quiet) = (
        Person::owner(&server.api).await,
        Person::owner(&server.api).await,
    );

    let (refusals, mut refused) = tokio::sync::mpsc::unbounded_channel();
    let flood: Vec<JoinHandle<()>> = (0..FLOOD)
        .map(|number| {
            let (api, name) = (server.api.clone(), busy.username.clone());
            let (address, refusals) = (address(number), refusals.clone());
            tokio::spawn(async move {
                loop {
                    let answer = login_from(&api, &address, &name, PASSWORD).await;
                    if answer.status != 200 {
                        refusals.send(answer).unwrap();
                        return;
                    }
                }
            })
        })
        .collect();
    // It has its share of the waiting sign-ins, and what is over it is refused.
    let over = refused.recv().await.unwrap();
    over.oauth_error(503, "temporarily_unavailable");
    assert_eq!(over.header("retry-after"), "1");

    for number in 0..12 {
        let address = format!("198.51.100.{number}");
        let answer = login_from(&server.api, &address, &quiet.username, PASSWORD).await;
        answer.expect(200);
    }
    for one in flood {
        one.abort();
        drop(one.await);
    }
}
