//! Tests of the routes that only check access, and of unknown paths. The full access matrix is in integration-tests,
//! which also checks the challenges, the OpenAPI document and the methods of each path.

use serde_json::json;

use crate::world::{ALL, World};

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

#[actix_web::test]
async fn a_path_that_is_no_route_is_404_and_below_billing_401_first() {
    let world = World::start().await;
    let owner = world.token("O1", ALL);
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
