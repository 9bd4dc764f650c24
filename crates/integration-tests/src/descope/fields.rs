//! Values that are well-formed, but not allowed: each field is named.

use anyhow::{Context, ensure};
use serde_json::json;

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::random::{email, unique};

pub(super) fn cases() -> Vec<Case> {
    let good = || ("Ada Lovelace".to_owned(), email("field"));
    type Change = fn((String, String)) -> (String, String);
    type Row = (&'static str, Change, &'static [&'static str]);
    let rows: [Row; 9] = [
        (
            "name_with_a_line_break",
            |(_, email)| ("Ada\r\nEve".to_owned(), email),
            &["name"],
        ),
        (
            "blank_name",
            |(_, email)| ("   ".to_owned(), email),
            &["name"],
        ),
        ("empty_name", |(_, email)| (String::new(), email), &["name"]),
        (
            "long_name",
            |(_, email)| ("x".repeat(201), email),
            &["name"],
        ),
        (
            "no_address",
            |(name, _)| (name, "ada".to_owned()),
            &["email"],
        ),
        (
            "address_without_a_host",
            |(name, _)| (name, "ada@".to_owned()),
            &["email"],
        ),
        ("long_address", |(name, _)| (name, long_email()), &["email"]),
        (
            "address_with_a_line_break",
            |(name, _)| (name, "ada@example.com\r\nBcc: x@example.com".to_owned()),
            &["email"],
        ),
        (
            "both",
            |_| (String::new(), "ada".to_owned()),
            &["email", "name"],
        ),
    ];
    let cases = rows.map(|(name, change, fields)| {
        Case::new(
            format!("input::{name}_is_422"),
            "Whoever sends several wrong values is told of each, by its field.",
            Needs::Personas,
            async move |target| {
                let (name, email) = change(good());
                let call = Call::post("/api/users").json(&json!({"name": name, "email": email}));
                let expected = Expectation::problem(422, "invalid_input");
                let answer = target.check_as("admin", call, &expected).await?;
                let errors = answer.member("/errors")?;
                let errors = errors.as_array().context("errors is not a list")?;
                let mut named: Vec<_> = errors
                    .iter()
                    .filter_map(|error| error.get("field")?.as_str())
                    .collect();
                named.sort_unstable();
                named.dedup();
                ensure!(named == fields, "{answer:?}");
                let messages = errors
                    .iter()
                    .filter_map(|error| error.get("message")?.as_str());
                ensure!(
                    messages.filter(|text| !text.is_empty()).count() == errors.len(),
                    "{answer:?}"
                );
                let detail = answer.member("/detail")?;
                let detail = detail.as_str().unwrap_or_default();
                ensure!(
                    fields.iter().all(|field| detail.contains(field)),
                    "{detail}"
                );
                Ok(())
            },
        )
    });
    cases.into()
}

/// An address that is too long.
fn long_email() -> String {
    format!("{}{}@example.com", unique("long"), "x".repeat(250))
}
