//! Tests of accepted input, and of the errors for the rest.

use actix_web::ResponseError;
use actix_web::body::to_bytes;
use identity_actix::ApiError;
use identity_core::clock::UnixTime;
use serde_json::{Value, json};
use service_kit::store::Page;

use super::{ChangeBody, InvoiceQuery, NewInvoiceBody};
use crate::invoices::Status;

/// Returns the fields of an error, with the message of each.
async fn named(error: ApiError) -> Vec<(String, String)> {
    assert_eq!(error.code().as_str(), "invalid_input");
    let body = to_bytes(error.error_response().into_body()).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |one: &Value| (text(&one["field"]), text(&one["message"]));
    body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(pair)
        .collect()
}

/// Returns an invoice body with these fields replaced.
fn body(changes: &Value) -> NewInvoiceBody {
    let mut body = json!({
        "number": "INV-2026/0001.a_b", "customer": "Analytical Engines Ltd", "description": "Consulting",
        "amount": 12345, "currency": "EUR",
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

async fn refused(changes: Value) -> Vec<(String, String)> {
    let refused = body(&changes).read(UnixTime::from_seconds(0.0));
    match refused {
        Ok(read) => panic!("{changes} is allowed: {read:?}"),
        Err(error) => named(error).await,
    }
}

#[actix_web::test]
async fn each_field_that_is_not_allowed_is_named() {
    let (long_number, long_customer, long_text) =
        ("1".repeat(65), "ü".repeat(201), "ü".repeat(1001));
    let cases: [(&str, Vec<Value>); 5] = [
        (
            "number",
            vec![
                json!(null),
                json!(""),
                json!("a b"),
                json!("ü"),
                json!("a\0"),
                json!(7),
                json!(long_number),
            ],
        ),
        (
            "customer",
            vec![
                json!(null),
                json!(""),
                json!(" \u{a0}"),
                json!("a\nb"),
                json!("a\0b"),
                json!(["a"]),
                json!(long_customer),
            ],
        ),
        (
            "description",
            vec![
                json!("a\0b"),
                json!("a\nb"),
                json!(7),
                json!({}),
                json!(long_text),
            ],
        ),
        (
            "amount",
            vec![
                json!(null),
                json!(0),
                json!(-1),
                json!(12.5),
                json!(12.0),
                json!("12"),
                json!(1e3),
                json!(1_000_000_000_001_i64),
                json!(u64::MAX),
            ],
        ),
        (
            "currency",
            vec![
                json!(null),
                json!(""),
                json!("eur"),
                json!("EURO"),
                json!("XXX"),
                json!(978),
            ],
        ),
    ];
    for (field, values) in cases {
        for value in values {
            let fields = refused(json!({field: value})).await;
            assert_eq!(fields.len(), 1, "{field} {value}: {fields:?}");
            assert_eq!(fields[0].0, field, "{value}");
        }
    }
}

#[actix_web::test]
async fn all_faults_are_told_together() {
    let empty: NewInvoiceBody = serde_json::from_value(json!({})).unwrap();
    let missing = named(empty.read(UnixTime::from_seconds(0.0)).unwrap_err()).await;
    // Sorted by name.
    let expected = ["amount", "currency", "customer", "number"];
    assert_eq!(
        missing,
        expected.map(|name| (name.to_owned(), "is missing".to_owned()))
    );
    let wrong = refused(
        json!({"number": " ", "customer": 1, "description": 2, "amount": "x", "currency": "?"}),
    )
    .await;
    assert_eq!(wrong.len(), 5, "{wrong:?}");
}

#[test]
fn a_field_that_there_is_not_does_not_parse() {
    for body in [
        json!({"amuont": 5}),
        json!({"status": "paid"}),
        json!({"org_id": "O2"}),
    ] {
        let error = serde_json::from_value::<NewInvoiceBody>(body.clone()).unwrap_err();
        let name = body.as_object().unwrap().keys().next().unwrap().clone();
        assert!(
            error
                .to_string()
                .starts_with(&format!("unknown field `{name}`")),
            "{error}"
        );
    }
    let twice = serde_json::from_str::<NewInvoiceBody>(r#"{"amount": 1, "amount": 2}"#);
    assert!(
        twice
            .unwrap_err()
            .to_string()
            .starts_with("duplicate field `amount`")
    );
}

#[test]
fn what_is_allowed_is_taken_as_it_is() {
    let changes = json!({"customer": "  Ada Ü. O'Neill ", "description": null, "amount": 1_000_000_000_000_i64});
    let invoice = body(&changes)
        .read(UnixTime::from_seconds(1_700_000_000.9))
        .unwrap();
    assert_eq!(invoice.number, "INV-2026/0001.a_b");
    assert_eq!(invoice.customer, "Ada Ü. O'Neill");
    assert_eq!(invoice.description, "");
    assert_eq!(invoice.amount, 1_000_000_000_000);
    assert_eq!(invoice.currency, "EUR");
    assert_eq!(invoice.created_at.unix_timestamp(), 1_700_000_000);
    assert_eq!(
        body(&json!({"amount": 1}))
            .read(UnixTime::from_seconds(0.0))
            .unwrap()
            .amount,
        1
    );
}

#[actix_web::test]
async fn a_change_names_a_status() {
    let change =
        |status: Value| serde_json::from_value::<ChangeBody>(json!({"status": status})).unwrap();
    for status in [
        json!(null),
        json!("Open"),
        json!("lost"),
        json!(5),
        json!(["open"]),
    ] {
        let fields = named(change(status.clone()).read().unwrap_err()).await;
        assert_eq!(fields.len(), 1, "{status}");
        assert_eq!(fields[0].0, "status", "{status}");
    }
    assert_eq!(change(json!("void")).read().unwrap(), Status::Void);
    assert!(serde_json::from_value::<ChangeBody>(json!({"amount": 5})).is_err());
}

#[actix_web::test]
async fn a_page_is_bounded() {
    let query = |text: &str| {
        actix_web::web::Query::<InvoiceQuery>::from_query(text)
            .unwrap()
            .into_inner()
    };
    for (text, fields) in [
        ("limit=0", &["limit"][..]),
        ("limit=101", &["limit"]),
        ("limit=-1", &["limit"]),
        ("limit=ten", &["limit"]),
        ("limit=", &["limit"]),
        ("limit=99999999999", &["limit"]),
        ("after=7", &["after"]),
        ("after=", &["after"]),
        ("status=lost", &["status"]),
        ("limit=0&after=x&status=Open", &["after", "limit", "status"]),
    ] {
        let named = named(query(text).read().unwrap_err()).await;
        let names: Vec<_> = named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, fields, "{text}");
    }
    let first = Page {
        limit: 50,
        after: None,
    };
    assert_eq!(query("").read().unwrap(), (first, None));
    let id = "019a2f6e-0000-7000-8000-000000000000";
    let whole = query(&format!("limit=100&after={id}&status=paid"))
        .read()
        .unwrap();
    let page = Page {
        limit: 100,
        after: Some(id.to_owned()),
    };
    assert_eq!(whole, (page, Some(Status::Paid)));
}
