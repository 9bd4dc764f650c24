//! Who signed a token, and how (RFC 8725, sections 2.1 and 3.1).

use anyhow::Result;
use local_issuer::{Algorithm, ProviderHandle, PublicKeyForm, Signer, TokenKind};
use serde_json::{Value, json};

use super::forgery::{changed, forged_as, good};
use crate::case::Case;
use crate::jwt::{segment, segments};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = unsigned();
    cases.extend(secrets());
    cases.extend(other_algorithms());
    cases.extend(exchanged_parts());
    cases
}

fn unsigned() -> Vec<Case> {
    let spellings = [
        ("none", "none"),
        ("None", "None"),
        ("NONE", "NONE"),
        ("nOnE", "nOnE"),
        ("none_and_a_space", "none "),
        ("empty", ""),
    ];
    let sentence = "A token that nobody signed proves nothing, however its algorithm is spelled.";
    let cases = spellings.map(|(name, alg)| {
        let name = format!("alg_{name}");
        changed(&name, "algorithm_not_allowed", sentence, move |mint| {
            mint.signed_by(Signer::Unsigned).header("alg", alg)
        })
    });
    let wrong: [(&str, Value); 3] = [
        ("alg_number", json!(256)),
        ("alg_null", json!(null)),
        ("alg_list", json!(["RS256"])),
    ];
    let wrong = wrong.map(|(name, alg)| {
        changed(name, "algorithm_not_allowed", sentence, move |mint| {
            mint.header("alg", alg.clone())
        })
    });
    let missing = changed("without_alg", "algorithm_not_allowed", sentence, |mint| {
        mint.without_header("alg")
    });
    let empty = changed(
        "rs256_with_an_empty_signature",
        "invalid_signature",
        sentence,
        |mint| mint.segment(local_issuer::Segment::Signature, ""),
    );
    cases
        .into_iter()
        .chain(wrong)
        .chain([missing, empty])
        .collect()
}

fn secrets() -> Vec<Case> {
    let forms = [
        ("pem", PublicKeyForm::Pem),
        ("der", PublicKeyForm::Der),
        ("modulus", PublicKeyForm::Modulus),
    ];
    let sentence =
        "The public key is public: whoever takes it for a secret accepts anybody's token.";
    let mut cases = Vec::new();
    for (name, form) in forms {
        let signer = move || Signer::PublicKeyAsSecret(form);
        let name = format!("hs256_with_the_public_key_as_{name}");
        cases.push(changed(
            &name,
            "algorithm_not_allowed",
            sentence,
            move |mint| mint.signed_by(signer()),
        ));
        let name = format!("{name}_that_says_rs256");
        cases.push(changed(&name, "invalid_signature", sentence, move |mint| {
            mint.signed_by(signer()).header("alg", "RS256")
        }));
    }
    for (name, secret) in [("an_empty_secret", ""), ("a_known_secret", "secret")] {
        let name = format!("hs256_with_{name}");
        cases.push(changed(
            &name,
            "algorithm_not_allowed",
            sentence,
            move |mint| mint.signed_by(Signer::Secret(secret.as_bytes().to_vec())),
        ));
    }
    cases
}

fn other_algorithms() -> Vec<Case> {
    let sentence =
        "RS256 is what the provider signs with, and the one algorithm that is on the allow-list.";
    let same_key = [
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps512,
    ];
    let same_key = same_key.map(|algorithm| {
        let name = format!("{algorithm}_of_the_right_key");
        changed(&name, "algorithm_not_allowed", sentence, move |mint| {
            mint.algorithm(algorithm)
        })
    });
    let other_key = [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa].map(|algorithm| {
        let name = format!("{algorithm}_under_the_right_kid");
        changed(&name, "algorithm_not_allowed", sentence, move |mint| {
            mint.signed_by(Signer::Impostor(algorithm))
        })
    });
    same_key.into_iter().chain(other_key).collect()
}

fn exchanged_parts() -> Vec<Case> {
    let sentence = "The signature covers the header and the payload: neither can be exchanged.";
    vec![
        forged_as(
            "payload_of_another_token",
            "invalid_signature",
            sentence,
            |provider| {
                let (token, other) = (nobodys(provider)?, good(provider)?.token()?);
                let ([header, _, signature], [_, payload, _]) =
                    (segments(&token)?, segments(&other)?);
                Ok(format!("{header}.{payload}.{signature}"))
            },
        ),
        forged_as(
            "header_changed_after_signing",
            "invalid_signature",
            sentence,
            |provider| {
                let token = good(provider)?.token()?;
                let [_, payload, signature] = segments(&token)?;
                let kid = provider.key_ids().current;
                let header = segment(format!(r#"{{"typ":"JWT","kid":"{kid}","alg":"RS256"}}"#));
                Ok(format!("{header}.{payload}.{signature}"))
            },
        ),
        forged_as(
            "payload_changed_after_signing",
            "invalid_signature",
            sentence,
            |provider| {
                let (mint, token) = (good(provider)?, nobodys(provider)?);
                let [header, _, signature] = segments(&token)?;
                let claims = mint.claim("roles", json!(["admin"])).claims().clone();
                let payload = segment(Value::Object(claims).to_string());
                Ok(format!("{header}.{payload}.{signature}"))
            },
        ),
    ]
}

fn nobodys(provider: &ProviderHandle) -> Result<String> {
    Ok(provider.mint("nobody", TokenKind::Access)?.token()?)
}
