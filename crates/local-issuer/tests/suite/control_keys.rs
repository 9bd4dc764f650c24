use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation, decode};
use local_issuer::{
    Algorithm, ControlLimits, HostileKey, KeyError, LocalIssuer, MintError, ProviderHandle,
    Rotation, Signer, TokenKind,
};
use serde_json::{Value, json};

use crate::support::{control, controlled, get_json, json_of, quick, refused, start, try_verify};

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
    let length = |jwk: &Value, member: &str| jwk[member].as_str().unwrap().len();
    type Check<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let rows: Vec<(Value, usize, Check<'_>)> = vec![
        (
            json!("shared_secret"),
            2,
            Box::new(|jwk| jwk["kty"] == "oct" && length(jwk, "k") == 43),
        ),
        (
            json!("small_rsa"),
            2,
            Box::new(|jwk| length(jwk, "n") == 171),
        ),
        (
            json!("rsa_exponent_one"),
            2,
            Box::new(|jwk| jwk["e"] == "AQ" && length(jwk, "n") == 342),
        ),
        (
            json!("rsa_even_exponent"),
            2,
            Box::new(|jwk| jwk["e"] == "AQAA"),
        ),
        (
            json!("point_off_curve"),
            2,
            Box::new(|jwk| jwk["crv"] == "P-256" && length(jwk, "x") == 43),
        ),
        (
            json!("wrong_key_type"),
            2,
            Box::new(|jwk| jwk["kty"] == "EC" && length(jwk, "n") == 342),
        ),
        (
            json!("wrong_curve"),
            2,
            Box::new(|jwk| jwk["crv"] == "P-384" && length(jwk, "x") == 43),
        ),
        (
            json!("other_algorithm"),
            2,
            Box::new(|jwk| jwk["alg"] == "PS256"),
        ),
        (
            json!("for_encryption"),
            2,
            Box::new(|jwk| jwk["use"] == "enc"),
        ),
        (
            json!("other_operations"),
            2,
            Box::new(|jwk| jwk["key_ops"] == json!(["encrypt", "wrapKey"])),
        ),
        (
            json!("operations_no_list"),
            2,
            Box::new(|jwk| jwk["key_ops"] == "verify"),
        ),
        (
            json!("duplicate_before"),
            0,
            Box::new(|jwk| jwk["kid"] == current["kid"] && jwk["n"] != current["n"]),
        ),
        (
            json!("duplicate_after"),
            2,
            Box::new(|jwk| jwk["kid"] == current["kid"] && jwk["n"] != current["n"]),
        ),
        (
            json!("no_key_id"),
            2,
            Box::new(|jwk| jwk.get("kid").is_none() && length(jwk, "n") == 342),
        ),
        (json!("empty_key_id"), 2, Box::new(|jwk| jwk["kid"] == "")),
        (
            json!("long_key_id"),
            2,
            Box::new(|jwk| length(jwk, "kid") == 10_000),
        ),
        (
            json!("padded_base64"),
            2,
            Box::new(|jwk| jwk["n"].as_str().unwrap().ends_with("==")),
        ),
        (
            json!("private_parts"),
            2,
            Box::new(|jwk| length(jwk, "d") > 300 && length(jwk, "qi") > 150),
        ),
        (
            json!({ "jwk": { "kty": "RSA", "n": 7 } }),
            2,
            Box::new(|jwk| *jwk == json!({ "kty": "RSA", "n": 7 })),
        ),
        (
            json!({ "jwk": "no object" }),
            2,
            Box::new(|jwk| jwk == "no object"),
        ),
    ];
    for (name, place, is_so) in rows {
        let (status, made) = control(auth0, "keys/hostile", &json!({ "key": name })).await;
        assert_eq!((status, &made["keys"]), (200, &json!(1)), "{name}: {made}");
        let set = keys(auth0).await;
        assert_eq!(set.len(), 3, "{name}");
        assert!(is_so(&set[place]), "{name}: {}", set[place]);
        let kid = set[place].get("kid").cloned().unwrap_or_default();
        assert_eq!(made["kid"], kid, "{name}");
        let (_, left) = control(auth0, "keys/remove", &json!({ "id": made["id"] })).await;
        assert_eq!(left, json!({ "hostile_keys": [] }));
    }
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
