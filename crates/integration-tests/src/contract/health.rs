//! `/health` and `/health/ready` of a service whose issuer runs, and `HEAD` (RFC 9110, section 9.3.2).

use anyhow::ensure;
use serde_json::json;

use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::http::Call;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "health::alive_is_200",
            "What restarts dead processes asks here.",
            Needs::Service,
            async |target| {
                let provider = target.kind().provider_name();
                let expected = json!({"status": "healthy", "provider": provider});
                let members = expected;
                target.json(&Call::get("/health"), members).await.map(drop)
            },
        ),
        Case::new(
            "health::ready_is_200_and_says_how_old_the_keys_are",
            "What sends requests here asks whether they can be served.",
            Needs::Service,
            async |target| {
                let expected = json!({"status": "ready", "keys": {"status": "ready"}});
                let call = Call::get("/health/ready");
                let response = target.check(&call, &Expectation::json(expected)).await?;
                ensure!(response.number("/keys/count")? > 0, "{response:?}");
                ensure!(response.number("/keys/age_seconds")? <= 300, "{response:?}");
                Ok(())
            },
        ),
        Case::new(
            "health::request_ids_differ_and_are_the_services_own",
            "A request id finds one request in the log; one that a client chose could be another request's.",
            Needs::Service,
            async |target| {
                let call = Call::get("/health").header("X-Request-Id", "mine");
                let (first, second) = (target.send(&call).await?, target.send(&call).await?);
                let ids = [first.header("x-request-id"), second.header("x-request-id")];
                let [Some(first), Some(second)] = ids else {
                    anyhow::bail!("{first:?} {second:?}")
                };
                let own = first != second && first != "mine" && second != "mine";
                ensure!(own, "{first} {second}");
                Ok(())
            },
        ),
        Case::new(
            "head::answers_as_get_does_without_the_body",
            "Load balancers and `wget --spider` ask with HEAD, and a protected route is protected from it as well.",
            Needs::Service,
            async |target| {
                for path in ["/health", target.kind().routes().private, "/nope"] {
                    let get = target.get(path).await?;
                    let head = target.send(&Call::new("HEAD", path)).await?;
                    let same = |name| head.header(name) == get.header(name);
                    ensure!(
                        head.status == get.status
                            && same("content-type")
                            && same("www-authenticate"),
                        "{path}: {head:?}, but {get:?}"
                    );
                    ensure!(head.body.is_empty(), "{path}: {head:?}");
                }
                Ok(())
            },
        ),
    ]
}
