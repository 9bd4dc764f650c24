//! Tests whether a service's access table, routes and handlers agree. Feature `testing`.

mod rights;

use std::collections::BTreeSet;

use actix_http::Request;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, init_service};
use actix_web::{Error, HttpResponse};
use identity_actix::{Access, AccessRoute, ErrorCode};
use identity_core::testing::TestIssuer;
use identity_core::{Denial, Rule};
use serde_json::Value;
use utoipa::openapi::path::Operation;

use crate::Service;
use crate::openapi::operations;
use rights::{leaves, rights};

pub use rights::{Rights, TenantRights, UNRELATED};

/// The tenant of every path that names one, and another one.
const TENANT: &str = "1";
const OTHER_TENANT: &str = "2";

/// Pages that every service has, and that are not in its OpenAPI document.
const OWN_PAGES: [&str; 2] = ["/docs/", "/openapi.json"];

/// Returns every mismatch between the access table of a service and its routes, and what its OpenAPI document lacks; empty
/// if they agree.
///
/// Reports an operation whose id is not unique or no name of letters, digits and underscores, or that has a body and no
/// response 400 or 415; a route without a row, a row without a route, a protected route that accepts a request without a token; a
/// route whose path names a tenant and whose rule is not about it, or the other way round; and a handler that does not
/// enforce the policy of its row. For the last, each route is called with tokens that satisfy and fail the conditions of its
/// rule in every combination, in its tenant and in another one. `issuer` makes them: the service must have its
/// [`authenticator`](TestIssuer::authenticator). None of its [bad tokens](identity_core::testing::TestCaller::bad_tokens) may
/// get in.
///
/// Handlers are called without a body and with `1` for each variable part of the path. What they do is not checked.
pub async fn access_faults(service: &Service, issuer: &TestIssuer) -> Vec<String> {
    let token = async |rights: &Rights| rights.caller(issuer).token();
    let mut faults = access_faults_with(service, token).await;
    faults.extend(let_in(service, issuer).await);
    faults
}

/// Returns the bad tokens that do not get 401 at the first protected route: one middleware verifies those of all routes.
async fn let_in(service: &Service, issuer: &TestIssuer) -> Vec<String> {
    let mut routes = service.access().routes().iter();
    let Some(route) = routes.find(|route| route.access != Access::Public) else {
        return Vec::new();
    };
    let app = init_service(service.app()).await;
    let mut faults = Vec::new();
    for bad in issuer.caller("U1").bad_tokens() {
        let (status, _) = outcome(app.call(request(route, Some(&bad.token))).await).await;
        if status != 401 {
            let (method, path) = (&route.method, route.path);
            faults.push(format!(
                "{method} {path}: a token that is bad ({bad}) gets {status}"
            ));
        }
    }
    faults
}

/// As [`access_faults`], for a service that only accepts tokens it knows: `token` gets a new one with these rights.
pub async fn access_faults_with(
    service: &Service,
    token: impl AsyncFn(&Rights) -> String,
) -> Vec<String> {
    let mut document = service.document();
    let operations = operations(&mut document);
    let mut faults = differences(service, &operations);
    faults.extend(lacking(&operations));
    let app = init_service(service.app()).await;
    let call = async |route: &AccessRoute, token: Option<&str>| {
        outcome(app.call(request(route, token)).await).await
    };
    for route in service.access().routes() {
        let name = format!("{} {}", route.method, route.path);
        let (without, _) = call(route, None).await;
        let Access::Protected { rule, .. } = &route.access else {
            if matches!(without, 401 | 403) {
                faults.push(format!(
                    "{name} is public, but without a token its status is {without}"
                ));
            }
            continue;
        };
        if without != 401 {
            faults.push(format!(
                "{name} is protected, but without a token its status is {without}"
            ));
        }
        match (rule.is_about_tenant(), route.names_tenant()) {
            (true, false) => faults.push(format!(
                "{name} requires {rule}, but its path names no tenant: it needs one of {{tenant_id}} and {{org_id}}"
            )),
            (false, true) => faults.push(format!(
                "{name} names a tenant in its path, but its rule is not about one: {rule}"
            )),
            _ => {}
        }
        let leaves = leaves(rule);
        let tenants: &[_] = match rule.is_about_tenant() {
            true => &[Some(TENANT), Some(OTHER_TENANT)],
            false => &[None],
        };
        let (mut allowed, mut refused) = (false, false);
        let combinations = tenants
            .iter()
            .flat_map(|tenant| (0..1_usize << leaves.len().min(8)).map(move |held| (tenant, held)));
        for (tenant, held) in combinations {
            let token = token(&rights(&leaves, held, *tenant)).await;
            let caller = match service.authenticator().authenticate(&token).await {
                Ok(caller) => caller,
                Err(error) => {
                    faults.push(format!(
                        "{name}: the token that was made is refused: {error}"
                    ));
                    continue;
                }
            };
            let denial = rule.check_in(&caller, TENANT).err();
            allowed |= denial.is_none();
            refused |= denial.is_some();
            let (status, detail) = call(route, Some(&token)).await;
            faults.extend(match &denial {
                None => fault_with(route, rule, status),
                Some(denial) => fault_without(route, rule, denial, (status, &detail)),
            });
        }
        if !allowed || (!refused && *rule != Rule::Authenticated) {
            faults.push(format!(
                "{name}: the tokens that were made do not tell {rule} from its lack"
            ));
        }
    }
    faults.dedup();
    faults
}

/// Returns the fault of a response to a caller who satisfies the rule.
fn fault_with(route: &AccessRoute, rule: &Rule, status: u16) -> Option<String> {
    let name = format!("{} {}", route.method, route.path);
    match status {
        401 | 403 | 500.. => Some(format!(
            "{name} requires {rule}, but with it the status is {status}: does its handler ask for another policy?"
        )),
        404 if route.path.contains('{') => None,
        404 | 405 => Some(format!(
            "{name} is in the access table, but its status is {status}"
        )),
        _ => None,
    }
}

/// Returns the fault of a response to a caller who does not satisfy the rule. The handler may respond with 404 itself, but
/// not in the words of a path that does not exist.
fn fault_without(
    route: &AccessRoute,
    rule: &Rule,
    denial: &Denial,
    (status, detail): (u16, &str),
) -> Option<String> {
    let name = format!("{} {}", route.method, route.path);
    let expected = ErrorCode::from(denial).status().as_u16();
    let is_outside = *denial == Denial::NotAMember;
    let is_hidden = !is_outside || detail == format!("There is no {}", example(route.path));
    (status != expected || !is_hidden).then(|| match is_outside {
        true => format!(
            "{name} requires {rule}, but in the tenant of others the status is {status}, and not that of a path that does not exist: its handler does not ask for it"
        ),
        false => format!(
            "{name} requires {rule}, but without it the status is {status}: its handler does not ask for it"
        ),
    })
}

/// An operation of the document, with its method and its path.
type Described = (Method, String, Operation);

/// Returns what operations lack that a client generated from the document needs.
fn lacking(operations: &[Described]) -> Vec<String> {
    let (mut faults, mut ids) = (Vec::new(), BTreeSet::new());
    for (method, path, operation) in operations {
        let id = operation.operation_id.as_deref().unwrap_or_default();
        let is_name = id.starts_with(|first: char| first.is_ascii_alphabetic())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || !ids.insert(id) {
            faults.push(format!(
                "{method} {path}: the operation id {id:?} is no name, or not unique"
            ));
        }
        for status in ["400", "415"] {
            if operation.request_body.is_some()
                && !operation.responses.responses.contains_key(status)
            {
                faults.push(format!(
                    "{method} {path} has a body, but no response {status} in the document"
                ));
            }
        }
    }
    faults
}

/// Returns the routes without a row and the rows without a route.
fn differences(service: &Service, operations: &[Described]) -> Vec<String> {
    let operations = operations.iter();
    let routes: BTreeSet<_> = operations
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let rows = service.access().routes().iter();
    let rows: BTreeSet<_> = rows
        .filter(|row| !OWN_PAGES.contains(&row.path))
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    let without_row = routes.difference(&rows);
    // The document lists a handler for two paths, one with a trailing slash, only once. Calling the other path shows
    // that it exists.
    let without_route = rows
        .difference(&routes)
        .filter(|row| !routes.contains(&format!("{row}/")));
    without_row
        .map(|route| format!("{route} has a handler, but no row in the access table"))
        .chain(without_route.map(|row| format!("{row} is in the access table, but has no handler")))
        .collect()
}

fn request(route: &AccessRoute, token: Option<&str>) -> Request {
    let request = TestRequest::with_uri(&example(route.path)).method(route.method.clone());
    let request = match token {
        Some(token) => request.insert_header((AUTHORIZATION, format!("Bearer {token}"))),
        None => request,
    };
    request.to_request()
}

/// Returns a path that matches this pattern.
fn example(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| match part.starts_with('{') {
        true => "1",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Returns the status of a response, and the `detail` of an error.
async fn outcome<B: MessageBody>(outcome: Result<ServiceResponse<B>, Error>) -> (u16, String) {
    let (status, body) = match outcome {
        Ok(response) => {
            let status = response.status();
            (status, to_bytes(response.into_body()).await.ok())
        }
        Err(error) => {
            let response = HttpResponse::from_error(error);
            (response.status(), to_bytes(response.into_body()).await.ok())
        }
    };
    let problem = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
    let detail = problem.and_then(|problem| Some(problem.get("detail")?.as_str()?.to_owned()));
    (status.as_u16(), detail.unwrap_or_default())
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
