//! The metadata of the service as a protected resource (RFC 9728), and the challenges that name it.

use std::collections::BTreeSet;

use anyhow::ensure;
use serde_json::{Value, json};

use super::matrix::{Matrix, Route};
use crate::case::{Case, Needs};
use crate::challenge::METADATA;
use crate::http::Call;

pub(super) fn cases(matrix: &Matrix) -> Vec<Case> {
    let routes = matrix.routes;
    vec![
        Case::new(
            "resource::metadata_names_the_issuer_and_the_scopes_of_the_matrix",
            "RFC 9728, section 2: a client learns from it where to get a token, and which scopes there are.",
            Needs::Service,
            async move |target| {
                let response = target.status(&Call::get(METADATA), 200).await?;
                let base = target.base_url();
                for (member, expected) in [
                    ("resource", json!(base)),
                    ("resource_name", json!(target.kind().name())),
                    ("resource_documentation", json!(format!("{base}/docs/"))),
                    ("bearer_methods_supported", json!(["header"])),
                    ("scopes_supported", scopes(routes)),
                ] {
                    let found = response.json()?.get(member).cloned().unwrap_or(json!([]));
                    ensure!(found == expected, "{member} is {found}, not {expected}");
                }
                let issuers = response.member("/authorization_servers")?;
                let issuers = issuers.as_array().cloned().unwrap_or_default();
                let is_address = |issuer: &Value| {
                    issuer
                        .as_str()
                        .is_some_and(|issuer| issuer.starts_with("http"))
                };
                ensure!(
                    !issuers.is_empty() && issuers.iter().all(is_address),
                    "{response:?}"
                );
                ensure!(
                    response.member("/jwks_uri").is_err(),
                    "the service has no keys of its own: {response:?}"
                );
                let origin = response.header("access-control-allow-origin");
                ensure!(origin == Some("*"), "a client in a browser: {response:?}");
                Ok(())
            },
        ),
        Case::new(
            "resource::every_challenge_names_the_metadata_of_this_service",
            "RFC 9728, section 5.1: a client that is refused finds the issuer by itself, and the document is about the service that refused it.",
            Needs::Service,
            async move |target| {
                let end = format!(", resource_metadata=\"{}{METADATA}\"", target.base_url());
                for route in routes.iter().filter(|route| !route.demand.is_public()) {
                    let call = route.call();
                    for call in [call.clone(), call.clone().bearer("bad"), call.bearer("")] {
                        let response = target.send(&call).await?;
                        let challenge = response.header("www-authenticate").unwrap_or_default();
                        ensure!(challenge.ends_with(&end), "{call:?}: {response:?}");
                    }
                }
                Ok(())
            },
        ),
    ]
}

/// The scopes that the matrix demands.
fn scopes(routes: &[Route]) -> Value {
    let scopes = routes.iter().flat_map(|route| route.demand.scopes());
    json!(scopes.collect::<BTreeSet<_>>())
}
