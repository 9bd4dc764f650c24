//! Tests whether a service's access table, routes and handlers agree. Feature `testing`.

use std::collections::{BTreeMap, BTreeSet};

use actix_http::Request;
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, init_service};
use actix_web::{Error, HttpResponse};
use identity_actix::{Access, AccessRoute};
use identity_core::Rule;
use identity_core::testing::TestIssuer;
use utoipa::openapi::path::Operation;

use crate::Service;
use crate::openapi::operations;

/// The rights of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// The scopes.
    pub scopes: Vec<String>,
    /// The roles.
    pub roles: Vec<String>,
    /// The permissions.
    pub permissions: Vec<String>,
    /// Its claims of other names; those with `None` it does not have.
    pub claims: BTreeMap<String, Option<String>>,
}

/// A right that no rule asks for, so that a token without the right ones is not one without any.
pub const UNRELATED: &str = "unrelated";

/// Pages that every service has, and that are not in its OpenAPI document.
const OWN_PAGES: [&str; 2] = ["/docs/", "/openapi.json"];

/// Returns every mismatch between the access table of a service and its routes, and what its OpenAPI document lacks; empty
/// if they agree.
///
/// Reports an operation whose id is not unique or no name of letters, digits and underscores, or that has a body and no
/// response 400 or 415; a route without a row, a row without a route, a protected route that accepts a request without a token, and
/// a handler that does not enforce the policy of its row. For the last, each route is called with tokens that satisfy
/// and fail the conditions of its rule in every combination. `issuer` makes them: the service must have its
/// [`authenticator`](TestIssuer::authenticator). None of its [bad tokens](identity_core::testing::TestCaller::bad_tokens) may
/// get in.
///
/// Handlers are called without a body and with `1` for each variable part of the path. What they do is not checked.
pub async fn access_faults(service: &Service, issuer: &TestIssuer) -> Vec<String> {
    let token = async |rights: &Rights| {
        let mut caller = issuer.caller("U1").tenant("T1");
        for scope in &rights.scopes {
            caller = caller.scope(scope);
        }
        for role in &rights.roles {
            caller = caller.role(role);
        }
        for permission in &rights.permissions {
            caller = caller.permission(permission);
        }
        for (name, value) in &rights.claims {
            caller = match value {
                Some(value) => caller.claim(name, value.as_str()),
                None => caller.without_claim(name),
            };
        }
        caller.token()
    };
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
        let status = status(app.call(request(route, Some(&bad.token))).await);
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
        status(app.call(request(route, token)).await)
    };
    for route in service.access().routes() {
        let name = format!("{} {}", route.method, route.path);
        let without = call(route, None).await;
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
        let leaves = leaves(rule);
        let (mut allowed, mut refused) = (false, false);
        for held in 0..1_usize << leaves.len().min(8) {
            let token = token(&rights(&leaves, held)).await;
            let caller = match service.authenticator().authenticate(&token).await {
                Ok(caller) => caller,
                Err(error) => {
                    faults.push(format!(
                        "{name}: the token that was made is refused: {error}"
                    ));
                    continue;
                }
            };
            let may = rule.check(&caller).is_ok();
            allowed |= may;
            refused |= !may;
            let status = call(route, Some(&token)).await;
            match may {
                true if matches!(status, 401 | 403 | 500..) => faults.push(format!(
                    "{name} requires {rule}, but with it the status is {status}: does its handler ask for another policy?"
                )),
                true if status == 405 || status == 404 && !route.path.contains('{') => {
                    faults.push(format!("{name} is in the access table, but its status is {status}"));
                }
                false if status != 403 => faults.push(format!(
                    "{name} requires {rule}, but without it the status is {status}: its handler does not ask for it"
                )),
                _ => {}
            }
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

fn status<B>(outcome: Result<ServiceResponse<B>, Error>) -> u16 {
    match outcome {
        Ok(response) => response.status().as_u16(),
        Err(error) => HttpResponse::from_error(error).status().as_u16(),
    }
}

/// Returns the single conditions of a rule.
fn leaves(rule: &Rule) -> Vec<&Rule> {
    match rule {
        Rule::All(rules) | Rule::Any(rules) => rules.iter().flat_map(leaves).collect(),
        Rule::Authenticated => Vec::new(),
        leaf => vec![leaf],
    }
}

/// Returns the rights of a token that satisfies those of `leaves` whose bit is set in `held`, as far as they can be
/// combined.
fn rights(leaves: &[&Rule], held: usize) -> Rights {
    let other = || vec![UNRELATED.to_owned()];
    let mut rights = Rights {
        scopes: other(),
        roles: other(),
        permissions: other(),
        claims: BTreeMap::new(),
    };
    for (bit, leaf) in leaves.iter().enumerate() {
        match (leaf, held & 1 << bit != 0) {
            (Rule::Scope(scope), true) => rights.scopes.push(scope.to_string()),
            (Rule::Role(role), true) => rights.roles.push(role.to_string()),
            (Rule::Permission(permission), true) => rights.permissions.push(permission.to_string()),
            (Rule::Claim(name, value), is_held) => {
                let value = if is_held { value } else { UNRELATED };
                rights
                    .claims
                    .insert(name.to_string(), Some(value.to_string()));
            }
            (Rule::NoClaim(name), true) => {
                rights.claims.insert(name.to_string(), None);
            }
            (Rule::NoClaim(name), false) => {
                let other = || Some(UNRELATED.to_owned());
                rights.claims.entry(name.to_string()).or_insert_with(other);
            }
            _ => {}
        }
    }
    rights
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
