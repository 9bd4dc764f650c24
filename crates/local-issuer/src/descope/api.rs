//! Descope's session and management API, as far as its SDKs use it most: `/v1/auth`, `/v1/mgmt` and `/v2/mgmt`.

mod auth;
mod bearer;
mod body;
mod manage;
mod mgmt;
mod open;
mod operation;

use actix_web::{HttpRequest, HttpResponse};

use super::project::Project;
use super::refusals;
use crate::provider::{Call, Provider};
use crate::refusal::Refusal;
use operation::Operation;

/// Paths that belong to this API.
const PREFIXES: [&str; 4] = ["/v1/auth/", "/v1/mgmt/", "/v2/auth/", "/v2/mgmt/"];

/// Responds to a request of this API; `None` for any other path. `body` is `None` if it is too large.
pub(super) fn respond(
    project: &Project,
    request: &HttpRequest,
    body: Option<&[u8]>,
    provider: &Provider,
) -> Option<Result<HttpResponse, Refusal>> {
    let (method, path) = (request.method().as_str(), request.path());
    if !PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
        return None;
    }
    let found = operations().find(|known| known.method == method && known.path == path);
    let Some(operation) = found else {
        return Some(Err(refusals::not_yet(&format!("{method} {path}"))));
    };
    let Some(body) = body else {
        return Some(Err(refusals::too_large()));
    };
    let call = Call {
        request,
        body,
        provider,
    };
    Some((operation.act)(&call, project))
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    auth::OPERATIONS
        .iter()
        .chain(mgmt::OPERATIONS.iter().copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_operation_and_no_other() {
        let readme = include_str!("../../README.md");
        let listed = readme
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let listed: Vec<_> = listed
            .map(|(operation, _)| operation)
            .filter(|operation| PREFIXES.iter().any(|prefix| operation.contains(prefix)))
            .collect();
        let here: Vec<_> = operations()
            .map(|operation| format!("{} {}", operation.method, operation.path))
            .collect();
        assert_eq!(listed, here);
    }
}
