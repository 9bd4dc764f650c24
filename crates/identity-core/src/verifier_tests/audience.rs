//! The audience rule: `aud` required, absent, in each form.

use std::fmt::Display;

use serde_json::{Value, json};

use super::{
    AUDIENCE, Verifier, accepting, accepts_claims, each, excerpt, good, refusal, refuses_claims,
    usual, with, without,
};
use crate::TokenError::{self, InvalidClaimType, InvalidClient};
use crate::claims::Claims;
use crate::testing::TestKey;
use crate::verification::{AudienceRule, Excerpt};

/// Signs each row's claims with the issuer's key, and expects that their audience is refused, and named.
async fn refuses_audience<S: Display>(
    verifier: &Verifier,
    rows: impl IntoIterator<Item = (S, Value)>,
) {
    for (sentence, claims) in rows {
        let sentence = sentence.to_string();
        let token = TestKey::fixed().token(&claims);
        let got = match claims.get("aud") {
            None => Excerpt::new(None),
            Some(Value::String(audience)) => excerpt(audience),
            Some(list) => {
                let list = list.as_array().unwrap().iter();
                let names: Vec<_> = list.map(|name| name.as_str().unwrap()).collect();
                excerpt(&names.join(", "))
            }
        };
        let refused = refusal(verifier, &sentence, &token).await;
        assert_eq!(refused, TokenError::InvalidAudience(got), "{sentence}");
    }
}

#[tokio::test]
async fn an_audience_that_does_not_name_us_is_refused() {
    let verifier = usual();
    let (longer, words) = (format!("{AUDIENCE}/v2"), format!("{AUDIENCE} x"));
    let others = json!([
        [],
        "",
        "https://other.example",
        "https://api",
        longer,
        words
    ]);
    refuses_audience(&verifier, each("aud", others)).await;
    let missing = [("aud missing", without("aud"))];
    refuses_audience(&verifier, missing).await;
    let wrong_type = json!([{AUDIENCE: true}, 1, null, [AUDIENCE, 5], [[AUDIENCE]]]);
    refuses_claims(&verifier, InvalidClaimType("aud"), each("aud", wrong_type)).await;
    let ours = json!([AUDIENCE, ["https://issuer.example/userinfo", AUDIENCE]]);
    accepts_claims(&verifier, each("aud", ours)).await;
}

#[tokio::test]
async fn an_exempt_token_may_lack_an_audience_but_not_have_a_wrong_one() {
    let session = |claims: &Claims| claims.get("drn").is_some_and(|kind| kind == "DS");
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::RequiredUnless(vec![AUDIENCE.to_owned()], session)
    });
    let exempt = |audience: Value| {
        let mut claims = with("aud", audience);
        claims["drn"] = json!("DS");
        claims
    };
    let mut exempt_without = without("aud");
    exempt_without["drn"] = json!("DS");
    let wrong = [
        ("aud missing, not exempt", without("aud")),
        ("exempt, another aud", exempt(json!("other"))),
        ("exempt, an empty array", exempt(json!([]))),
        ("exempt, an empty text", exempt(json!(""))),
    ];
    refuses_audience(&verifier, wrong).await;
    let null = [("exempt, null", exempt(Value::Null))];
    refuses_claims(&verifier, InvalidClaimType("aud"), null).await;
    let right = [
        ("exempt, missing", exempt_without),
        ("exempt, ours", exempt(json!([AUDIENCE]))),
        ("not exempt, ours", good()),
    ];
    accepts_claims(&verifier, right).await;
}

#[tokio::test]
async fn no_audience_is_accepted_where_none_is_configured() {
    let verifier = accepting(|rules| rules.audience = AudienceRule::Required(Vec::new()));
    refuses_audience(&verifier, each("aud", json!([AUDIENCE, []]))).await;
}

/// Returns claims without an audience, with this claim.
fn without_audience(name: &str, value: Value) -> Value {
    let mut claims = without("aud");
    claims[name] = value;
    claims
}

#[tokio::test]
async fn without_an_audience_only_the_client_counts() {
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::Absent;
        rules.clients = vec!["C1".to_owned(), "C2".to_owned()];
    });
    let of_client = |name: &str, client: &str| without_audience(name, json!(client));
    let with_both = |name: &str, client: &str, other: &str| {
        let mut claims = of_client(name, client);
        claims[other] = json!("C1");
        claims
    };
    for (sentence, claims, client) in [
        ("no client", without("aud"), None),
        ("another client", of_client("client_id", "C3"), Some("C3")),
        ("another azp", of_client("azp", "c1"), Some("c1")),
        ("no name", of_client("client_id", ""), Some("")),
        (
            "azp does not stand in",
            with_both("client_id", "C3", "azp"),
            Some("C3"),
        ),
        ("another cid", of_client("cid", "C3"), Some("C3")),
        (
            "appid does not stand in",
            with_both("client_id", "C3", "appid"),
            Some("C3"),
        ),
    ] {
        let refused = InvalidClient(Excerpt::new(client));
        refuses_claims(&verifier, refused, [(sentence, claims)]).await;
    }
    for name in ["client_id", "azp", "appid", "cid"] {
        let wrong_types = json!([null, 5, ["C1"], {"C1": true}]);
        let rows = wrong_types.as_array().unwrap().iter();
        let rows = rows.map(|value| (value, without_audience(name, value.clone())));
        refuses_claims(&verifier, InvalidClaimType(name), rows).await;
    }
    let mut wrong_type = of_client("azp", "C1");
    wrong_type["client_id"] = json!(5);
    let refused = InvalidClaimType("client_id");
    refuses_claims(&verifier, refused, [("azp does not stand in", wrong_type)]).await;
    let mut no_names = of_client("client_id", "C1");
    no_names["aud"] = json!([]);
    let right = [
        ("by client_id", of_client("client_id", "C1")),
        ("by azp", of_client("azp", "C2")),
        ("by appid", of_client("appid", "C2")),
        ("by cid", of_client("cid", "C2")),
        ("cid means something else", {
            let mut claims = of_client("client_id", "C1");
            claims["cid"] = json!("customer 5");
            claims
        }),
        ("a list that names nobody", no_names),
    ];
    accepts_claims(&verifier, right).await;
}

#[tokio::test]
async fn without_an_audience_a_token_for_one_is_refused() {
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::Absent;
        rules.clients = vec!["C1".to_owned()];
    });
    let for_audience = |audience: Value| {
        let mut claims = with("aud", audience);
        claims["client_id"] = json!("C1");
        claims
    };
    for audience in [json!("C1"), json!(["C1"]), json!(AUDIENCE), json!("")] {
        let claims = for_audience(audience.clone());
        refuses_audience(&verifier, [(audience, claims)]).await;
    }
    for audience in [json!(null), json!([5]), json!({})] {
        let claims = for_audience(audience.clone());
        refuses_claims(&verifier, InvalidClaimType("aud"), [(audience, claims)]).await;
    }
}

#[tokio::test]
async fn with_neither_an_audience_nor_clients_nothing_is_accepted() {
    let verifier = accepting(|rules| rules.audience = AudienceRule::Absent);
    let claims = without_audience("client_id", json!("C1"));
    refuses_claims(
        &verifier,
        InvalidClient(excerpt("C1")),
        [("a client", claims)],
    )
    .await;
    let refused = InvalidClient(Excerpt::new(None));
    refuses_claims(&verifier, refused, [("no client", without("aud"))]).await;
}

#[tokio::test]
async fn clients_restrict_beside_an_audience() {
    let verifier = accepting(|rules| rules.clients = vec!["C1".to_owned()]);
    let refused = InvalidClient(Excerpt::new(None));
    refuses_claims(&verifier, refused, [("no client", good())]).await;
    let other = [("another client", with("azp", json!("C2")))];
    refuses_claims(&verifier, InvalidClient(excerpt("C2")), other).await;
    let mut elsewhere = with("client_id", json!("C1"));
    elsewhere["aud"] = json!("https://other.example");
    refuses_audience(&verifier, [("another audience", elsewhere)]).await;
    let of_two = |client: &str, party: &str| {
        let mut claims = with("client_id", json!(client));
        claims["azp"] = json!(party);
        claims
    };
    for (sentence, claims) in [
        ("another azp", of_two("C1", "C2")),
        ("another client_id", of_two("C2", "C1")),
    ] {
        let refused = InvalidClient(excerpt("C2"));
        refuses_claims(&verifier, refused, [(sentence, claims)]).await;
    }
    let mut no_text = of_two("C1", "C1");
    no_text["azp"] = json!(5);
    let wrong_type = [("azp no text", no_text)];
    refuses_claims(&verifier, InvalidClaimType("azp"), wrong_type).await;
    let ours = [
        ("both", with("client_id", json!("C1"))),
        ("twice the same", of_two("C1", "C1")),
    ];
    accepts_claims(&verifier, ours).await;
}
