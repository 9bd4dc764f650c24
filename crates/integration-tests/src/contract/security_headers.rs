//! The security headers of every route, as a browser or a cache reads them.

use anyhow::{Context, Result, ensure};

use super::matrix::{Matrix, Route};
use crate::case::{Case, Needs};
use crate::http::{Call, Response};

const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

pub(super) fn cases(matrix: &Matrix) -> Vec<Case> {
    let routes = matrix.routes;
    vec![
        Case::new(
            "security_headers::every_route_has_them_without_a_token",
            "Whatever a route responds with, a browser must not guess its type, tell others its address, or show it in a frame.",
            Needs::Service,
            async move |target| {
                for route in routes {
                    let response = target.send(&route.call()).await?;
                    let kept = match (route.path, route.demand.is_public()) {
                        ("/health/ready", _) | (_, false) => Some("no-store"),
                        ("/.well-known/oauth-protected-resource", _) => {
                            Some("private, max-age=3600")
                        }
                        _ => None,
                    };
                    check(route, &response, kept).with_context(|| {
                        format!("{} {}: {response:?}", route.method, route.path)
                    })?;
                }
                Ok(())
            },
        ),
        Case::new(
            "security_headers::every_route_has_them_with_a_token",
            "What a token opened must be in no cache.",
            Needs::Client,
            async move |target| {
                let token = target.client_token().await?;
                for route in routes {
                    let response = target.send(&route.call().bearer(&token)).await?;
                    let kept = match route.path {
                        "/.well-known/oauth-protected-resource" => "private, max-age=3600",
                        _ => "no-store",
                    };
                    check(route, &response, Some(kept)).with_context(|| {
                        format!("{} {}: {response:?}", route.method, route.path)
                    })?;
                }
                Ok(())
            },
        ),
        Case::new(
            "security_headers::a_path_that_is_no_route_has_them",
            "An error is shown in a browser like everything else.",
            Needs::Service,
            async |target| {
                for call in [
                    Call::get("/nope"),
                    Call::get("/docs/nope.js"),
                    Call::new("DELETE", "/health"),
                    Call::new("OPTIONS", "/health"),
                ] {
                    let response = target.send(&call).await?;
                    ensure!([404, 405].contains(&response.status), "{response:?}");
                    always(&response, DATA).with_context(|| format!("{call:?}: {response:?}"))?;
                }
                Ok(())
            },
        ),
        Case::new(
            "security_headers::pages_run_nothing_inline",
            "A page of the service runs no script and no style that its address does not name; a style may have a nonce.",
            Needs::Service,
            async |target| {
                for call in [
                    Call::get("/").header("Accept", "text/html"),
                    Call::get("/docs/"),
                ] {
                    let page = target.status(&call, 200).await?;
                    let policy = page.header("content-security-policy").unwrap_or_default();
                    let is_strict = policy.starts_with("default-src 'none'; ")
                        && policy.ends_with("; frame-ancestors 'none'")
                        && !policy.contains("unsafe-");
                    ensure!(is_strict, "{call:?}: {policy}");
                    always(&page, policy)?;
                }
                Ok(())
            },
        ),
    ]
}

fn check(route: &Route, response: &Response, kept: Option<&str>) -> Result<()> {
    let policy = match route.path {
        "/docs/" => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
        }
        _ => DATA,
    };
    let found = response
        .header("content-security-policy")
        .unwrap_or_default();
    ensure!(found.starts_with(policy), "the policy is {found}");
    ensure!(
        found.ends_with("; frame-ancestors 'none'"),
        "the policy is {found}"
    );
    let found = response.header("cache-control");
    ensure!(found == kept, "Cache-Control is {found:?}, not {kept:?}");
    always(response, found_policy(response))
}

fn found_policy(response: &Response) -> &str {
    response
        .header("content-security-policy")
        .unwrap_or_default()
}

fn always(response: &Response, policy: &str) -> Result<()> {
    for (name, expected) in [
        ("x-content-type-options", Some("nosniff")),
        ("referrer-policy", Some("no-referrer")),
        ("content-security-policy", Some(policy)),
        // The suites ask over plain http.
        ("strict-transport-security", None),
    ] {
        let values: Vec<_> = response.all(name).collect();
        ensure!(values == Vec::from_iter(expected), "{name} is {values:?}");
    }
    Ok(())
}
