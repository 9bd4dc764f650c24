use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation, decode};
use local_issuer::{
    Algorithm, Mint, MintError, ProviderHandle, PublicKeyForm, SignatureFault, Signer, TokenKind,
};
use serde_json::{Value, json};

use crate::support::{get_json, json_of, start, try_verify};

fn es256(provider: &ProviderHandle) -> Mint {
    let kid = provider.publish(Algorithm::Es256).unwrap();
    let mint = provider.mint("admin", TokenKind::Access).unwrap();
    mint.signed_by(Signer::Published(kid))
}

fn signature(token: &str) -> &str {
    token.rsplit_once('.').unwrap().1
}

#[tokio::test]
async fn a_signature_cannot_be_wrong_in_a_way_that_it_does_not_have() {
    let issuer = start().await;
    let rsa = issuer.auth0().mint("admin", TokenKind::Access).unwrap();
    let malleable = rsa.signature(SignatureFault::Malleable).token();
    assert!(matches!(
        malleable,
        Err(MintError::Unsuitable {
            fault: "malleable",
            ..
        })
    ));
    let kid = issuer.auth0().publish(Algorithm::Es384).unwrap();
    let es384 = issuer.auth0().mint("admin", TokenKind::Access).unwrap();
    for fault in [SignatureFault::Padded, SignatureFault::LooseBits] {
        // 96 bytes are 128 letters, with no room for either.
        let token = es384
            .clone()
            .signed_by(Signer::Published(kid.clone()))
            .signature(fault)
            .token();
        assert!(
            matches!(token, Err(MintError::Unsuitable { .. })),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn spoilt_signatures_are_what_they_say_and_do_not_verify() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let mint = es256(auth0);
    let set = get_json(&auth0.jwks_url()).await;
    for (fault, bytes) in [
        (SignatureFault::Empty, 0),
        (SignatureFault::Zeroed, 64),
        (SignatureFault::Truncated, 63),
        (SignatureFault::Extended, 65),
        (SignatureFault::Corrupted, 64),
    ] {
        let token = mint.clone().signature(fault).token().unwrap();
        let decoded = URL_SAFE_NO_PAD.decode(signature(&token)).unwrap();
        assert_eq!(decoded.len(), bytes, "{fault:?}");
        let zeros = decoded.iter().all(|byte| *byte == 0);
        assert_eq!(
            zeros,
            bytes == 0 || fault == SignatureFault::Zeroed,
            "{fault:?}"
        );
        let error = try_verify(&token, &set).unwrap_err();
        assert!(error.starts_with("InvalidSignature"), "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn a_signature_has_other_texts_that_mean_the_same() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    for mint in [
        es256(auth0),
        auth0.mint("admin", TokenKind::Access).unwrap(),
    ] {
        let padded = mint
            .clone()
            .signature(SignatureFault::Padded)
            .token()
            .unwrap();
        let text = signature(&padded).trim_end_matches('=');
        assert_eq!(text.len() + 2, signature(&padded).len());
        URL_SAFE_NO_PAD.decode(text).unwrap();

        let loose = mint.signature(SignatureFault::LooseBits).token().unwrap();
        let text = signature(&loose);
        let strict = URL_SAFE_NO_PAD.decode(text).unwrap_err();
        assert!(
            matches!(strict, base64::DecodeError::InvalidLastSymbol { .. }),
            "{strict}"
        );
    }
}

#[tokio::test]
async fn the_other_signature_of_ecdsa_verifies_as_well() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let kid = auth0.publish(algorithm).unwrap();
        let mint = auth0.mint("admin", TokenKind::Access).unwrap();
        let mint = mint
            .signed_by(Signer::Published(kid))
            .signature(SignatureFault::Malleable);
        let set = get_json(&auth0.jwks_url()).await;
        // A signature is drawn anew each time; what would be no negation would verify one time in none.
        for _ in 0..8 {
            try_verify(&mint.token().unwrap(), &set).unwrap();
        }
    }
}

#[tokio::test]
async fn a_public_key_is_a_secret_in_each_of_its_forms() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let jwk = get_json(&auth0.jwks_url()).await["keys"][0].clone();
    let modulus = jwk["n"].as_str().unwrap();
    let mint = |form| {
        let mint = auth0.mint("admin", TokenKind::Access).unwrap();
        mint.signed_by(Signer::PublicKeyAsSecret(form))
            .token()
            .unwrap()
    };
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_aud = false;
    for (form, secret) in [
        (PublicKeyForm::Modulus, modulus.as_bytes().to_vec()),
        (
            PublicKeyForm::ModulusBytes,
            URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        ),
        (PublicKeyForm::Jwk, jwk.to_string().into_bytes()),
    ] {
        let key = DecodingKey::from_secret(&secret);
        decode::<Value>(&mint(form), &key, &validation).unwrap();
    }
    assert_ne!(
        mint(PublicKeyForm::Pem).rsplit_once('.').unwrap().1,
        mint(PublicKeyForm::PemWithoutNewline)
            .rsplit_once('.')
            .unwrap()
            .1
    );
}

#[tokio::test]
async fn a_token_can_bring_its_own_key() {
    let issuer = start().await;
    let mint = issuer.descope().mint("admin", TokenKind::Access).unwrap();
    let impostor = mint
        .signed_by(Signer::Unpublished(Algorithm::Rs256))
        .embedding_the_key();
    let minted = impostor.minted().unwrap();
    let header = json_of(&minted.token, 0);
    assert_eq!(header["jwk"], minted.jwk.clone().unwrap());
    assert_eq!(header["kid"], header["jwk"]["kid"]);
    try_verify(&minted.token, &json!({ "keys": [header["jwk"]] })).unwrap();
    assert!(!format!("{minted:?}").contains(&minted.token));
}
