//! Paths that are no route, and methods that a path has not (RFC 9110, sections 15.5.5 and 15.5.6).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};

use super::matrix::{Matrix, asked_path};
use crate::case::{Case, Needs, label};
use crate::expectation::Expectation;
use crate::http::Call;
use crate::refusal::NO_TOKEN;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(super) fn cases(matrix: &Matrix) -> Vec<Case> {
    let mut cases = unknown();
    cases.extend(other_methods(matrix));
    cases
}

fn unknown() -> Vec<Case> {
    let public = ["/nope", "/health/nope", "/docs2"].map(|path| {
        let name = label(path);
        Case::new(
            format!("routes::{name}_is_404"),
            "A path that is no route is 404, as a problem.",
            Needs::Service,
            async move |target| {
                let expected = Expectation::not_found(path);
                target.check(&Call::get(path), &expected).await.map(drop)
            },
        )
    });
    let protected = Case::new(
        "routes::unknown_route_among_protected_ones_is_401_and_then_404",
        "Which protected routes there are is not shown without a token.",
        Needs::Personas,
        async |target| {
            let path = format!("{}/nope", target.kind().routes().scope);
            let (call, expected) = (Call::get(path.as_str()), Expectation::not_found(&path));
            target.refused(&call, NO_TOKEN).await?;
            target.check_as("nobody", call, &expected).await.map(drop)
        },
    );
    let above = Case::new(
        "routes::paths_that_climb_are_404",
        "Files are served from the program alone: no path leads out of it.",
        Needs::Service,
        async |target| {
            for path in [
                "/../etc/passwd",
                "/docs/../../etc/passwd",
                "/docs/..%2f..%2fetc/passwd",
                "//etc/passwd",
            ] {
                let request =
                    format!("GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n");
                let response = target.send_bytes(request.as_bytes()).await?;
                let response = response.context("no response")?;
                ensure!(response.status == 404, "{path}: {response:?}");
            }
            Ok(())
        },
    );
    let query = Case::new(
        "routes::unknown_route_repeats_no_query",
        "A query may hold a secret: a response, which may be logged, does not repeat it.",
        Needs::Service,
        async |target| {
            let response = target.get("/nope?token=secret-of-somebody").await?;
            Expectation::not_found("/nope").check(&response)?;
            ensure!(
                !response.text().contains("secret-of-somebody"),
                "{response:?}"
            );
            Ok(())
        },
    );
    let scope = Case::new(
        "routes::scope_of_the_protected_ones_is_404_or_401",
        "Whether it belongs to what is protected is the service's own business; the response is one or the other.",
        Needs::Service,
        async |target| {
            let path = target.kind().routes().scope;
            let response = target.get(path).await?;
            match response.status {
                401 => NO_TOKEN.expected(target.kind()).check(&response),
                _ => Expectation::not_found(path).check(&response),
            }
        },
    );
    public
        .into_iter()
        .chain([scope, protected, above, query])
        .collect()
}

/// Each path of the matrix, with each method that it has not.
fn other_methods(matrix: &Matrix) -> Vec<Case> {
    let mut paths: BTreeMap<&str, (Vec<&str>, bool)> = BTreeMap::new();
    for route in matrix.routes {
        let (methods, public) = paths.entry(route.path).or_default();
        methods.push(route.method);
        *public |= route.demand.is_public();
    }
    let case = |(path, (methods, public)): (&'static str, (Vec<&'static str>, bool))| {
        let name = label(path);
        Case::new(
            format!("routes::{name}_with_another_method_is_405"),
            "RFC 9110, section 15.5.6: the response to a wrong method names the right ones; on a protected route, a caller without a token gets 401 first.",
            Needs::Personas,
            async move |target| {
                for method in METHODS.iter().filter(|method| !methods.contains(method)) {
                    let call = Call::new(method, asked_path(path));
                    let expected = Expectation::problem(405, "method_not_allowed")
                        .detail(format!("{method} is not allowed here"));
                    let without_token = NO_TOKEN.expected(target.kind());
                    let first = if public { &expected } else { &without_token };
                    target.check(&call, first).await?;
                    let response = target.check_as("admin", call, &expected).await?;
                    let allow = response.header("allow").context("there is no Allow")?;
                    let allow: BTreeSet<_> = allow.split(", ").collect();
                    ensure!(
                        allow == methods.iter().copied().collect(),
                        "Allow: {allow:?}"
                    );
                }
                Ok(())
            },
        )
    };
    paths.into_iter().map(case).collect()
}
