use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation, decode};
use local_issuer::{
    Algorithm, ControlLimits, HostileKey, KeyError, LocalIssuer, MintError, ProviderHandle,
    Rotation, Signer, TokenKind,
};
use serde_json::{Value, json};

use crate::support::{
    assert_members, control, controlled, get_json, json_of, quick, refused, rows, start, try_verify,
};

async fn keys(provider: &ProviderHandle) -> Vec<Value> {
    let set = get_json(&provider.jwks_url()).await;
    set["keys"].as_array().unwrap().clone()
}

async fn kids(provider: &ProviderHandle) -> Vec<String> {
    let kid = |jwk: Value| jwk["kid"].as_str().unwrap().to_owned();
    keys(provider).await.into_iter().map(kid).collect()
}

fn signed(provider: &ProviderHandle, signer: Signer) -> Result<String, MintError> {
    let mint = provider.mint("admin", TokenKind::Access).unwrap();
    mint.signed_by(signer).token()
}

#[tokio::test]
async fn a_rotation_goes_in_steps_and_back() {
    let issuer = controlled().await;
    let descope = issuer.descope();
    let first = descope.key_ids().current;
    let (status, ahead) = control(descope, "rotate", &json!({ "publish_ahead": true })).await;
    assert_eq!((status, &ahead["current"]), (200, &json!(first)));
    let next = ahead["next"].as_str().unwrap().to_owned();
    assert_eq!(kids(descope).await, [first.clone(), next.clone()]);

    let (_, rotated) = control(descope, "rotate", &json!({})).await;
    assert_eq!(
        (&rotated["current"], &rotated["previous"]),
        (&json!(next), &json!([first]))
    );
    let (_, revoked) = control(
        descope,
        "rotate",
        &json!({ "publish_ahead": false, "revoke": true }),
    )
    .await;
    assert_eq!(
        (&revoked["previous"], &revoked["withdrawn"]),
        (&json!([]), &json!([next, first]))
    );
    assert_eq!(kids(descope).await.len(), 1);
    assert_eq!(serde_json::to_value(descope.key_ids()).unwrap(), revoked);

    let old = signed(descope, Signer::Withdrawn(first.clone())).unwrap();
    let set = get_json(&descope.jwks_url()).await;
    assert!(try_verify(&old, &set).unwrap_err().starts_with("no key"));
    let (status, _) = control(descope, "keys/restore", &json!({ "kid": first })).await;
    assert_eq!(status, 200);
    try_verify(&old, &get_json(&descope.jwks_url()).await).unwrap();
}

#[tokio::test]
async fn a_key_can_be_withheld_withdrawn_and_restored() {
    let issuer = controlled().await;
    let auth0 = issuer.auth0();
    let ids = auth0.key_ids();
    let (current, next) = (ids.current, ids.next.unwrap());
    for (call, kid, expected) in [
        ("keys/withhold", "x", "expected the id of a key in use"),
        ("keys/withdraw", "x", "a key other than the current one"),
        (
            "keys/withdraw",
            current.as_str(),
            "withhold it, or rotate first",
        ),
        (
            "keys/restore",
            current.as_str(),
            "was withheld, withdrawn or revoked",
        ),
    ] {
        let (member, description) = refused(auth0, call, &json!({ "kid": kid })).await;
        assert_eq!(member, "kid");
        assert!(description.contains(expected), "{description}");
    }
    assert_eq!(kids(auth0).await, [current.clone(), next.clone()]);

    let (status, answer) = control(auth0, "keys/withhold", &json!({ "kid": current })).await;
    assert_eq!((status, &answer["withheld"]), (200, &json!([current])));
    assert_eq!(kids(auth0).await, [next.as_str()]);
    let token = signed(auth0, Signer::Current).unwrap();
    assert_eq!(json_of(&token, 0)["kid"], current, "it signs all the same");
    control(auth0, "keys/restore", &json!({ "kid": current })).await;
    assert_eq!(kids(auth0).await, [current.clone(), next.clone()]);

    control(auth0, "keys/withdraw", &json!({ "kid": next })).await;
    assert_eq!(kids(auth0).await, [current.as_str()]);
    assert!(matches!(
        signed(auth0, Signer::Next),
        Err(MintError::NoSuchKey(_))
    ));
    signed(auth0, Signer::Withdrawn(next.clone())).unwrap();
    control(auth0, "keys/restore", &json!({ "kid": next })).await;
    assert_eq!(kids(auth0).await, [current, next]);
    let (_, published) = control(auth0, "keys/publish", &json!({ "algorithm": "ES384" })).await;
    let kid = published["kid"].as_str().unwrap();
    assert_eq!(kids(auth0).await[2], kid);
    assert_eq!(keys(auth0).await[2]["crv"], "P-384");
}

#[tokio::test]
async fn hostile_keys_are_wrong_in_the_one_way_they_say() {
    let issuer = controlled().await;
    let auth0 = issuer.auth0();
    let current = keys(auth0).await[0].clone();
    // The key, its place in the key set, members that it has (null: has not), and the length of a member.
    let table = json!([
        ["shared_secret", 2, { "kty": "oct" }, ["k", 43]],
        ["small_rsa", 2, {}, ["n", 171]],
        ["rsa_exponent_one", 2, { "e": "AQ" }, ["n", 342]],
        ["rsa_even_exponent", 2, { "e": "AQAA" }, ["n", 342]],
        ["point_off_curve", 2, { "crv": "P-256" }, ["x", 43]],
        ["wrong_key_type", 2, { "kty": "EC" }, ["n", 342]],
        ["wrong_curve", 2, { "crv": "P-384" }, ["x", 43]],
        ["other_algorithm", 2, { "alg": "PS256" }, ["n", 342]],
        ["for_encryption", 2, { "use": "enc" }, ["n", 342]],
        ["other_operations", 2, { "key_ops": ["encrypt", "wrapKey"] }, ["n", 342]],
        ["operations_no_list", 2, { "key_ops": "verify" }, ["n", 342]],
        ["duplicate_before", 0, { "kid": current["kid"] }, ["n", 342]],
        ["duplicate_after", 2, { "kid": current["kid"] }, ["n", 342]],
        ["no_key_id", 2, { "kid": null }, ["n", 342]],
        ["empty_key_id", 2, { "kid": "" }, ["n", 342]],
        ["long_key_id", 2, {}, ["kid", 10_000]],
        // 342 letters, and the padding.
        ["padded_base64", 2, {}, ["n", 344]],
        ["private_parts", 2, { "e": "AQAB" }, ["n", 342]],
        [{ "jwk": { "kty": "RSA", "n": 7 } }, 2, { "kty": "RSA", "n": 7, "kid": null }, null],
    ]);
    for row in rows(table) {
        let [name, place, members, long] = &row[..] else {
            panic!("{row:?}")
        };
        let place = usize::try_from(place.as_u64().unwrap()).unwrap();
        let (status, made) = control(auth0, "keys/hostile", &json!({ "key": name })).await;
        assert_eq!((status, &made["keys"]), (200, &json!(1)), "{name}: {made}");
        let set = keys(auth0).await;
        assert_eq!(set.len(), 3, "{name}");
        assert_members(set[place].as_object().unwrap(), members.clone());
        assert_ne!(set[place]["n"], current["n"], "{name} is another key");
        if let Some(member) = long[0].as_str() {
            assert_eq!(
                set[place][member].as_str().unwrap().len(),
                long[1],
                "{name}"
            );
        }
        if name == "private_parts" {
            // A number may start with a zero byte, which is not written.
            let [d, qi] = ["d", "qi"].map(|member| set[place][member].as_str().unwrap().len());
            assert!(d > 300 && qi > 150, "{d} and {qi} letters");
        }
        let kid = set[place].get("kid").cloned().unwrap_or_default();
        assert_eq!(made["kid"], kid, "{name}");
        let (_, left) = control(auth0, "keys/remove", &json!({ "id": made["id"] })).await;
        assert_eq!(left, json!({ "hostile_keys": [] }));
    }
    let published = auth0.publish_foreign(json!("no object"));
    assert_eq!(
        (published.unwrap(), &keys(auth0).await[2]),
        ((), &json!("no object"))
    );
    control(auth0, "keys/remove", &json!({})).await;
    let (_, many) = control(auth0, "keys/hostile", &json!({ "key": { "many": 1000 } })).await;
    assert_eq!(many["keys"], 1000);
    let mut all = kids(auth0).await;
    assert_eq!(all.len(), 1002);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 1002, "each has an id of its own");
    let (member, _) = refused(auth0, "keys/remove", &json!({ "id": "x" })).await;
    assert_eq!(member, "id");
    control(auth0, "keys/remove", &json!({})).await;
    assert_eq!(keys(auth0).await.len(), 2);
    let (member, description) = refused(auth0, "keys/hostile", &json!({ "key": "x" })).await;
    assert_eq!(member, "key");
    assert!(description.contains("`duplicate_before`"), "{description}");
}

#[tokio::test]
async fn hostile_keys_sign_where_they_can() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let sign = |key: HostileKey| {
        let made = auth0.publish_hostile(&key).unwrap();
        signed(auth0, Signer::Hostile(made.id))
    };
    for key in [
        HostileKey::SmallRsa,
        HostileKey::RsaEvenExponent,
        HostileKey::PointOffCurve,
        HostileKey::Many(1),
        HostileKey::Jwk(Value::Null),
    ] {
        assert!(matches!(sign(key), Err(MintError::CannotSign(_))));
    }
    let unknown = signed(auth0, Signer::Hostile("hostile-99".to_owned()));
    assert!(matches!(unknown, Err(MintError::NoSuchKey(_))));

    let token = sign(HostileKey::NoKeyId).unwrap();
    assert_eq!(json_of(&token, 0).get("kid"), None);
    let token = sign(HostileKey::ForEncryption).unwrap();
    try_verify(&token, &get_json(&auth0.jwks_url()).await).unwrap();
    let token = sign(HostileKey::DuplicateAfter).unwrap();
    assert_eq!(json_of(&token, 0)["kid"], auth0.key_ids().current);
    let error = try_verify(&token, &get_json(&auth0.jwks_url()).await).unwrap_err();
    assert_eq!(error, "InvalidSignature", "the first of the two is asked");
    let token = sign(HostileKey::DuplicateBefore).unwrap();
    try_verify(&token, &get_json(&auth0.jwks_url()).await).unwrap();

    let token = sign(HostileKey::SharedSecret).unwrap();
    let listed = keys(auth0).await;
    let secret = listed.iter().find(|jwk| jwk["kty"] == "oct").unwrap();
    let secret = URL_SAFE_NO_PAD
        .decode(secret["k"].as_str().unwrap())
        .unwrap();
    let key = DecodingKey::from_secret(&secret);
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_aud = false;
    decode::<Value>(&token, &key, &validation).unwrap();
}

#[tokio::test]
async fn the_forgery_for_exponent_one_is_the_encoded_message_itself() {
    let issuer = start().await;
    let made = issuer
        .auth0()
        .publish_hostile(&HostileKey::RsaExponentOne)
        .unwrap();
    let token = signed(issuer.auth0(), Signer::Hostile(made.id)).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(signature.len(), 256, "as long as the modulus");
    assert_eq!(signature[..2], [0, 1]);
    let end = 2 + 202;
    assert!(signature[2..end].iter().all(|byte| *byte == 0xff));
    assert_eq!(signature[end], 0);
    assert_eq!(
        signature[end + 1],
        0x30,
        "then the DigestInfo, whose last 32 bytes are the digest"
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message.as_bytes());
    assert_eq!(&signature[224..], digest.as_ref());
}

#[tokio::test]
async fn the_number_of_keys_is_limited() {
    let mut config = quick();
    config.control_limits = ControlLimits {
        keys: 5,
        ..ControlLimits::default()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    let auth0 = issuer.auth0();
    let many = auth0.publish_hostile(&HostileKey::Many(4)).unwrap_err();
    assert!(matches!(many, KeyError::TooMany { limit: 5 }), "{many}");
    auth0.publish_hostile(&HostileKey::Many(3)).unwrap();
    assert!(auth0.publish(Algorithm::Es256).is_err());
    assert!(auth0.publish_foreign(json!({})).is_err());
    assert_eq!(keys(auth0).await.len(), 5);
    auth0.rotate(Rotation::default()).unwrap();
    auth0.reset().unwrap();
    auth0.publish(Algorithm::Es256).unwrap();
    assert_eq!(keys(auth0).await.len(), 3);
}
