//! One organization can neither read nor change the data of another.

use serde_json::{Value, json};

use crate::world::{ALL, Environment, World, good, new_invoice, quick};

const NOWHERE: &str =
    "The token is for no organization: it needs a claim org_id that is a non-empty text";

#[actix_web::test]
async fn another_organization_s_invoice_is_as_one_that_there_is_not() {
    let world = World::start().await;
    let (ours, theirs) = (world.token("O1", ALL), world.token("O2", ALL));
    let invoice = world.invoice(&ours, "1").await;
    let id = invoice["id"].as_str().unwrap();
    let path = format!("/billing/invoices/{id}");
    let nobody_s = "00000000-0000-7000-8000-000000000000";

    for (method, body) in [
        ("GET", None),
        ("PATCH", Some(json!({"status": "open"}))),
        ("DELETE", None),
    ] {
        for id in [id, nobody_s] {
            let path = format!("/billing/invoices/{id}");
            let answer = world
                .service
                .call(method, &path, Some(&theirs), body.as_ref());
            let detail = format!("There is no invoice {id}");
            answer.await.is_problem(404, "not_found", &detail);
        }
    }
    for query in [
        "",
        "?limit=100",
        "?status=draft",
        &format!("?after={nobody_s}"),
        // An id of another organization is accepted, and reveals nothing about it.
        &format!("?after={id}"),
    ] {
        let list = world.list(query, &theirs).await;
        assert_eq!(list.body, json!({"invoices": [], "next": null}), "{query}");
    }

    let same_number = world.invoice(&theirs, "1").await;
    assert_ne!(same_number["id"], invoice["id"]);
    let stored = world.get(&path, &ours).await;
    assert_eq!(stored.body, invoice, "and it is as it was");
    let list = world.list("", &ours).await;
    assert_eq!(list.body, json!({"invoices": [invoice], "next": null}));
}

#[actix_web::test]
async fn an_organization_is_known_by_its_id_to_the_letter_and_by_nothing_else() {
    let world = World::start().await;
    let ours = world.token("O1", ALL);
    let invoice = world.invoice(&ours, "1").await;
    let path = format!("/billing/invoices/{}", invoice["id"].as_str().unwrap());
    for id in ["o1", "O1 ", " O1", "O", "O11", "O1%", "_1", "' OR '1'='1"] {
        let answer = world.get(&path, &world.token(id, ALL)).await;
        assert_eq!(answer.status, 404, "{id:?}");
    }
    // Any other mention of an organization is ignored.
    let token = good(world.issuer.auth0(), ALL)
        .claim("org_id", "O2")
        .claim("organization", "O1");
    let token = token.claim("tenants", json!({"O1": {}})).token().unwrap();
    let asked = format!("{path}?org_id=O1");
    let request = world
        .service
        .request("GET", &asked)
        .bearer_auth(token)
        .header("x-org-id", "O1");
    assert_eq!(request.send().await.unwrap().status(), 404);
    let mut body = new_invoice("2");
    body["org_id"] = json!("O2");
    let named = world.post(&ours, &body).await;
    named.has_code(400, "bad_request", "an org_id in the body");
}

#[actix_web::test]
async fn a_token_for_no_organization_is_403_before_anything_is_read() {
    let world = World::start().await;
    let long = "o".repeat(201);
    let values: [Option<Value>; 11] = [
        None,
        Some(json!(null)),
        Some(json!("")),
        Some(json!("  ")),
        Some(json!("a\0b")),
        Some(json!(7)),
        Some(json!(true)),
        Some(json!(["O1"])),
        Some(json!({"id": "O1"})),
        Some(json!([])),
        Some(json!(long)),
    ];
    let one = "/billing/invoices/00000000-0000-7000-8000-000000000000";
    for value in values {
        let mint = good(world.issuer.auth0(), ALL);
        let mint = match &value {
            Some(value) => mint.claim("org_id", value.clone()),
            None => mint,
        };
        let token = mint.token().unwrap();
        for (method, path) in [
            ("GET", "/billing/invoices?limit=x"),
            ("POST", "/billing/invoices"),
            ("GET", one),
            ("PATCH", one),
            ("DELETE", one),
        ] {
            let answer = world.send(method, path, &token, &json!("no invoice")).await;
            answer.is_problem(403, "access_denied", NOWHERE);
            let expected = format!(
                "Bearer realm=\"billing-api\", error=\"insufficient_scope\", error_description=\"{NOWHERE}\", resource_metadata="
            );
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with(&expected), "{value:?}: {challenge}");
        }
        // Routes without data need no organization.
        let plain = world.get("/billing/", &token).await;
        assert_eq!(plain.status, 200, "{value:?}");
    }
}

#[actix_web::test]
async fn the_organization_is_in_the_claim_that_is_set_alone() {
    let world = World::with(&[("ORGANIZATION_CLAIM", "o.id")]).await;
    let refused = world.list("", &world.token("O1", ALL)).await;
    let detail = NOWHERE.replace("org_id", "o.id");
    refused.is_problem(403, "access_denied", &detail);
    let token = |id: &str| {
        let mint = good(world.issuer.auth0(), ALL).claim("o", json!({"id": id}));
        mint.claim("org_id", "O2").token().unwrap()
    };
    let invoice = world.invoice(&token("O1"), "1").await;
    let list = world.list("", &token("O1")).await;
    assert_eq!(list.body, json!({"invoices": [invoice], "next": null}));
    let others = world.list("", &token("O2")).await;
    assert_eq!(others.body, json!({"invoices": [], "next": null}));
}

#[actix_web::test]
async fn a_restart_keeps_every_organization_s_invoices() {
    let issuer = local_issuer::LocalIssuer::start(quick()).await.unwrap();
    let environment = Environment::of(issuer.auth0());
    let token = |id: &str| {
        good(issuer.auth0(), ALL)
            .claim("org_id", id)
            .token()
            .unwrap()
    };
    let mut before = Vec::new();
    let service = environment.start().await;
    service.until_ready().await;
    for id in ["O1", "O2"] {
        let body = new_invoice("1");
        let made = service
            .call("POST", "/billing/invoices", Some(&token(id)), Some(&body))
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        before.push(made.body);
    }
    let opened = format!("/billing/invoices/{}", before[1]["id"].as_str().unwrap());
    let open = json!({"status": "open"});
    let opened = service
        .call("PATCH", &opened, Some(&token("O2")), Some(&open))
        .await;
    before[1] = opened.body;
    service.stop().await;

    assert!(environment.folder().path().join("invoices.db").is_file());
    let service = environment.start().await;
    service.until_ready().await;
    for (id, invoice) in ["O1", "O2"].into_iter().zip(before) {
        let list = service
            .call("GET", "/billing/invoices", Some(&token(id)), None)
            .await;
        assert_eq!(
            list.body,
            json!({"invoices": [invoice], "next": null}),
            "{id}"
        );
    }
}
