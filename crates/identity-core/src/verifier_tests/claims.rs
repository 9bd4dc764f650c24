//! Issuer, subject and kind of token, including cases that jsonwebtoken alone would accept.

use serde_json::{Value, json};

use super::{
    ISSUER, accepting, accepts_claims, each, excerpt, good, refusal, refuses_claims, usual, with,
    without,
};
use crate::TokenError::{self, InvalidClaimType, InvalidIssuer, MissingClaim};
use crate::testing::TestKey;
use crate::verification::{Excerpt, RefusedKind, SubjectRule, TokenKind};

#[tokio::test]
async fn an_issuer_that_is_not_exactly_an_accepted_one_is_refused() {
    let verifier = usual();
    let missing = [("iss missing", without("iss"))];
    refuses_claims(&verifier, InvalidIssuer(Excerpt::new(None)), missing).await;
    let wrong_type = each("iss", json!([5, [ISSUER], null]));
    refuses_claims(&verifier, InvalidClaimType("iss"), wrong_type).await;
    for other in [
        "",
        "https://issuer.example",
        "https://ISSUER.example/",
        "https://issuer.example/ ",
        "https://issuer.example/extra",
        "https://issuer.example.evil.example/",
    ] {
        let refused = InvalidIssuer(excerpt(other));
        refuses_claims(&verifier, refused, each("iss", json!([other]))).await;
    }
}

#[tokio::test]
async fn a_subject_is_a_text_that_is_not_empty() {
    let verifier = usual();
    let missing = [
        ("sub missing", without("sub")),
        ("sub empty", with("sub", json!(""))),
    ];
    refuses_claims(&verifier, MissingClaim("sub"), missing).await;
    let wrong_type = each("sub", json!([7, null, ["U1"]]));
    refuses_claims(&verifier, InvalidClaimType("sub"), wrong_type).await;
}

#[tokio::test]
async fn without_a_subject_the_client_is_it_only_where_the_rules_say_so() {
    let of_client = |name: &str, client: Value| {
        let mut claims = without("sub");
        claims[name] = client;
        claims
    };
    let refused = [("a client", of_client("client_id", json!("C1")))];
    refuses_claims(&usual(), MissingClaim("sub"), refused).await;
    let verifier = accepting(|rules| rules.subject = SubjectRule::ClientIfAbsent);
    let missing = [
        ("no client", without("sub")),
        ("a client without a name", of_client("client_id", json!(""))),
        ("an empty subject", with("sub", json!(""))),
    ];
    refuses_claims(&verifier, MissingClaim("sub"), missing).await;
    let wrong_type = [("a client", of_client("client_id", json!(["C1"])))];
    refuses_claims(&verifier, InvalidClaimType("client_id"), wrong_type).await;
    let wrong_type = each("sub", json!([7, null]));
    refuses_claims(&verifier, InvalidClaimType("sub"), wrong_type).await;
    let mut both = with("client_id", json!("C1"));
    both["sub"] = json!("U2");
    for (claims, subject) in [
        (of_client("client_id", json!("C1")), "C1"),
        (of_client("azp", json!("C2")), "C2"),
        (both, "U2"),
    ] {
        let token = verifier.verify(&TestKey::fixed().token(&claims)).await;
        assert_eq!(token.unwrap().subject(), subject);
    }
}

#[tokio::test]
async fn a_token_id_is_a_text_where_there_is_one() {
    let wrong_type = each("jti", json!([7, ["a"], null]));
    refuses_claims(&usual(), InvalidClaimType("jti"), wrong_type).await;
    let accepted = [
        ("jti a text", with("jti", json!("73WakrfVbNJBaAmhQtEeDv"))),
        ("no jti", good()),
    ];
    accepts_claims(&usual(), accepted).await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_its_holder_is_no_bearer_token() {
    let bindings = json!([{"jkt": "thumbprint"}, {"x5t#S256": "thumbprint"}, {}, null]);
    let bound = each("cnf", bindings);
    refuses_claims(&usual(), TokenError::SenderConstrained, bound).await;
}

#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    let verifier = accepting(|rules| {
        rules.refused = vec![
            RefusedKind {
                kind: TokenKind::Refresh,
                claim: "drn".into(),
                value: Some("DSR".into()),
            },
            RefusedKind {
                kind: TokenKind::Id,
                claim: "nonce".into(),
                value: None,
            },
        ];
    });
    let mut both = with("nonce", json!("n"));
    both["drn"] = json!("DSR");
    let refresh = [
        ("a claim with that value", with("drn", json!("DSR"))),
        ("both: the first of the list", both),
    ];
    refuses_claims(&verifier, TokenError::RefreshToken, refresh).await;
    let id = each("nonce", json!(["n", null]));
    refuses_claims(&verifier, TokenError::IdToken, id).await;
    let accepted = [
        ("neither claim", good()),
        ("another value", with("drn", json!("DS"))),
        ("a value that begins so", with("drn", json!("DSR2"))),
    ];
    accepts_claims(&verifier, accepted).await;
}

#[tokio::test]
async fn an_id_token_is_refused_by_its_marks_with_every_rule() {
    let verifier = accepting(|rules| rules.types.push("at+jwt".into()));
    for (claim, value) in [
        ("at_hash", json!("x")),
        ("at_hash", json!(null)),
        ("c_hash", json!("x")),
        ("token_use", json!("id")),
        ("typ", json!("ID")),
        ("token_type", json!("id_token")),
    ] {
        let mut claims = with(claim, value);
        claims["scope"] = json!("openid");
        let rows = [(format!("{claim} beside a scope"), claims.clone())];
        refuses_claims(&verifier, TokenError::IdToken, rows).await;
        let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": "fixed"});
        let token = TestKey::fixed().token_with_header(&header, &claims);
        let refused = refusal(&verifier, claim, &token).await;
        assert_eq!(refused, TokenError::IdToken, "{claim} in an at+jwt");
    }
    let other = [
        ("token_use", with("token_use", json!("access"))),
        ("token_use", with("token_use", json!(["id"]))),
        ("typ", with("typ", json!("Bearer"))),
        ("token_type", with("token_type", json!("Bearer"))),
    ];
    accepts_claims(&verifier, other).await;
}

#[tokio::test]
async fn a_nonce_marks_an_id_token_unless_there_is_a_client_and_a_scope_or_the_type_says_otherwise()
{
    let verifier = accepting(|rules| rules.types.push("at+jwt".into()));
    let with_nonce = |name: &str, value: Value| {
        let mut claims = with("nonce", json!("n"));
        claims["azp"] = json!("C1");
        claims[name] = value;
        claims
    };
    let mut without_client = with_nonce("scope", json!("openid"));
    without_client.as_object_mut().unwrap().remove("azp");
    let alone = [
        ("alone", with("nonce", json!("n"))),
        ("null", with("nonce", json!(null))),
        ("a scope without a client", without_client.clone()),
        ("a client alone", with_nonce("client_id", json!("C1"))),
        ("an empty scope", with_nonce("scope", json!(""))),
        ("no scope in the list", with_nonce("scp", json!([]))),
        ("a scope of no type", with_nonce("scope", json!(true))),
        ("a scope elsewhere", with_nonce("scopes", json!(["a"]))),
    ];
    refuses_claims(&verifier, TokenError::IdToken, alone).await;
    let accepted = [
        ("a scope", with_nonce("scope", json!("openid"))),
        ("scp", with_nonce("scp", json!(["a"]))),
    ];
    accepts_claims(&verifier, accepted).await;
    for (client, value, is_client) in [
        ("client_id", json!("C1"), true),
        ("azp", json!("C1"), true),
        ("appid", json!("C1"), true),
        ("cid", json!("C1"), true),
        ("client_id", json!(""), false),
        ("appid", json!(["C1"]), false),
        ("client", json!("C1"), false),
    ] {
        let mut claims = without_client.clone();
        claims[client] = value;
        let row = [(format!("{client} of {claims}"), claims)];
        match is_client {
            true => accepts_claims(&verifier, row).await,
            false => refuses_claims(&verifier, TokenError::IdToken, row).await,
        }
    }
    for (kind, expected) in [
        ("at+jwt", None),
        ("application/AT+JWT", None),
        ("JWT", Some(TokenError::IdToken)),
    ] {
        let header = json!({"alg": "RS256", "typ": kind, "kid": "fixed"});
        let bare = TestKey::fixed().token_with_header(&header, &with("nonce", json!("n")));
        let refused = refusal(&verifier, "no client", &bare).await;
        assert_eq!(refused, TokenError::IdToken, "{kind} without a client");
        let claims = with_nonce("cid", json!("C1"));
        let token = TestKey::fixed().token_with_header(&header, &claims);
        let found = verifier.verify(&token).await.err();
        let found = found.map(|error| error.code());
        assert_eq!(found, expected.map(|error| error.code()), "{kind}");
    }
}

#[tokio::test]
async fn a_refresh_or_logout_token_is_refused_by_its_marks_with_every_rule() {
    let refresh = [
        ("token_type", "refresh"),
        ("token_type", "refresh_token"),
        ("token_use", "refresh"),
        ("token_use", "refresh_token"),
        ("type", "refresh"),
        ("typ", "Refresh"),
        ("typ", "Offline"),
    ];
    let refresh = refresh.map(|(claim, value)| (claim, with(claim, json!(value))));
    refuses_claims(&usual(), TokenError::RefreshToken, refresh).await;
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let logout = [
        ("typ", with("typ", json!("Logout"))),
        ("events", with("events", events)),
        ("events null", with("events", json!(null))),
    ];
    let refused = TokenError::TypeNotAllowed(excerpt("logout token"));
    refuses_claims(&usual(), refused, logout).await;
    let other = [
        ("token_type", with("token_type", json!("Bearer"))),
        ("type", with("type", json!("access"))),
        ("event", with("event", json!("logout"))),
    ];
    accepts_claims(&usual(), other).await;
}

#[tokio::test]
async fn the_claims_come_back_as_they_were_sent() {
    let mut claims = with("permissions", json!(["users.create", "users.delete"]));
    claims["tenants"] = json!({"T1": {"roles": ["Tenant Admin"]}});
    claims["email_verified"] = json!(true);
    let token = usual()
        .verify(&TestKey::fixed().token(&claims))
        .await
        .unwrap();
    assert_eq!(Value::from(token.claims().clone()), claims);
    assert_eq!(
        (token.issuer(), token.subject(), token.key_id()),
        (ISSUER, "U1", "fixed")
    );
    assert_eq!(
        (
            token.text("sub"),
            token.text("email_verified"),
            token.text("none")
        ),
        (Some("U1"), None, None)
    );
    assert_eq!(token.claim("email_verified"), Some(&json!(true)));
}
