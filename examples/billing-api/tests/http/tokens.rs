//! Tests of invalid tokens and their responses.

use local_issuer::{Algorithm, Mint, PublicKeyForm, Signer};
use serde_json::json;

use crate::world::{ALL, Answer, READ, World, good};

#[actix_web::test]
async fn a_token_that_is_not_right_is_refused_with_its_reason() {
    let world = World::start().await;
    let issuer = world.issuer.auth0();
    let good = || good(issuer, ALL).claim("org_id", "O1");
    let invalid = "Unable to validate token";
    let claims = "Invalid claims. Please check the audience and issuer.";
    let cases: Vec<(Mint, &str, &str)> = vec![
        (good().expires_in(-60), "token_expired", "Token has expired"),
        (
            good().claim("nbf", 4_000_000_000_u64),
            "token_not_yet_valid",
            "Token is not yet valid",
        ),
        (
            good().claim("iss", format!("{}x", issuer.issuer())),
            "invalid_claims",
            claims,
        ),
        (
            good().claim("iss", issuer.issuer().trim_end_matches('/')),
            "invalid_claims",
            claims,
        ),
        (good().without_claim("iss"), "invalid_claims", claims),
        (
            good().claim("aud", issuer.issuer()),
            "invalid_claims",
            claims,
        ),
        (good().claim("aud", json!([])), "invalid_claims", claims),
        (good().without_claim("aud"), "invalid_claims", claims),
        (good().without_claim("exp"), "missing_claim", invalid),
        (good().claim("exp", "never"), "invalid_claim_type", invalid),
        (good().without_claim("sub"), "missing_claim", invalid),
        (
            good().header("kid", "nobody's"),
            "key_not_found",
            "Unable to find appropriate key",
        ),
        (good().without_header("kid"), "missing_key_id", invalid),
        (good().corrupted_signature(), "invalid_signature", invalid),
        (
            good().signed_by(Signer::PublicKeyAsSecret(PublicKeyForm::Pem)),
            "algorithm_not_allowed",
            invalid,
        ),
        (
            good().header("alg", "none"),
            "algorithm_not_allowed",
            invalid,
        ),
        (
            good().header("typ", "id+jwt"),
            "token_type_not_allowed",
            invalid,
        ),
        (good().claim("nonce", "x"), "id_token", invalid),
        (
            good().claim("cnf", json!({"jkt": "x"})),
            "sender_constrained_token",
            invalid,
        ),
    ];
    for (mint, code, detail) in cases {
        let token = mint.token().unwrap();
        for path in ["/billing/", "/billing/invoices"] {
            let answer = world.get(path, &token).await;
            answer.is_problem(401, code, detail);
            let challenge = answer.header("www-authenticate");
            let start = "Bearer realm=\"billing-api\", error=\"invalid_token\"";
            assert!(challenge.starts_with(start), "{challenge}");
        }
    }
    assert_eq!(
        world
            .get("/billing/", &good().token().unwrap())
            .await
            .status,
        200
    );
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
    assert_eq!(
        (twice.status, &twice.body["code"]),
        (400, &json!("invalid_request"))
    );
    let big = world.get("/billing/", &"x".repeat(20_000)).await;
    assert!(matches!(big.status, 401 | 431), "{big:?}");
}

#[actix_web::test]
async fn scopes_count_in_the_claim_that_is_set_alone() {
    let world = World::with(&[
        ("SCOPES_CLAIM", "https://example.com/scopes"),
        ("ROLES_CLAIM", "realm_access.roles"),
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
    let nested = world
        .get(
            "/billing/",
            &token("https://example", json!({"com/scopes": [READ]})),
        )
        .await;
    assert_eq!(nested.status, 403);
    let listed = world
        .get(
            "/billing/",
            &token("https://example.com/scopes", json!([READ])),
        )
        .await;
    assert_eq!(listed.status, 200);
    let text = world
        .get(
            "/billing/",
            &token("https://example.com/scopes", json!(format!("a {READ}"))),
        )
        .await;
    assert_eq!(text.status, 200);
    let me = good(world.issuer.auth0(), &["not counted"])
        .claim("realm_access.roles", json!(["owner"]))
        .claim("roles", json!(["not counted"]))
        .claim("org_id", 7);
    let me = world.get("/billing/me", &me.token().unwrap()).await;
    assert_eq!(
        me.body,
        json!({"subject": "U1", "org_id": null, "scopes": [], "roles": ["owner"]})
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
