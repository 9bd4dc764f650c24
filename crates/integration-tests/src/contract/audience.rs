//! Whom a token is for (RFC 7519, section 4.1.3). When it may be missing is each provider's own.

use local_issuer::ProviderHandle;
use serde_json::{Value, json};

use super::forgery::{accepted, changed, forged_as, good};
use crate::case::Case;

/// A name, and an audience made from the right one.
type Row = (&'static str, fn(&str) -> Value);

pub(super) fn cases() -> Vec<Case> {
    let sentence = "A token for somebody else is refused: the API must be named exactly.";
    let refused: [Row; 8] = [
        ("wrong_audience", |_| json!("https://other.example")),
        ("audience_list_of_others", |_| {
            json!(["https://other.example", "another"])
        }),
        ("empty_audience", |_| json!("")),
        ("empty_audience_list", |_| json!([])),
        ("audience_with_more_behind_it", |audience| {
            json!(format!("{audience}/"))
        }),
        ("audience_with_less", |audience| json!(audience.get(1..))),
        ("audience_in_another_case", |audience| {
            json!(audience.to_uppercase())
        }),
        ("audiences_in_one_text", |audience| {
            json!(format!("{audience} other"))
        }),
    ];
    let mut cases: Vec<_> = refused
        .into_iter()
        .map(|(name, change)| {
            forged_as(name, "invalid_claims", sentence, move |provider| {
                Ok(good(provider)?
                    .claim("aud", change(provider.audience()))
                    .token()?)
            })
        })
        .collect();
    cases.push(changed(
        "access_token_without_audience",
        "invalid_claims",
        "An access token that is for nobody is for nobody here.",
        |mint| mint.without_claim("aud"),
    ));
    cases.push(changed(
        "audience_null",
        "invalid_claim_type",
        "An audience that is null is not one that is missing.",
        |mint| mint.claim("aud", Value::Null),
    ));
    cases.push(forged_as(
        "audience_list_with_a_number",
        "invalid_claim_type",
        "A list that is not one of texts is refused, also where it names us.",
        |provider| {
            Ok(good(provider)?
                .claim("aud", json!([provider.audience(), 7]))
                .token()?)
        },
    ));
    for (name, audience) in accepted_forms() {
        let make = move |provider: &ProviderHandle| {
            Ok(good(provider)?
                .claim("aud", audience(provider.audience()))
                .token()?)
        };
        let sentence =
            "RFC 7519, section 4.1.3: aud is one text, or a list that names us among others.";
        cases.push(accepted(name, sentence, make));
    }
    cases
}

fn accepted_forms() -> [Row; 2] {
    [
        ("audience_that_is_a_text", |audience| json!(audience)),
        ("audience_among_others", |audience| {
            json!(["https://other.example", audience])
        }),
    ]
}
