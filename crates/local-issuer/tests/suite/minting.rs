use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation, decode};
use local_issuer::{Algorithm, MintError, PublicKeyForm, Segment, Signer, TokenKind};
use serde_json::{Map, Value, json};

use crate::support::{assert_members, get_json, json_of, names, start, try_verify, verified};

#[tokio::test]
async fn what_is_not_there_cannot_be_minted() {
    let issuer = start().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    assert!(
        matches!(descope.mint("x", TokenKind::Access), Err(MintError::UnknownPersona(name)) if name == "x")
    );
    use TokenKind::{Refresh, Session, SessionRefresh};
    for kind in [Session, Refresh, SessionRefresh] {
        let refused = auth0.mint("admin", kind);
        assert!(
            matches!(refused, Err(MintError::NoSuchToken { .. })),
            "{kind:?}"
        );
    }
    let mint = || descope.mint("admin", TokenKind::Access).unwrap();
    let minted = |signer| mint().signed_by(signer).token();
    assert!(
        matches!(minted(Signer::Next), Err(MintError::NoSuchKey(_))),
        "Descope publishes no key ahead by itself"
    );
    assert!(matches!(
        minted(Signer::Published("x".to_owned())),
        Err(MintError::NoSuchKey(_))
    ));
    let unsuitable = mint().algorithm(Algorithm::Es256).token();
    assert!(
        matches!(unsuitable, Err(MintError::Key(_))),
        "an RSA key cannot sign with ES256"
    );
}

#[tokio::test]
async fn forged_signatures_do_not_verify() {
    let issuer = start().await;
    let descope = issuer.descope();
    let set = get_json(&descope.jwks_url()).await;
    let mint = || descope.mint("admin", TokenKind::Access).unwrap();
    let unlisted = mint().signed_by(Signer::Unpublished(Algorithm::Rs256));
    let impostor = mint().signed_by(Signer::Impostor(Algorithm::Rs256));
    let cases = [
        (
            "corrupted",
            mint().corrupted_signature(),
            "InvalidSignature",
        ),
        ("a key that is not listed", unlisted, "no key"),
        (
            "another key under a listed id",
            impostor,
            "InvalidSignature",
        ),
        ("expired", mint().expires_in(-120), "ExpiredSignature"),
    ];
    for (case, mint, expected) in cases {
        let error = try_verify(&mint.token().unwrap(), &set).unwrap_err();
        assert!(error.starts_with(expected), "{case}: {error}");
    }
}

#[tokio::test]
async fn unsigned_and_shared_secret_tokens_are_what_they_claim_to_be() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let mint = |signer| {
        auth0
            .mint("admin", TokenKind::Access)
            .unwrap()
            .signed_by(signer)
            .token()
            .unwrap()
    };
    let unsigned = mint(Signer::Unsigned);
    assert!(unsigned.ends_with('.'), "{unsigned}");
    assert_eq!(json_of(&unsigned, 0)["alg"], "none");

    let modulus = get_json(&auth0.jwks_url()).await["keys"][0]["n"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_aud = false;
    for (token, secret) in [
        (
            mint(Signer::PublicKeyAsSecret(PublicKeyForm::Modulus)),
            modulus.as_bytes(),
        ),
        (mint(Signer::Secret(b"guess".to_vec())), b"guess"),
    ] {
        let data = decode::<Value>(&token, &DecodingKey::from_secret(secret), &validation).unwrap();
        assert_eq!(data.header.kid.unwrap(), auth0.key_ids().current);
    }
    let pem = mint(Signer::PublicKeyAsSecret(PublicKeyForm::Pem));
    let der = mint(Signer::PublicKeyAsSecret(PublicKeyForm::Der));
    assert_ne!(pem, der);
}

#[tokio::test]
async fn every_algorithm_signs_with_a_published_key() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    for algorithm in [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Ps256,
    ] {
        let kid = auth0.publish(algorithm).unwrap();
        let mint = auth0
            .mint("admin", TokenKind::Access)
            .unwrap()
            .signed_by(Signer::Published(kid.clone()));
        let (header, _) = verified(&mint.token().unwrap(), &auth0.jwks_url()).await;
        assert_eq!(
            (&header["alg"], &header["kid"]),
            (&json!(algorithm.name()), &json!(kid))
        );
    }
    for algorithm in [
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ] {
        let token = auth0
            .mint("admin", TokenKind::Access)
            .unwrap()
            .algorithm(algorithm)
            .token()
            .unwrap();
        let mut set = get_json(&auth0.jwks_url()).await;
        // The key is published for RS256, and a careful verifier would stop at that.
        set["keys"][0].as_object_mut().unwrap().remove("alg");
        assert_eq!(try_verify(&token, &set).unwrap().0["alg"], algorithm.name());
    }
}

#[tokio::test]
async fn claims_and_header_can_be_anything() {
    let issuer = start().await;
    let mint = issuer.descope().mint("admin", TokenKind::Access).unwrap();
    let token = mint
        .clone()
        .claim("iss", json!(["a", "b"]))
        .without_claim("aud")
        .header("crit", json!(["b64"]))
        .header("kid", "other")
        .without_header("typ")
        .token()
        .unwrap();
    let (header, claims) = (json_of(&token, 0), json_of(&token, 1));
    assert_eq!(names(&header), "alg kid crit");
    assert_eq!(
        (&header["kid"], &claims["iss"], claims.get("aud")),
        (&json!("other"), &json!(["a", "b"]), None)
    );

    let twice = r#"{"sub":"a","sub":"b"}"#;
    let token = mint.clone().payload(twice).token().unwrap();
    assert_eq!(
        token.split('.').nth(1).unwrap(),
        URL_SAFE_NO_PAD.encode(twice)
    );
    let token = mint.clone().header_bytes("{").token().unwrap();
    assert!(token.starts_with(&format!("{}.", URL_SAFE_NO_PAD.encode("{"))));
    let token = mint
        .segment(Segment::Header, "!!!")
        .segment(Segment::Payload, "")
        .segment(Segment::Signature, "not base64")
        .token()
        .unwrap();
    assert_eq!(token, "!!!..not base64");

    let bare = issuer
        .auth0()
        .mint_claims(Map::new())
        .claim("sub", "x")
        .token()
        .unwrap();
    assert_eq!(names(&json_of(&bare, 1)), "sub");
}

#[tokio::test]
async fn each_kind_of_token_has_its_own_claims() {
    let issuer = start().await;
    let descope = issuer.descope();
    let claims = |persona, kind| json_of(&descope.mint(persona, kind).unwrap().token().unwrap(), 1);
    assert_eq!(
        names(&claims("viewer", TokenKind::Id)),
        "aud azp email email_verified exp family_name given_name iat iss name permissions rexp \
         roles scope sub token_type"
    );
    let viewer = |kind| claims("viewer", kind);
    assert_members(&viewer(TokenKind::Id), json!({ "token_type": "id_token" }));
    assert_members(
        &viewer(TokenKind::Refresh),
        json!({ "token_type": "refresh_token" }),
    );
    let session = viewer(TokenKind::Session);
    assert_members(
        &session,
        json!({ "drn": "DS", "amr": ["email"], "aud": null }),
    );
    assert!(session["sub"].as_str().unwrap().starts_with('U'));
    let session = claims("session", TokenKind::Session);
    assert_members(&session, json!({ "drn": "DS", "amr": null }));
    let refresh = viewer(TokenKind::SessionRefresh);
    let four_weeks_later = refresh["iat"].as_i64().unwrap() + 28 * 86400;
    assert_members(
        &refresh,
        json!({ "drn": "DSR", "rexp": null, "exp": four_weeks_later }),
    );

    let id = issuer.auth0().mint("admin", TokenKind::Id).unwrap();
    let id = json_of(&id.token().unwrap(), 1);
    let exp = id["iat"].as_i64().unwrap() + 36000;
    assert_members(
        &id,
        json!({ "aud": "local-admin", "name": "Ada Admin", "exp": exp }),
    );
}
