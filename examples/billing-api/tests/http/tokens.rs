//! Tests of invalid tokens and their responses.

use local_issuer::{Algorithm, PublicKeyForm, Signer};
use serde_json::json;

use crate::world::{ALL, Answer, READ, World, good};

#[actix_web::test]
async fn a_token_that_is_not_right_is_refused_with_its_reason() {
    let world = World::start().await;
    let issuer = world.issuer.auth0();
    let good = || good(issuer, ALL).claim("org_id", "O1");
    let longer = format!("{}x", issuer.issuer());
    let shorter = issuer.issuer().trim_end_matches('/').to_owned();
    let pem = Signer::PublicKeyAsSecret(PublicKeyForm::Pem);
    let bound = json!({"jkt": "x"});
    let cases = [
        (good().expires_in(-60), "token_expired"),
        (
            good().claim("nbf", 4_000_000_000_u64),
            "token_not_yet_valid",
        ),
        (good().claim("iss", longer), "invalid_claims"),
        (good().claim("iss", shorter), "invalid_claims"),
        (good().without_claim("iss"), "invalid_claims"),
        (good().claim("aud", issuer.issuer()), "invalid_claims"),
        (good().claim("aud", json!([])), "invalid_claims"),
        (good().without_claim("aud"), "invalid_claims"),
        (good().without_claim("exp"), "missing_claim"),
        (good().claim("exp", "never"), "invalid_claim_type"),
        (good().without_claim("sub"), "missing_claim"),
        (good().header("kid", "nobody's"), "key_not_found"),
        (good().without_header("kid"), "missing_key_id"),
        (good().corrupted_signature(), "invalid_signature"),
        (good().signed_by(pem), "algorithm_not_allowed"),
        (good().header("alg", "none"), "algorithm_not_allowed"),
        (good().header("typ", "id+jwt"), "token_type_not_allowed"),
        (good().claim("nonce", "x"), "id_token"),
        (good().claim("cnf", bound), "sender_constrained_token"),
    ];
    for (mint, code) in cases {
        let detail = match code {
            "token_expired" => "Token has expired",
            "token_not_yet_valid" => "Token is not yet valid",
            "invalid_claims" => "Invalid claims. Please check the audience and issuer.",
            "key_not_found" => "Unable to find appropriate key",
            _ => "Unable to validate token",
        };
        let token = mint.token().unwrap();
        for path in ["/billing/", "/billing/invoices"] {
            let answer = world.get(path, &token).await;
            answer.is_problem(401, code, detail);
            let challenge = answer.header("www-authenticate");
            let start = "Bearer realm=\"billing-api\", error=\"invalid_token\"";
            assert!(challenge.starts_with(start), "{challenge}");
        }
    }
    let accepted = world.get("/billing/", &good().token().unwrap()).await;
    assert_eq!(accepted.status, 200);
}

#[actix_web::test]
async fn credentials_that_are_no_token_are_refused() {
    let world = World::start().await;
    let malformed = "Unable to validate token: Not enough segments";
    for (header, status, code, detail) in [
        ("Basic dTpw", 401, "missing_token", "Not authenticated"),
        ("bearer x", 401, "malformed_token", malformed),
        ("Bearer x.y", 401, "malformed_token", malformed),
    ] {
        let request = world
            .service
            .request("GET", "/billing/")
            .header("authorization", header);
        Answer::of(request).await.is_problem(status, code, detail);
    }
    let token = world.token("O1", ALL);
    let twice = world
        .service
        .request("GET", "/billing/")
        .bearer_auth(&token)
        .bearer_auth(&token);
    let twice = Answer::of(twice).await;
    twice.has_code(400, "invalid_request", "two headers");
    let big = world.get("/billing/", &"x".repeat(20_000)).await;
    assert!(matches!(big.status, 401 | 431), "{big:?}");
}

#[actix_web::test]
async fn scopes_count_in_the_claim_that_is_set_alone() {
    let world = World::with(&[
        ("SCOPES_CLAIM", "https://example.com/scopes"),
        ("ROLES_CLAIM", "realm_access.roles"),
        ("PERMISSIONS_CLAIM", "permissions"),
        ("ORGANIZATION_CLAIM", "o.id"),
    ])
    .await;
    let token = |claim: &str, value| {
        good(world.issuer.auth0(), &[])
            .claim(claim, value)
            .token()
            .unwrap()
    };
    for claim in ["scopes", "scope", "permissions", "https://example.com"] {
        let refused = world.get("/billing/", &token(claim, json!([READ]))).await;
        refused.is_problem(403, "insufficient_scope", "Not enough permissions");
    }
    let namespaced = "https://example.com/scopes";
    for (claim, value, status) in [
        ("https://example", json!({"com/scopes": [READ]}), 403),
        (namespaced, json!([READ]), 200),
        (namespaced, json!(format!("a {READ}")), 200),
    ] {
        let answer = world.get("/billing/", &token(claim, value)).await;
        assert_eq!(answer.status, status, "{claim}: {answer:?}");
    }
    let me = good(world.issuer.auth0(), &["not counted"])
        .claim("realm_access", json!({"roles": ["owner"]}))
        .claim("realm_access.roles", json!(["not counted"]))
        .claim("roles", json!(["not counted"]))
        .claim("permissions", json!(["a"]))
        .claim("o", json!({"id": "O1"}))
        .claim("org_id", "not counted");
    let me = world.get("/billing/me", &me.token().unwrap()).await;
    assert_eq!(
        me.body,
        json!({"subject": "U1", "org_id": "O1", "scopes": [], "roles": ["owner"], "permissions": ["a"]})
    );
}

#[actix_web::test]
async fn other_algorithms_are_accepted_where_they_are_set() {
    let world = World::with(&[("ALGORITHMS", "ES256,EdDSA")]).await;
    let issuer = world.issuer.auth0();
    let rs256 = world.get("/billing/", &world.token("O1", ALL)).await;
    rs256.is_problem(401, "algorithm_not_allowed", "Unable to validate token");
    let algorithms = [Algorithm::Es256, Algorithm::EdDsa];
    for kid in algorithms.map(|algorithm| issuer.publish(algorithm).unwrap()) {
        let token = good(issuer, ALL)
            .signed_by(Signer::Published(kid))
            .token()
            .unwrap();
        assert_eq!(world.get("/billing/", &token).await.status, 200);
    }
}
