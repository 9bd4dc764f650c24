//! Allowed and refused operations on invoices.

use serde_json::{Value, json};
use url::Url;

use crate::world::{ALL, Answer, READ, World, new_invoice};

fn path_of(invoice: &Value) -> String {
    format!("/billing/invoices/{}", invoice["id"].as_str().unwrap())
}

#[actix_web::test]
async fn what_is_made_is_answered_located_and_listed() {
    let world = World::start().await;
    let token = world.token("O1", ALL);
    let new = json!({
        "number": "INV-1", "customer": " Ada ", "description": "Ü", "amount": 1_000_000_000_000_i64, "currency": "JPY",
    });
    let made = world.post(&token, &new).await;
    assert_eq!(made.status, 201, "{made:?}");
    // Relative to the address that was asked, which a proxy may have changed.
    let asked = Url::parse("https://api.example.com/v1/billing/invoices").unwrap();
    let location = asked.join(made.header("location")).unwrap();
    assert_eq!(location.path(), format!("/v1{}", path_of(&made.body)));
    let mut members: Vec<_> = made.body.as_object().unwrap().keys().collect();
    members.sort_unstable();
    let expected = "amount created_at currency customer description id number status";
    assert_eq!(members, Vec::from_iter(expected.split(' ')));
    assert_eq!(made.body["customer"], "Ada");
    assert_eq!(made.body["amount"], 1_000_000_000_000_i64);
    assert_eq!(made.body["status"], "draft");
    let created_at = made.body["created_at"].as_str().unwrap();
    assert!(
        created_at.len() == 20 && created_at.starts_with("20") && created_at.ends_with('Z'),
        "{created_at}"
    );
    let stored = world.get(&path_of(&made.body), &token).await;
    assert_eq!(stored.body, made.body);

    let again = world.post(&token, &new).await;
    again.is_problem(409, "conflict", "The number INV-1 is taken");
    let list = world.list("", &token).await;
    assert_eq!(list.body, json!({"invoices": [made.body], "next": null}));
}

#[actix_web::test]
async fn an_invoice_goes_from_draft_to_its_end_and_not_back() {
    let world = World::start().await;
    let token = world.token("O1", ALL);
    let invoice = world.invoice(&token, "1").await;
    let path = path_of(&invoice);
    let change = async |status: &str| {
        let body = json!({"status": status});
        world.send("PATCH", &path, &token, &body).await
    };
    let is_refused = |answer: Answer, next: &str, now: &str| {
        let detail = format!("The status cannot become {next}: the invoice is {now}");
        answer.is_problem(409, "conflict", &detail);
    };
    is_refused(change("paid").await, "paid", "draft");
    is_refused(change("void").await, "void", "draft");
    for _ in 0..2 {
        let opened = change("open").await;
        let found = (opened.status, &opened.body["status"]);
        assert_eq!(found, (200, &json!("open")));
    }
    is_refused(change("draft").await, "draft", "open");
    let deleted = world.delete(&path, &token).await;
    let detail = "Only a draft can be deleted: the invoice is open";
    deleted.is_problem(409, "conflict", detail);
    let paid = change("paid").await;
    let mut expected = invoice;
    expected["status"] = json!("paid");
    assert_eq!(paid.body, expected, "nothing else changes");
    is_refused(change("void").await, "void", "paid");
    is_refused(change("open").await, "open", "paid");
    assert_eq!(world.get(&path, &token).await.body, expected);
}

#[actix_web::test]
async fn a_draft_can_be_deleted_once() {
    let world = World::start().await;
    let token = world.token("O1", ALL);
    let kept = world.invoice(&token, "1").await;
    let invoice = world.invoice(&token, "2").await;
    let (path, id) = (path_of(&invoice), invoice["id"].as_str().unwrap());
    let deleted = world.delete(&path, &token).await;
    let message = json!({"message": format!("Invoice {id} deleted")});
    assert_eq!((deleted.status, deleted.body), (200, message));
    for method in ["DELETE", "GET"] {
        let gone = world.service.call(method, &path, Some(&token), None).await;
        gone.is_problem(404, "not_found", &format!("There is no invoice {id}"));
    }
    let list = world.list("", &token).await;
    assert_eq!(list.body["invoices"], json!([kept]));
    world.invoice(&token, "2").await;
}

#[actix_web::test]
async fn a_list_comes_in_pages_that_leave_nothing_out() {
    let world = World::start().await;
    let token = world.token("O1", ALL);
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(world.invoice(&token, &number.to_string()).await);
    }
    let (mut seen, mut query, mut pages) = (Vec::new(), "?limit=2".to_owned(), 0);
    loop {
        let page = world.list(&query, &token).await;
        let invoices = page.body["invoices"].as_array().unwrap();
        assert!((1..=2).contains(&invoices.len()), "{page:?}");
        seen.extend(invoices.iter().cloned());
        pages += 1;
        let Some(next) = page.body["next"].as_str() else {
            assert_eq!(page.header("link"), "");
            break;
        };
        query = format!("?limit=2&after={next}");
        assert_eq!(page.header("link"), format!("<{query}>; rel=\"next\""));
    }
    assert_eq!((pages, &seen), (3, &made));
    let whole = world.list("?limit=5", &token).await;
    assert_eq!(whole.body, json!({"invoices": made, "next": null}));

    let (path, body) = (path_of(&made[3]), json!({"status": "open"}));
    world.send("PATCH", &path, &token, &body).await;
    let open = world.list("?status=open", &token).await;
    assert_eq!(open.body["invoices"][0]["number"], "4");
    assert_eq!(open.body["invoices"].as_array().unwrap().len(), 1);
    let drafts = world.list("?status=draft&limit=1", &token).await;
    let id = made[0]["id"].as_str().unwrap();
    let next = format!("?status=draft&limit=1&after={id}");
    assert_eq!(drafts.header("link"), format!("<{next}>; rel=\"next\""));

    // What is added comes last, and a page starts where the one before ended, even if that invoice is deleted.
    world.delete(&path_of(&made[0]), &token).await;
    let last = world.invoice(&token, "6").await;
    let rest = world
        .list(&next.replace("limit=1", "limit=9"), &token)
        .await;
    let expected = [&made[1], &made[2], &made[4], &last];
    assert_eq!(rest.body, json!({"invoices": expected, "next": null}));
}

#[actix_web::test]
async fn a_query_or_id_that_is_not_allowed_is_told() {
    let world = World::start().await;
    let token = world.token("O1", &[READ]);
    for (query, fields) in [
        ("limit=0", &["limit"][..]),
        ("limit=101", &["limit"]),
        (
            "limit=ten&after=x&status=lost",
            &["after", "limit", "status"],
        ),
    ] {
        let answer = world.list(&format!("?{query}"), &token).await;
        assert_eq!(answer.fields(), fields, "{query}");
    }
    for query in ["limti=5", "limit=1&limit=2"] {
        let answer = world.list(&format!("?{query}"), &token).await;
        answer.has_code(400, "bad_request", query);
    }
    for id in [
        "1",
        "%00",
        "..%2f..",
        "019A2F6E-0000-7000-8000-000000000000",
    ] {
        let answer = world.get(&format!("/billing/invoices/{id}"), &token).await;
        answer.has_code(404, "not_found", id);
    }
}

#[actix_web::test]
async fn a_body_that_is_not_allowed_is_told() {
    let world = World::with(&[("LIMITS__MAX_BODY_BYTES", "1000")]).await;
    let token = world.token("O1", ALL);
    let invoice = world.invoice(&token, "1").await;
    let places = [
        ("POST", "/billing/invoices".to_owned()),
        ("PATCH", path_of(&invoice)),
    ];
    let send = async |(method, path): &(&str, String), kind: &str, body: &str| {
        let request = world.service.request(method, path).bearer_auth(&token);
        Answer::of(request.header("content-type", kind).body(body.to_owned())).await
    };
    for place in &places {
        for body in ["", "{", "5", "null", "{\"nope\": 1}", "{}x"] {
            let answer = send(place, "application/json", body).await;
            answer.has_code(400, "bad_request", &format!("{place:?} {body}"));
        }
        let large = format!("{{\"customer\": \"{}\"}}", "x".repeat(1000));
        let large = send(place, "application/json", &large).await;
        let detail = "The body is larger than 1000 bytes";
        large.is_problem(413, "payload_too_large", detail);
        let (code, detail) = (
            "unsupported_media_type",
            "The body must be application/json",
        );
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let answer = send(place, kind, "{}").await;
            answer.is_problem(415, code, detail);
        }
        let (method, path) = place;
        let packed = world.service.request(method, path).bearer_auth(&token);
        let packed = packed.header("content-encoding", "gzip").json(&json!({}));
        let packed = Answer::of(packed).await;
        packed.is_problem(415, code, &format!("{detail}, not compressed"));
    }
    for (place, body, fields) in [
        (
            &places[0],
            r#"{"amount": "12", "currency": "eur"}"#,
            &["amount", "currency", "customer", "number"][..],
        ),
        (&places[1], r#"{"status": "lost"}"#, &["status"]),
    ] {
        let answer = send(place, "application/json", body).await;
        assert_eq!(answer.fields(), fields);
    }
    let list = world.list("", &token).await;
    let expected = json!([invoice]);
    assert_eq!(list.body["invoices"], expected, "nothing of it was stored");
}

#[actix_web::test]
async fn who_lacks_the_scope_does_not_learn_what_is_wrong_with_a_body() {
    let world = World::start().await;
    let token = world.token("O1", &[READ]);
    let one = "/billing/invoices/1";
    for (method, path) in [
        ("POST", "/billing/invoices"),
        ("PATCH", one),
        ("DELETE", one),
    ] {
        let answer = world.send(method, path, &token, &json!("no invoice")).await;
        answer.is_problem(403, "insufficient_scope", "Not enough permissions");
    }
}

#[actix_web::test]
async fn of_the_same_invoice_sent_many_times_one_is_made() {
    let world = World::start().await;
    let token = world.token("O1", ALL);
    let body = new_invoice("1");
    let one = || world.send("POST", "/billing/invoices", &token, &body);
    let answers = tokio::join!(one(), one(), one(), one());
    let mut statuses = [answers.0, answers.1, answers.2, answers.3].map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}
