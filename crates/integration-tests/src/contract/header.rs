//! The header of a token (RFC 7515, section 4; RFC 8725).

use local_issuer::{Algorithm, Mint, Signer};
use serde_json::{Value, json};

use super::forgery::{changed, still_good};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = key_ids();
    cases.extend(types());
    cases.extend(extensions());
    cases
}

fn key_ids() -> Vec<Case> {
    type Row = (&'static str, &'static str, fn(Mint) -> Mint);
    let rows: [Row; 7] = [
        ("unknown_kid", "key_not_found", |mint| {
            mint.signed_by(Signer::Unpublished(Algorithm::Rs256))
        }),
        ("kid_that_is_a_path", "key_not_found", |mint| {
            mint.header("kid", "../../../../dev/null")
        }),
        ("no_kid", "missing_key_id", |mint| {
            mint.without_header("kid")
        }),
        ("empty_kid", "missing_key_id", |mint| mint.header("kid", "")),
        ("numeric_kid", "missing_key_id", |mint| {
            mint.header("kid", 7)
        }),
        (
            "kid_of_a_key_that_did_not_sign",
            "invalid_signature",
            |mint| mint.signed_by(Signer::Impostor(Algorithm::Rs256)),
        ),
        (
            "changed_signature",
            "invalid_signature",
            Mint::corrupted_signature,
        ),
    ];
    let sentence = "A token is good only if the key that its kid names, among those that the issuer publishes, signed it.";
    rows.map(|(name, code, change)| changed(name, code, sentence, change))
        .into()
}

fn types() -> Vec<Case> {
    let refused: [(&str, Value); 7] = [
        ("typ_dpop_jwt", json!("dpop+jwt")),
        ("typ_logout_jwt", json!("logout+jwt")),
        ("typ_secevent_jwt", json!("secevent+jwt")),
        ("typ_jwe", json!("JWE")),
        ("typ_empty", json!("")),
        ("typ_number", json!(7)),
        ("typ_null", json!(null)),
    ];
    let sentence =
        "RFC 8725, section 3.11: what says that it is something else is no access token.";
    let mut cases = refused
        .map(|(name, typ)| {
            changed(name, "token_type_not_allowed", sentence, move |mint| {
                mint.header("typ", typ.clone())
            })
        })
        .into_iter()
        .collect::<Vec<_>>();
    cases.push(still_good(
        "without_typ",
        "RFC 7519, section 5.1: typ is optional.",
        |mint| mint.without_header("typ"),
    ));
    for (name, typ) in [
        ("typ_in_lower_case", "jwt"),
        ("typ_with_its_prefix", "application/jwt"),
    ] {
        let sentence = "RFC 7515, section 4.1.9: media types are compared without regard to case, and may leave out application/.";
        cases.push(still_good(name, sentence, move |mint| {
            mint.header("typ", typ)
        }));
    }
    cases
}

fn extensions() -> Vec<Case> {
    let jwk = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "mine", "alg": "RS256", "use": "sig"});
    let rows: [(&str, &str, &str, Value); 8] = [
        ("crit", "critical_header", "crit", json!(["exp"])),
        ("crit_b64", "critical_header", "crit", json!(["b64"])),
        ("empty_crit", "critical_header", "crit", json!([])),
        ("crit_that_is_null", "critical_header", "crit", json!(null)),
        ("embedded_jwk", "embedded_key", "jwk", jwk),
        (
            "embedded_jku",
            "embedded_key",
            "jku",
            json!("https://evil.example/jwks.json"),
        ),
        (
            "embedded_x5u",
            "embedded_key",
            "x5u",
            json!("https://evil.example/certificate.pem"),
        ),
        ("embedded_x5c", "embedded_key", "x5c", json!(["MIIB"])),
    ];
    let sentence = "RFC 7515, section 4.1.11, and RFC 8725, section 3.10: no extension is understood here, and a token never brings its own key.";
    rows.map(|(name, code, member, value)| {
        changed(name, code, sentence, move |mint| {
            mint.header(member, value.clone())
        })
    })
    .into()
}
