//! The registered claims (RFC 7519, section 4.1).

use local_issuer::Mint;
use serde_json::{Value, json};

use super::forgery::{changed, forged_as, good, still_good};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = times();
    cases.extend(issuers());
    cases.extend(wrong_types());
    cases.extend(missing());
    cases.push(changed(
        "sender_constrained",
        "sender_constrained_token",
        "RFC 7800: a token with cnf is bound to its holder's key, and a plain bearer shows none.",
        |mint| {
            mint.claim(
                "cnf",
                json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            )
        },
    ));
    cases.push(changed(
        "cnf_that_is_null",
        "sender_constrained_token",
        "A cnf that cannot be read is still one.",
        |mint| mint.claim("cnf", Value::Null),
    ));
    cases
}

fn times() -> Vec<Case> {
    let sentence =
        "RFC 7519, sections 4.1.4 to 4.1.6: a token counts from nbf (and iat) until exp.";
    let future = |mint: &Mint| issued_at(mint).saturating_add(3600);
    vec![
        changed("expired", "token_expired", sentence, |mint| {
            mint.expires_in(-60)
        }),
        changed("expired_in_1970", "token_expired", sentence, |mint| {
            mint.claim("exp", 0)
        }),
        changed("expired_before_1970", "token_expired", sentence, |mint| {
            mint.claim("exp", -1)
        }),
        changed(
            "expired_and_a_fraction",
            "token_expired",
            sentence,
            |mint| mint.claim("exp", 1_700_000_000.5),
        ),
        changed(
            "nbf_in_the_future",
            "token_not_yet_valid",
            sentence,
            move |mint| {
                let nbf = future(&mint);
                mint.claim("nbf", nbf)
            },
        ),
        changed(
            "iat_in_the_future",
            "token_not_yet_valid",
            sentence,
            move |mint| {
                let iat = future(&mint);
                mint.claim("iat", iat)
            },
        ),
        still_good("nbf_in_the_past", sentence, |mint| {
            let nbf = issued_at(&mint).saturating_sub(60);
            mint.claim("nbf", nbf)
        }),
        still_good(
            "without_iat",
            "RFC 7519, section 4.1.6: iat is optional.",
            |mint| mint.without_claim("iat"),
        ),
        still_good(
            "exp_with_a_fraction",
            "RFC 7519, section 2: a NumericDate may have a fraction.",
            |mint| {
                let exp = issued_at(&mint).saturating_add(600);
                mint.claim("exp", json!(exp as f64 + 0.5))
            },
        ),
    ]
}

fn issuers() -> Vec<Case> {
    let sentence = "RFC 7519, section 4.1.1, and RFC 8725, section 3.8: the issuer is compared exactly, before any key is looked at.";
    type Row = (&'static str, fn(&str) -> String);
    let rows: [Row; 7] = [
        ("wrong_issuer", |_| "https://evil.example/".to_owned()),
        ("issuer_with_more_behind_it", |issuer| format!("{issuer}/x")),
        ("issuer_with_less", |issuer| {
            issuer
                .get(..issuer.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned()
        }),
        ("issuer_in_upper_case", str::to_uppercase),
        ("issuer_with_a_space", |issuer| format!("{issuer} ")),
        ("issuer_of_another_scheme", |issuer| {
            issuer.replace("http://", "https://")
        }),
        ("empty_issuer", |_| String::new()),
    ];
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(name, change)| {
            forged_as(name, "invalid_claims", sentence, move |provider| {
                Ok(good(provider)?
                    .claim("iss", change(&provider.issuer()))
                    .token()?)
            })
        })
        .collect();
    cases.push(changed("no_issuer", "invalid_claims", sentence, |mint| {
        mint.without_claim("iss")
    }));
    cases
}

fn wrong_types() -> Vec<Case> {
    let sentence = "A registered claim of the wrong type is refused, never guessed at.";
    type Row = (&'static str, &'static str, fn(Value) -> Value);
    let rows: [Row; 13] = [
        ("iss_list", "iss", |issuer| json!([issuer])),
        ("iss_number", "iss", |_| json!(7)),
        ("iss_null", "iss", |_| json!(null)),
        ("exp_string", "exp", |exp| json!(exp.to_string())),
        ("exp_null", "exp", |_| json!(null)),
        ("exp_true", "exp", |_| json!(true)),
        ("exp_list", "exp", |exp| json!([exp])),
        ("nbf_string", "nbf", |_| json!("0")),
        ("iat_string", "iat", |iat| json!(iat.to_string())),
        ("sub_number", "sub", |_| json!(7)),
        ("sub_list", "sub", |subject| json!([subject])),
        ("aud_number", "aud", |_| json!(7)),
        ("jti_number", "jti", |_| json!(7)),
    ];
    let cases = rows.map(|(name, claim, change)| {
        changed(name, "invalid_claim_type", sentence, move |mint| {
            let value = mint.claims().get(claim).cloned().unwrap_or_default();
            mint.claim(claim, change(value))
        })
    });
    cases.into()
}

fn missing() -> Vec<Case> {
    let sentence = "A token must say when it ends and whom it is about.";
    vec![
        changed("without_exp", "missing_claim", sentence, |mint| {
            mint.without_claim("exp")
        }),
        changed("without_sub", "missing_claim", sentence, |mint| {
            mint.without_claim("sub")
        }),
        changed("empty_sub", "missing_claim", sentence, |mint| {
            mint.claim("sub", "")
        }),
    ]
}

/// `iat`: what the issuer's clock says now.
fn issued_at(mint: &Mint) -> i64 {
    mint.claims()
        .get("iat")
        .and_then(Value::as_i64)
        .unwrap_or_default()
}
