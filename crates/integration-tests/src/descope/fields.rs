//! Values that are well-formed, but not allowed: each field is named.

use anyhow::{Context, ensure};
use serde_json::json;

use crate::case::{Case, Needs, email};
use crate::expectation::Expectation;
use crate::http::Call;

pub(super) fn cases() -> Vec<Case> {
    // G is a good value.
    let (long_name, long_email) = ("x".repeat(201), format!("{}@example.com", "x".repeat(270)));
    #[rustfmt::skip]
    let rows: [(&str, &str, &str, &[&str]); 9] = [
        ("name_with_a_line_break", "Ada\r\nEve", "G", &["name"]),
        ("blank_name", "   ", "G", &["name"]),
        ("empty_name", "", "G", &["name"]),
        ("long_name", &long_name, "G", &["name"]),
        ("no_address", "G", "ada", &["email"]),
        ("address_without_a_host", "G", "ada@", &["email"]),
        ("long_address", "G", &long_email, &["email"]),
        ("address_with_a_line_break", "G", "ada@example.com\r\nBcc: x@example.com", &["email"]),
        ("both", "", "ada", &["email", "name"]),
    ];
    let cases = rows.map(|(name, user, address, fields)| {
        let (user, address) = (user.replace('G', "Ada Lovelace"), address.to_owned());
        Case::new(
            format!("input::{name}_is_422"),
            "Each of several wrong values is named, by its field.",
            Needs::Personas,
            async move |target| {
                let address = address.replace('G', &email("field"));
                let call = Call::post("/api/users").json(&json!({"name": user, "email": address}));
                let expected = Expectation::problem(422, "invalid_input");
                let response = target.check_as("admin", call, &expected).await?;
                let errors = response.member("/errors")?;
                let errors = errors.as_array().context("errors is not a list")?;
                let text = |member| {
                    let texts = errors
                        .iter()
                        .filter_map(move |error| error.get(member)?.as_str());
                    texts.filter(|text| !text.is_empty())
                };
                let mut named: Vec<_> = text("field").collect();
                named.sort_unstable();
                named.dedup();
                ensure!(named == fields, "{response:?}");
                ensure!(text("message").count() == errors.len(), "{response:?}");
                let detail = response.text_member("/detail")?;
                let all = fields.iter().all(|field| detail.contains(field));
                ensure!(all, "{detail}");
                Ok(())
            },
        )
    });
    cases.into()
}
