//! Who may call what: written by hand, as an independent expectation.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{ALL, DELETE, READ, WRITE, World, good, new_invoice};

/// One row: the route, the scope that it asks for, and the statuses for each of [`CALLERS`].
struct Route {
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    statuses: [u16; 8],
}

/// A stranger; whoever has no scope, one that only looks like it, one of the three, all of them; all of them without an
/// organization.
const CALLERS: [&str; 8] = [
    "stranger",
    "nobody",
    "pretender",
    "reader",
    "writer",
    "deleter",
    "owner",
    "homeless",
];

const ANY: &str = "any verified token";
const NOTHING: &str = "";

/// Every route. Laid out by hand: it is a table. An id that nobody has is 404 for whoever may ask.
#[rustfmt::skip]
const MATRIX: &[Route] = &[
    //                                             str  nob  pre  rea  wri  del  own  hom
    route("GET", "/", NOTHING,                    [200, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/health", NOTHING,              [200, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/health/ready", NOTHING,        [200, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/docs/", NOTHING,               [200, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/openapi.json", NOTHING,        [200, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/billing/", READ,               [401, 403, 403, 200, 403, 403, 200, 200]),
    route("POST", "/billing/", WRITE,             [401, 403, 403, 403, 200, 403, 200, 200]),
    route("DELETE", "/billing/", DELETE,          [401, 403, 403, 403, 403, 200, 200, 200]),
    route("GET", "/billing", READ,                [401, 403, 403, 200, 403, 403, 200, 200]),
    route("POST", "/billing", WRITE,              [401, 403, 403, 403, 200, 403, 200, 200]),
    route("DELETE", "/billing", DELETE,           [401, 403, 403, 403, 403, 200, 200, 200]),
    route("GET", "/billing/me", ANY,              [401, 200, 200, 200, 200, 200, 200, 200]),
    route("GET", "/billing/invoices", READ,       [401, 403, 403, 200, 403, 403, 200, 403]),
    route("POST", "/billing/invoices", WRITE,     [401, 403, 403, 403, 201, 403, 201, 403]),
    route("GET", "/billing/invoices/{invoice_id}", READ,
                                                  [401, 403, 403, 404, 403, 403, 404, 403]),
    route("PATCH", "/billing/invoices/{invoice_id}", WRITE,
                                                  [401, 403, 403, 403, 404, 403, 404, 403]),
    route("DELETE", "/billing/invoices/{invoice_id}", DELETE,
                                                  [401, 403, 403, 403, 403, 404, 404, 403]),
];

const fn route(
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    statuses: [u16; 8],
) -> Route {
    Route {
        method,
        path,
        scope,
        statuses,
    }
}

impl Route {
    fn asked_path(&self) -> String {
        self.path
            .replace("{invoice_id}", "00000000-0000-7000-8000-000000000000")
    }

    fn body(&self, caller: &str) -> Option<Value> {
        match (self.method, self.path) {
            ("POST", "/billing/invoices") => Some(new_invoice(caller)),
            ("PATCH", _) => Some(json!({"status": "open"})),
            _ => None,
        }
    }

    fn name(&self) -> (String, String) {
        (self.method.to_lowercase(), self.path.to_owned())
    }
}

fn token(world: &World, caller: &str) -> Option<String> {
    let near = [
        "example_service.billing",
        "example_service.billing.*",
        "example_service.billing.reader",
        "EXAMPLE_SERVICE.BILLING.READ",
        "billing.read",
        "admin",
        "",
        "example_service.billing.read example_service.billing.write example_service.billing.delete",
    ];
    let scopes: &[&str] = match caller {
        "stranger" => return None,
        "pretender" => &near,
        "reader" => &[READ],
        "writer" => &[WRITE],
        "deleter" => &[DELETE],
        "nobody" => &[],
        _ => ALL,
    };
    let token = good(world.issuer.auth0(), scopes);
    Some(match caller {
        "homeless" => token.token().unwrap(),
        _ => token.claim("org_id", "O1").token().unwrap(),
    })
}

#[actix_web::test]
async fn every_route_opens_to_whom_it_is_for_and_to_nobody_else() {
    let world = World::start().await;
    for route in MATRIX {
        for (caller, status) in CALLERS.into_iter().zip(route.statuses) {
            let (token, body) = (token(&world, caller), route.body(caller));
            let path = route.asked_path();
            let answer = world
                .service
                .call(route.method, &path, token.as_deref(), body.as_ref());
            let answer = answer.await;
            let what = format!("{} {} as {caller}: {answer:?}", route.method, route.path);
            assert_eq!(answer.status, status, "{what}");
            match (status, caller) {
                (401, _) => answer.is_problem(401, "missing_token", "Not authenticated"),
                (403, "homeless") => answer.is_problem(
                    403,
                    "access_denied",
                    "The token is for no organization: it needs a claim org_id that is a non-empty text",
                ),
                (403, _) => {
                    answer.is_problem(403, "insufficient_scope", "Not enough permissions");
                    let expected = format!(
                        "Bearer realm=\"billing-api\", error=\"insufficient_scope\", error_description=\"Not enough permissions\", scope=\"{}\"",
                        route.scope
                    );
                    assert_eq!(answer.header("www-authenticate"), expected, "{what}");
                }
                _ => {}
            }
        }
    }
}

#[actix_web::test]
async fn the_three_routes_answer_what_was_allowed() {
    let world = World::start().await;
    let owner = world.token("O1", ALL);
    for path in ["/billing/", "/billing"] {
        for (method, message) in [
            ("GET", "Read billing"),
            ("POST", "Write billing"),
            ("DELETE", "Delete billing"),
        ] {
            let answer = world.service.call(method, path, Some(&owner), None).await;
            assert_eq!(
                (answer.status, answer.body),
                (200, json!({"message": message})),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn the_access_table_has_the_routes_of_the_matrix_and_no_others() {
    let table = billing_api::access();
    let listed: BTreeSet<_> = table.routes().iter().map(ToString::to_string).collect();
    let expected = MATRIX.iter().map(|route| match route.scope {
        NOTHING | ANY => format!("{} {}", route.method, route.path),
        scope => format!("{} {} (requires scope {scope})", route.method, route.path),
    });
    assert_eq!(listed, expected.collect());
}

#[actix_web::test]
async fn the_document_has_the_routes_of_the_matrix_and_no_others() {
    let world = World::start().await;
    let document = world
        .service
        .call("GET", "/openapi.json", None, None)
        .await
        .body;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        described.extend(
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.clone(), path.clone())),
        );
    }
    // The documentation itself is not in it, and `/billing` is said to be the same as `/billing/`.
    let unlisted = ["/docs/", "/openapi.json", "/billing"];
    let listed = MATRIX
        .iter()
        .filter(|route| !unlisted.contains(&route.path));
    assert_eq!(described, listed.clone().map(Route::name).collect());
    for route in listed {
        let (method, path) = route.name();
        let operation = &document["paths"][path][method];
        let expected = match route.scope {
            NOTHING => json!([]),
            ANY => json!([{"bearer": []}]),
            scope => json!([{"bearer": [scope]}]),
        };
        assert_eq!(
            operation["security"], expected,
            "{} {}",
            route.method, route.path
        );
        let refusals = operation["responses"].as_object().unwrap();
        assert_eq!(
            refusals.contains_key("401"),
            route.scope != NOTHING,
            "{}",
            route.path
        );
        let may_be_denied = !matches!(route.scope, NOTHING | ANY);
        assert_eq!(
            refusals.contains_key("403"),
            may_be_denied,
            "{}",
            route.path
        );
    }
}

#[actix_web::test]
async fn a_method_that_a_path_has_not_is_405_after_401() {
    let world = World::start().await;
    let owner = world.token("O1", ALL);
    let paths: BTreeSet<_> = MATRIX.iter().map(|route| route.path).collect();
    for path in paths {
        let rows = || MATRIX.iter().filter(|route| route.path == path);
        let methods: BTreeSet<_> = rows().map(|route| route.method).collect();
        let asked = rows().next().unwrap().asked_path();
        let is_public = rows().any(|route| route.scope == NOTHING);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if methods.contains(method) {
                continue;
            }
            let stranger = world.service.call(method, &asked, None, None).await;
            assert_eq!(
                stranger.status,
                if is_public { 405 } else { 401 },
                "{method} {path}"
            );
            let answer = world.service.call(method, &asked, Some(&owner), None).await;
            answer.is_problem(
                405,
                "method_not_allowed",
                &format!("{method} is not allowed here"),
            );
            let allow: BTreeSet<_> = answer.header("allow").split(", ").collect();
            assert_eq!(allow, methods, "{method} {path}");
        }
    }
    for path in [
        "/billing/nope",
        "/billing/invoices/",
        "/billing/invoices/1/2",
        "/billing//",
    ] {
        let stranger = world.service.call("GET", path, None, None).await;
        stranger.is_problem(401, "missing_token", "Not authenticated");
        let answer = world.get(path, &owner).await;
        answer.is_problem(404, "not_found", &format!("There is no {path}"));
    }
    for path in ["/billingx", "/nope"] {
        let answer = world.service.call("GET", path, None, None).await;
        answer.is_problem(404, "not_found", &format!("There is no {path}"));
    }
}
