use local_issuer::{Algorithm, ProviderHandle, Rotation};
use serde_json::{Map, Value, json};

use crate::support::{control, controlled, get_json, json_of, names, refused, rows, try_verify};

async fn token(provider: &ProviderHandle, asked: Value) -> String {
    let (status, answer) = control(provider, "mint", &asked).await;
    assert_eq!(status, 200, "{asked}: {answer}");
    answer["token"].as_str().unwrap().to_owned()
}

fn raw(token: &str, segment: usize) -> &str {
    token.split('.').nth(segment).unwrap()
}

fn text(token: &str, segment: usize) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    String::from_utf8(URL_SAFE_NO_PAD.decode(raw(token, segment)).unwrap()).unwrap()
}

#[tokio::test]
async fn what_cannot_be_minted_is_422_and_names_the_member() {
    let issuer = controlled().await;
    let auth0 = issuer.auth0();
    let table = json!([
        [{ "persona": "x" }, "persona", "no persona is called x"],
        [{ "persona": "admin", "kind": "session" }, "kind", "no Session tokens"],
        [{ "kind": "bearer" }, "kind", "expected one of `access`, `id`"],
        [{ "claims": [] }, "claims", "expected a map"],
        [{ "without_claims": "aud" }, "without_claims", "expected a sequence"],
        [{ "signer": "nobody" }, "signer", "`unpublished`"],
        [{ "signer": { "unpublished": "HS256" } }, "signer.unpublished", "expected one of `RS256`"],
        [{ "signer": { "published": "x" } }, "signer", "no key x"],
        [{ "signer": { "withdrawn": "x" } }, "signer", "no key x"],
        [{ "signer": { "hostile": "x" } }, "signer", "no key x"],
        [{ "signer": { "public_key_as_secret": "hex" } }, "signer.public_key_as_secret", "`pem`"],
        [{ "algorithm": "ES256" }, null, "this key cannot sign with ES256"],
        [{ "signature": "lost" }, "signature", "`malleable`"],
        [{ "signature": "malleable" }, "signature", "ES256 or ES384"],
        [{ "segments": { "footer": "x" } }, "segments.footer", "unknown field `footer`"],
    ]);
    for row in rows(table) {
        let [asked, member, expected] = &row[..] else {
            panic!("{row:?}")
        };
        let (found, description) = refused(auth0, "mint", asked).await;
        assert_eq!(&found, member, "{asked}: {description}");
        let expected = expected.as_str().unwrap();
        assert!(description.contains(expected), "{asked}: {description}");
    }
}

#[tokio::test]
async fn claims_and_header_can_be_anything_over_http() {
    let issuer = controlled().await;
    let descope = issuer.descope();
    let set = get_json(&descope.jwks_url()).await;
    let plain = token(descope, json!({ "persona": "admin" })).await;
    let (_, claims) = try_verify(&plain, &set).unwrap();
    assert_eq!(claims["iss"], descope.issuer());

    let changed = token(
        descope,
        json!({
            "persona": "admin", "kind": "session",
            "claims": { "iss": ["a", "b"], "x": 1 }, "without_claims": ["sub"], "expires_in_seconds": 7,
            "header": { "alg": "RS1", "crit": ["b64"], "jku": "http://evil.example/" }, "without_header": ["typ"],
        }),
    )
    .await;
    let (header, claims) = (json_of(&changed, 0), json_of(&changed, 1));
    assert_eq!(names(&header), "alg kid crit jku");
    assert_eq!(
        (&header["alg"], &claims["iss"]),
        (&json!("RS1"), &json!(["a", "b"]))
    );
    assert_eq!(
        (&claims["drn"], &claims["x"], claims.get("sub")),
        (&json!("DS"), &json!(1), None)
    );
    assert!((claims["exp"].as_i64().unwrap() - descope.now() - 7).abs() < 60);

    let payload = r#"{"sub":"a","sub":"b","exp":1e999,"deep":[[[[{}]]]]}"#;
    let spoilt = token(descope, json!({ "payload": payload, "header_text": "{" })).await;
    assert_eq!(
        (text(&spoilt, 0).as_str(), text(&spoilt, 1).as_str()),
        ("{", payload)
    );
    let segments = json!({ "header": "!!!", "payload": "", "signature": "not base64" });
    assert_eq!(
        token(descope, json!({ "segments": segments })).await,
        "!!!..not base64"
    );
    let bare = token(descope, json!({})).await;
    assert_eq!(json_of(&bare, 1), Map::new());
    let bare = token(
        issuer.auth0(),
        json!({ "claims": { "sub": "x" }, "kind": "id" }),
    )
    .await;
    assert_eq!(names(&json_of(&bare, 1)), "sub");
}

#[tokio::test]
async fn anybody_can_sign_over_http() {
    let issuer = controlled().await;
    let auth0 = issuer.auth0();
    let first = auth0.key_ids();
    auth0.rotate(Rotation::default().and_revoke()).unwrap();
    let es256 = auth0.publish(Algorithm::Es256).unwrap();
    let (_, hostile) = control(auth0, "keys/hostile", &json!({ "key": "for_encryption" })).await;
    let now = auth0.key_ids();
    let set = get_json(&auth0.jwks_url()).await;
    // The signer, the key id in the header (null: any), and what a verifier says.
    let table = json!([
        ["current", now.current, "good"],
        ["next", now.next, "good"],
        [{ "published": es256 }, es256, "good"],
        [{ "hostile": hostile["id"] }, hostile["kid"], "good"],
        [{ "withdrawn": first.current }, first.current, "no key"],
        [{ "unpublished": "ES384" }, null, "no key"],
        [{ "impostor": "RS256" }, now.current, "InvalidSignature"],
        [{ "secret": "guess" }, now.current, "InvalidKeyFormat"],
        [{ "public_key_as_secret": "pem" }, now.current, "InvalidKeyFormat"],
    ]);
    for row in rows(table) {
        let [signer, kid, verdict] = &row[..] else {
            panic!("{row:?}")
        };
        let asked = json!({ "persona": "admin", "signer": signer });
        let token = token(auth0, asked).await;
        let header = json_of(&token, 0);
        assert!(
            kid.is_null() || header["kid"] == *kid,
            "{signer}: {header:?}"
        );
        let found = try_verify(&token, &set).map_or_else(|error| error, |_| "good".to_owned());
        assert!(
            found.starts_with(verdict.as_str().unwrap()),
            "{signer}: {found}"
        );
    }
    let unsigned = token(auth0, json!({ "signer": "none" })).await;
    assert_eq!(
        (json_of(&unsigned, 0)["alg"].as_str(), raw(&unsigned, 2)),
        (Some("none"), "")
    );
    let other = token(auth0, json!({ "persona": "admin", "algorithm": "PS256" })).await;
    assert_eq!(json_of(&other, 0)["alg"], "PS256");
    let spoilt = token(auth0, json!({ "persona": "admin", "signature": "zeroed" })).await;
    assert!(raw(&spoilt, 2).len() == 342 && raw(&spoilt, 2).chars().all(|letter| letter == 'A'));

    let asked =
        json!({ "persona": "admin", "signer": { "unpublished": "RS256" }, "embed_key": true });
    let (_, minted) = control(auth0, "mint", &asked).await;
    assert_eq!(
        json_of(minted["token"].as_str().unwrap(), 0)["jwk"],
        minted["jwk"]
    );
    assert_eq!(minted["jwk"].get("d"), None);
}
