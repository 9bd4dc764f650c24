//! Access tokens in the form of RFC 9068 only.

use super::*;

fn strict() -> Verifier {
    accepting(|rules| *rules = rules.clone().for_rfc_9068_only())
}

/// Returns the claims of RFC 9068, section 2.2, with a change.
fn access(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = good();
    claims["jti"] = json!("dbe39bf3a3ba4238a513f51d6e1691c4");
    claims["client_id"] = json!("s6BhdRkqt3");
    change(&mut claims);
    claims
}

fn signed_as(token_type: Option<&str>, claims: &Value) -> String {
    let mut header = json!({"alg": "RS256", "kid": "fixed"});
    if let Some(token_type) = token_type {
        header["typ"] = json!(token_type);
    }
    TestKey::fixed().token_with_header(&header, claims)
}

#[tokio::test]
async fn another_type_is_refused() {
    for token_type in [None, Some("JWT"), Some("jwt"), Some("at"), Some("at+jwt ")] {
        let token = signed_as(token_type, &access(|_| {}));
        let error = refusal(&strict(), "another type", &token).await;
        assert_eq!(error.code(), "token_type_not_allowed", "{token_type:?}");
    }
}

#[tokio::test]
async fn a_token_without_a_claim_of_section_2_2_is_refused() {
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        let claims = access(|claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        let error = refusal(&strict(), name, &signed_as(Some("at+jwt"), &claims)).await;
        let expected = match name {
            "iss" => TokenError::InvalidIssuer(Excerpt::new(None)),
            _ => TokenError::MissingClaim(name),
        };
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn a_claim_that_says_nothing_is_missing() {
    for name in ["client_id", "jti", "aud"] {
        let claims = access(|claims| claims[name] = json!(""));
        let error = refusal(&strict(), name, &signed_as(Some("at+jwt"), &claims)).await;
        assert_eq!(error, TokenError::MissingClaim(name));
    }
    for value in [json!(null), json!(5), json!(["a"])] {
        let claims = access(|claims| claims["client_id"] = value);
        let error = refusal(&strict(), "client", &signed_as(Some("at+jwt"), &claims)).await;
        assert_eq!(error, TokenError::InvalidClaimType("client_id"));
    }
}

#[tokio::test]
async fn an_audience_that_may_be_missing_elsewhere_may_not_here() {
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::RequiredUnless(vec![AUDIENCE.to_owned()], |_| true);
        *rules = rules.clone().for_rfc_9068_only();
    });
    let claims = access(|claims| {
        claims.as_object_mut().unwrap().remove("aud");
    });
    let error = refusal(&verifier, "no aud", &signed_as(Some("at+jwt"), &claims)).await;
    assert_eq!(error, TokenError::MissingClaim("aud"));
}

#[tokio::test]
async fn an_access_token_of_rfc_9068_is_accepted() {
    for token_type in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        let token = signed_as(Some(token_type), &access(|_| {}));
        assert!(strict().verify(&token).await.is_ok(), "{token_type}");
    }
}

#[tokio::test]
async fn elsewhere_none_of_it_is_asked_for() {
    let lenient = accepting(|rules| rules.types.push("at+jwt".into()));
    for token_type in [None, Some("JWT"), Some("at+jwt")] {
        let token = signed_as(token_type, &good());
        assert!(lenient.verify(&token).await.is_ok(), "{token_type:?}");
    }
}
