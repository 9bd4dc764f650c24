//! The permission that each route requires, written by hand independently of the server's own table.

use std::collections::BTreeSet;

use auth_server::access;
use reqwest::Method;
use serde_json::json;

use crate::support::{Person, TestDatabase, TestServer, on_both_databases, send};

on_both_databases! {
    every_route_asks_for_a_token_and_its_right
    the_document_and_the_dialog_say_the_same
    a_path_beside_that_of_an_id_is_not_an_id
}

const PUBLIC: [(&str, &str); 22] = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/docs/"),
    ("GET", "/openapi.json"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/oauth-authorization-server/{path}"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/oauth-protected-resource"),
    ("GET", "/.well-known/oauth-protected-resource/{path}"),
    ("POST", "/user/signup"),
    ("POST", "/user/login"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    ("POST", "/oauth/introspect"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/sign-in"),
    ("GET", "/oauth/style.css"),
    ("GET", "/oauth/logout"),
    ("POST", "/oauth/logout"),
];

const PROTECTED: [(&str, &str, &str); 23] = [
    ("GET", "/oauth/userinfo", ""),
    ("POST", "/oauth/userinfo", ""),
    ("GET", "/user/me", ""),
    ("POST", "/user/logout", ""),
    ("POST", "/user/password", ""),
    ("GET", "/user/", "auth_server.user.read"),
    ("POST", "/user/", "auth_server.user.write"),
    ("GET", "/user/{user_id}", "auth_server.user.read"),
    ("DELETE", "/user/{user_id}", "auth_server.user.write"),
    ("GET", "/role/", "auth_server.role.read"),
    ("POST", "/role/", "auth_server.role.write"),
    ("POST", "/role/attach-permission", "auth_server.role.write"),
    ("POST", "/role/detach-permission", "auth_server.role.write"),
    ("POST", "/role/assign", "auth_server.role.write"),
    ("POST", "/role/unassign", "auth_server.role.write"),
    ("DELETE", "/role/{role_id}", "auth_server.role.write"),
    ("GET", "/permission/", "auth_server.permission.read"),
    ("POST", "/permission/", "auth_server.permission.write"),
    (
        "DELETE",
        "/permission/{permission_id}",
        "auth_server.permission.write",
    ),
    ("GET", "/client/", "auth_server.client.read"),
    ("POST", "/client/", "auth_server.client.write"),
    ("DELETE", "/client/{client_id}", "auth_server.client.write"),
    ("GET", "/audit/", "auth_server.audit.read"),
];

async fn every_route_asks_for_a_token_and_its_right(database: TestDatabase) {
    let expected: BTreeSet<_> = PUBLIC
        .into_iter()
        .chain(PROTECTED.map(|(method, path, _)| (method, path)))
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let table = access();
    let there: BTreeSet<_> = table
        .routes()
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(there, expected);

    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let member = owner.member(api, &[]).await;
    let victim = owner.member(api, &[]).await;
    let all = owner.token.as_str();
    for (method, path) in PUBLIC {
        let method: Method = method.parse().unwrap();
        let answer = send(api.request(method, path)).await;
        let is_there = answer.status != 404 || path.contains('{');
        assert!(answer.status != 401 && is_there, "{path}: {}", answer.body);
        answer.has_security_headers();
    }
    for (method, path, slug) in PROTECTED {
        let method: Method = method.parse().unwrap();
        let path = path.split('{').next().unwrap();
        let path = match path {
            "/user/" if method == Method::DELETE => format!("/user/{}", victim.id),
            path if method == Method::DELETE => format!("{path}999999999"),
            path => path.to_owned(),
        };
        let request = || api.request(method.clone(), &path);
        let none = send(request()).await;
        assert_eq!(none.problem(401, "missing_token"), "Not authenticated");
        assert_eq!(
            none.header("www-authenticate"),
            format!(
                r#"Bearer realm="auth-server", resource_metadata="{}/.well-known/oauth-protected-resource""#,
                api.base
            )
        );
        none.has_security_headers();
        assert_eq!(none.header("cache-control"), "no-store", "{path}");
        let broken = send(request().bearer_auth("a.b.c")).await;
        assert_eq!(broken.status, 401, "{path}");
        if slug.is_empty() {
            continue;
        }
        // Refused before its body is read.
        let lacking = send(request().bearer_auth(&member.token)).await;
        lacking.problem(403, "insufficient_scope");
        let challenge = lacking.header("www-authenticate");
        assert!(
            challenge.contains(&format!(r#"scope="{slug}""#)),
            "{challenge}"
        );
        // A token with everything but this right is refused as well.
        let scopes = PROTECTED.map(|(.., other)| other);
        let others: Vec<_> = scopes.into_iter().filter(|other| *other != slug).collect();
        let narrow = api
            .login(&owner.username, crate::support::PASSWORD, &others.join(" "))
            .await
            .expect(200);
        let narrow = send(request().bearer_auth(narrow.text("access_token"))).await;
        narrow.problem(403, "insufficient_scope");
        let allowed = send(request().bearer_auth(all)).await;
        assert!(
            ![401, 403].contains(&allowed.status.as_u16()),
            "{path}: {}",
            allowed.body
        );
        allowed.has_security_headers();
        assert_eq!(allowed.header("cache-control"), "no-store", "{path}");
    }
}

async fn a_path_beside_that_of_an_id_is_not_an_id(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let refused = api.delete("/role/assign", &owner.token).await;
    refused.problem(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "POST");
    for path in [
        "/role/abc",
        "/role/-1",
        "/permission/abc",
        "/role/999999999",
    ] {
        let refused = api.delete(path, &owner.token).await;
        refused.problem(404, "not_found");
    }
    let document = api.get_public("/openapi.json").await.expect(200).body;
    let of_id = &document["paths"]["/role/{role_id}"]["delete"];
    assert_eq!(of_id["operationId"], "deleteRoleByRoleId");
    for (path, statuses) in [
        ("/user/signup", vec!["400", "408", "413", "415", "422"]),
        (
            "/oauth/token",
            vec!["400", "401", "403", "408", "413", "415"],
        ),
    ] {
        let responses = &document["paths"][path]["post"]["responses"];
        for status in statuses {
            assert!(responses[status].is_object(), "{path} {status}");
        }
    }
    let schemas = &document["components"]["schemas"];
    for (schema, list) in [("NewClient", "permissions"), ("NewMember", "role_ids")] {
        let refused_twice = schemas[schema].to_string();
        let list = format!(r#""{list}":"#);
        assert!(refused_twice.contains(&list), "{refused_twice}");
        assert!(
            refused_twice.contains(r#""uniqueItems":true"#),
            "{refused_twice}"
        );
    }
    let second_factor = &schemas["NewOrg"]["properties"]["mfa_enabled"];
    assert_eq!(second_factor["enum"], json!([false]));
}

async fn the_document_and_the_dialog_say_the_same(database: TestDatabase) {
    let server = TestServer::start(&database);
    let document = server
        .api
        .get_public("/openapi.json")
        .await
        .expect(200)
        .body;
    let scheme = &document["components"]["securitySchemes"]["password"];
    assert_eq!(scheme["flows"]["password"]["tokenUrl"], "/user/login");
    let mut ids = BTreeSet::new();
    for (method, path, slug) in PROTECTED {
        let operation = &document["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()));
        let scopes = if slug.is_empty() { vec![] } else { vec![slug] };
        let security = operation["security"].as_array().unwrap();
        assert!(
            security.contains(&json!({"password": scopes})),
            "{method} {path}: {security:?}"
        );
    }
    for (method, path) in &PUBLIC[5..] {
        let operation = &document["paths"][path][method.to_lowercase()];
        assert_eq!(operation["security"], json!([]), "{method} {path}");
    }
}
