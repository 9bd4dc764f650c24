//! The OpenAPI document.

use actix_web::http::{Method, StatusCode};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response, ResponseBuilder,
    Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::examples::add_examples;
use super::operations::complete;
use identity_actix::{Access, AccessRoute, AccessTable};
use identity_actix::{InvalidField, Problem};

const SCHEME: &str = "bearer";

/// Returns an empty document with this title, version and description.
pub(crate) fn document(title: &str, version: &str, description: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title(title)
        .version(version)
        .description(Some(description));
    OpenApiBuilder::new().info(info.build()).build()
}

/// Completes a document that was collected from handlers: adds the security scheme, the rule and the errors of each route
/// in the table with examples, and a unique id of each operation.
pub(crate) fn describe(
    mut document: OpenApi,
    table: &AccessTable,
    how_to_get_a_token: &str,
) -> OpenApi {
    let components = document.components.get_or_insert_default();
    components.schemas.extend([
        (Problem::name().into_owned(), Problem::schema()),
        (InvalidField::name().into_owned(), InvalidField::schema()),
    ]);
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(format!(
            "{how_to_get_a_token} Paste the token alone, without `Bearer` before it."
        )))
        .build();
    components.add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    for route in table.routes() {
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            describe_operation(operation, route);
        }
    }
    complete(&mut document);
    for route in table.routes() {
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            add_examples(operation, &route.refusals());
        }
    }
    document
}

/// Adds a security scheme as an alternative to the bearer token for every protected route.
pub(super) fn add_scheme(
    mut document: OpenApi,
    table: &AccessTable,
    name: &str,
    scheme: SecurityScheme,
) -> OpenApi {
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(name, scheme);
    for route in table.routes() {
        let Access::Protected { rule, .. } = &route.access else {
            continue;
        };
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            let security = operation.security.get_or_insert_default();
            security.push(SecurityRequirement::new(name, rule.scopes()));
        }
    }
    document
}

/// Returns the document of a service that a proxy serves below `prefix`: its server, and the addresses of its own OAuth
/// flows, have that path.
pub(crate) fn below(mut document: OpenApi, prefix: &str) -> OpenApi {
    document.servers = Some(vec![Server::new(prefix)]);
    let components = document.components.iter_mut();
    for scheme in components.flat_map(|components| components.security_schemes.values_mut()) {
        let RefOr::T(SecurityScheme::OAuth2(oauth2)) = scheme else {
            continue;
        };
        for url in oauth2.flows.values_mut().flat_map(urls) {
            if url.starts_with('/') {
                url.insert_str(0, prefix);
            }
        }
    }
    document
}

/// Returns the addresses of a flow.
fn urls(flow: &mut Flow) -> Vec<&mut String> {
    match flow {
        Flow::Password(flow) => vec![&mut flow.token_url],
        Flow::AuthorizationCode(flow) => vec![&mut flow.authorization_url, &mut flow.token_url],
        _ => Vec::new(),
    }
}

/// Returns the operation of this method. Returns `None` if the path has none.
pub fn operation<'i>(item: &'i mut PathItem, method: &Method) -> Option<&'i mut Operation> {
    match *method {
        Method::GET => item.get.as_mut(),
        Method::POST => item.post.as_mut(),
        Method::PUT => item.put.as_mut(),
        Method::PATCH => item.patch.as_mut(),
        Method::DELETE => item.delete.as_mut(),
        _ => None,
    }
}

fn describe_operation(operation: &mut Operation, route: &AccessRoute) {
    let Access::Protected { rule, denied } = &route.access else {
        operation.security = Some(Vec::new());
        add_to_summary(operation, "public");
        return;
    };
    operation.security = Some(vec![SecurityRequirement::new(SCHEME, rule.scopes())]);
    add_to_summary(operation, &format!("requires {rule}"));
    add(
        operation,
        "400",
        "`invalid_request`: the Authorization header is malformed; `bad_request`: the request does not parse",
    );
    add(
        operation,
        "401",
        "No token, or not a good one; `code` says why, `WWW-Authenticate` has the challenge",
    );
    let refusals = route.refusals();
    let statuses: Vec<_> = refusals.iter().map(|one| one.code().status()).collect();
    if statuses.contains(&StatusCode::FORBIDDEN) {
        add(
            operation,
            "403",
            denied.unwrap_or(&format!("The token is good, but lacks: {rule}")),
        );
    }
    if statuses.contains(&StatusCode::NOT_FOUND) {
        add_to(
            operation,
            "404",
            "`not_found`: the caller does not belong to the tenant, or there is none",
        );
    }
    add(
        operation,
        "500",
        "`internal_error`: internal error; the log has it under the request id",
    );
    add(
        operation,
        "503",
        "`keys_unavailable`: the identity provider's keys are unavailable; `introspection_unavailable`: the identity provider cannot be asked about the token; `database_unavailable`: the database is unavailable; try again after `Retry-After`",
    );
}

/// Adds the rule to the summary, which Swagger UI shows in the list of operations.
fn add_to_summary(operation: &mut Operation, rule: &str) {
    operation.summary = Some(match operation.summary.take() {
        Some(text) if !text.is_empty() => format!("{text} ({rule})"),
        _ => format!("({rule})"),
    });
}

/// Adds a problem response, unless the handler documents that status itself.
pub(super) fn add(operation: &mut Operation, status: &str, description: &str) {
    let responses = &mut operation.responses.responses;
    if !responses.contains_key(status) {
        responses.insert(status.to_owned(), problem(description).into());
    }
}

/// As [`add`], but puts the description before the one that the handler has for that status.
fn add_to(operation: &mut Operation, status: &str, description: &str) {
    match operation.responses.responses.get_mut(status) {
        Some(RefOr::T(own)) => own.description = format!("{description}; {}", own.description),
        Some(_) => {}
        None => add(operation, status, description),
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
