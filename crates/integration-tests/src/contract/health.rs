//! `/health` and `/health/ready` of a service whose issuer answers.

use anyhow::ensure;
use serde_json::json;

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::expectation::Expectation;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "health::alive_is_200",
            "Whoever restarts dead processes asks here.",
            Needs::Service,
            async |target| {
                let provider = target.kind().provider_name();
                let expected =
                    Expectation::json(json!({"status": "healthy", "provider": provider}));
                target
                    .check(&Call::get("/health"), &expected)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "health::ready_is_200_and_says_how_old_the_keys_are",
            "Whoever sends requests here asks whether they can be answered.",
            Needs::Service,
            async |target| {
                let expected =
                    Expectation::json(json!({"status": "ready", "keys": {"status": "ready"}}));
                let call = Call::get("/health/ready");
                let answer = target.check(&call, &expected).await?;
                let (count, age) = (
                    answer.member("/keys/count")?,
                    answer.member("/keys/age_seconds")?,
                );
                ensure!(count.as_u64().is_some_and(|count| count > 0), "{answer:?}");
                ensure!(age.as_u64().is_some_and(|age| age <= 300), "{answer:?}");
                Ok(())
            },
        ),
        Case::new(
            "health::request_ids_differ_and_are_the_services_own",
            "A request id finds one request in the log; one that a client chose could be anybody's.",
            Needs::Service,
            async |target| {
                let call = Call::get("/health").header("X-Request-Id", "mine");
                let (first, second) = (target.send(&call).await?, target.send(&call).await?);
                let ids = [first.header("x-request-id"), second.header("x-request-id")];
                let [Some(first), Some(second)] = ids else {
                    anyhow::bail!("{first:?} {second:?}")
                };
                ensure!(
                    first != second && first != "mine" && second != "mine",
                    "{first} {second}"
                );
                Ok(())
            },
        ),
    ]
}
