use actix_web::get;
use identity_actix::{AccessTable, AnyCaller, ApiError, Caller, Require, RequireIn};
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::verification::AudienceRule;
use identity_core::{Rule, all_of, none_of, policies};
use utoipa::openapi::request_body::RequestBody;

use super::*;
use crate::Routes;
use crate::test_service::INFO;

policies! {
    /// Works for one company, and not on probation.
    Employed = all_of![Rule::claim("company", "acme"), Rule::no_claim("probation")];
}

policies! {
    /// An administrator of the tenant who signed in lately, by a second factor.
    Guarded = all_of![
        Rule::tenant_role("admin"), Rule::signed_in_within_minutes(5), Rule::acr("mfa"), none_of![Rule::claim("account.state", "locked")],
    ];
    /// A member of the tenant.
    Members = Rule::Member;
}

#[utoipa::path]
#[get("/tenants/{tenant_id}")]
async fn guarded(_: Require<Guarded>) -> &'static str {
    "guarded"
}

#[utoipa::path]
#[get("/tenants/{tenant_id}")]
async fn unguarded(_: Caller) -> Result<&'static str, ApiError> {
    Err(ApiError::not_found("There is no user 1"))
}

#[utoipa::path]
#[get("/tenant")]
async fn nowhere(_: RequireIn<Members>) -> &'static str {
    "nowhere"
}

#[utoipa::path]
#[get("/asks")]
async fn asks(_: Require<Employed>) -> &'static str {
    "asked"
}

#[utoipa::path]
#[get("/forgets")]
async fn forgets(_: Caller) -> &'static str {
    "forgot"
}

#[utoipa::path]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

/// Returns an issuer of tokens, which the service's authenticator accepts.
fn issuer() -> TestIssuer {
    TestIssuer::of(Oidc::issuer("https://id.example.com/", "an-api").unwrap())
}

async fn faults(rows: AccessTable, public: fn(&mut Routes), api: fn(&mut Routes)) -> Vec<String> {
    let issuer = issuer();
    let rows = rows
        .public(Method::GET, "/health")
        .public(Method::GET, "/health/ready")
        .public(Method::GET, "/openapi.json")
        .public(Method::GET, "/.well-known/oauth-protected-resource")
        .public(Method::GET, "/.well-known/oauth-protected-resource/{path}");
    let service = Service::new(INFO, issuer.authenticator(), rows);
    let service = service.public(public).protected("/api", api);
    access_faults(&service, &issuer).await
}

fn row(path: &'static str) -> AccessTable {
    AccessTable::new().protected::<Employed>(Method::GET, path)
}

#[actix_web::test]
async fn a_service_that_agrees_with_its_table_has_no_faults() {
    let found = faults(
        row("/api/asks").public(Method::GET, "/open"),
        |routes| {
            routes.service(open);
        },
        |routes| {
            routes.service(asks);
        },
    );
    assert_eq!(found.await, Vec::<String>::new());
}

#[actix_web::test]
async fn the_tenant_of_the_path_and_the_sign_in_are_walked_too() {
    let found = faults(
        AccessTable::new().protected::<Guarded>(Method::GET, "/api/tenants/{tenant_id}"),
        |_| {},
        |routes| {
            routes.service(guarded);
        },
    );
    assert_eq!(found.await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_tenant_that_is_not_checked_is_found() {
    let rows = AccessTable::new().protected::<Members>(Method::GET, "/api/tenants/{tenant_id}");
    let found = faults(
        rows,
        |_| {},
        |routes| {
            routes.service(unguarded);
        },
    );
    let name = "GET /api/tenants/{tenant_id}";
    assert_eq!(
        found.await,
        [format!(
            "{name} requires membership in the tenant, but in the tenant of others the status is 404, and not that of a path that does not exist: its handler does not ask for it"
        )]
    );
    let rows = AccessTable::new().protected::<AnyCaller>(Method::GET, "/api/tenants/{tenant_id}");
    let found = faults(
        rows,
        |_| {},
        |routes| {
            routes.service(unguarded);
        },
    );
    assert_eq!(
        found.await,
        [format!(
            "{name} names a tenant in its path, but its rule is not about one: any verified token"
        )]
    );
    let rows = AccessTable::new().protected::<Members>(Method::GET, "/api/tenant");
    let found = faults(
        rows,
        |_| {},
        |routes| {
            routes.service(nowhere);
        },
    );
    assert_eq!(
        found.await.first().map(String::as_str),
        Some(
            "GET /api/tenant requires membership in the tenant, but its path names no tenant: it needs one of {tenant_id} and {org_id}"
        )
    );
}

#[actix_web::test]
async fn a_policy_that_the_handler_does_not_ask_for_is_found() {
    let found = faults(
        row("/api/forgets"),
        |_| {},
        |routes| {
            routes.service(forgets);
        },
    );
    assert_eq!(
        found.await,
        [
            "GET /api/forgets requires claim company = acme and a token without the claim probation, but without it the status is 200: its handler does not ask for it"
        ]
    );
}

#[actix_web::test]
async fn a_route_without_a_row_is_found() {
    let found = faults(
        AccessTable::new(),
        |_| {},
        |routes| {
            routes.service(asks);
        },
    );
    assert_eq!(
        found.await,
        ["GET /api/asks has a handler, but no row in the access table"]
    );
}

#[actix_web::test]
async fn a_row_without_a_route_is_found() {
    let found = faults(row("/api/asks"), |_| {}, |_| {}).await;
    assert!(
        found.contains(&"GET /api/asks is in the access table, but has no handler".to_owned()),
        "{found:?}"
    );
}

#[actix_web::test]
async fn a_protected_row_of_a_public_route_is_found() {
    let found = faults(
        row("/open"),
        |routes| {
            routes.service(open);
        },
        |_| {},
    );
    assert_eq!(
        found.await.first().map(String::as_str),
        Some("GET /open is protected, but without a token its status is 200")
    );
}

#[actix_web::test]
async fn an_operation_without_a_name_of_its_own_or_the_errors_of_its_body_is_found() {
    let issuer = issuer();
    let rows = AccessTable::new()
        .public(Method::GET, "/open")
        .public(Method::GET, "/health")
        .public(Method::GET, "/.well-known/oauth-protected-resource")
        .public(Method::GET, "/.well-known/oauth-protected-resource/{path}")
        .public(Method::GET, "/health/ready");
    let service = Service::new(INFO, issuer.authenticator(), rows)
        .public(|routes| {
            routes.service(open);
        })
        .documented(|mut document, _| {
            for (path, id) in [("/open", "getHealth"), ("/health/ready", "GET /ready")] {
                let operation = document.paths.paths.get_mut(path);
                let operation = operation.and_then(|item| item.get.as_mut()).unwrap();
                operation.operation_id = Some(id.to_owned());
                operation.request_body = (path == "/open").then(|| RequestBody::new().into());
            }
            document
        });
    let found = access_faults(&service, &issuer).await;
    assert_eq!(
        found,
        [
            "GET /health/ready: the operation id \"GET /ready\" is no name, or not unique",
            "GET /open: the operation id \"getHealth\" is no name, or not unique",
            "GET /open has a body, but no response 400 in the document",
            "GET /open has a body, but no response 415 in the document",
        ]
    );
}

#[actix_web::test]
async fn a_bad_token_that_gets_in_is_found() {
    let audiences = ["an-api", "https://evil.example/"].map(str::to_owned);
    let lax = OidcConfig {
        audience: AudienceRule::Required(audiences.to_vec()),
        ..OidcConfig::new("https://id.example.com/", "an-api")
    };
    let lax = TestIssuer::of(Oidc::new(lax).unwrap());
    let rows = row("/api/asks").public(Method::GET, "/health");
    let service = Service::new(INFO, lax.authenticator(), rows).protected("/api", |routes| {
        routes.service(asks);
    });
    let found = access_faults(&service, &issuer()).await;
    let expected = "GET /api/asks: a token that is bad (for another audience) gets 403";
    assert!(found.iter().any(|fault| fault == expected), "{found:?}");
}
