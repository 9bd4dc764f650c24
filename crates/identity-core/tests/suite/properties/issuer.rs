//! An issuer with the Ed25519 key of RFC 8037, appendix A, and a verifier that trusts it.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::testing::{StaticKeys, TestClock};
use identity_core::verification::{Algorithms, AudienceRule, VerificationRules, Verifier};
use identity_core::{VerifiedToken, VerifyError};
use serde_json::{Value, json};

/// The time of the clock.
pub const NOW: f64 = 1_700_000_000.0;

/// `kid`.
pub const KEY: &str = "rfc8037";

const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// Returns valid claims.
pub fn claims() -> Value {
    json!({"iss": "https://issuer.example/", "sub": "U1", "aud": "api", "exp": NOW + 60.0})
}

/// Returns a valid header.
pub fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": KEY})
}

/// Returns a signed token with any texts as header and claims.
pub fn sign(header: &str, claims: &str) -> String {
    static PAIR: LazyLock<Ed25519KeyPair> = LazyLock::new(|| {
        let seed = URL_SAFE_NO_PAD.decode(SEED).unwrap();
        Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
    });
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(PAIR.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// Returns rules for EdDSA and ES256, `https://issuer.example/` and the API `api`.
pub fn rules() -> VerificationRules {
    let audience = AudienceRule::Required(vec!["api".to_owned()]);
    let issuers = vec!["https://issuer.example/".to_owned()];
    let mut rules = VerificationRules::new(issuers, audience);
    rules.algorithms = "EdDSA ES256".parse::<Algorithms>().unwrap();
    rules
}

pub fn keys() -> Arc<StaticKeys> {
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": KEY, "x": PUBLIC});
    Arc::new(StaticKeys::from_jwks(&json!({"keys": [key]})))
}

/// Verifies a token.
pub fn verify(token: &str) -> Result<VerifiedToken, VerifyError> {
    static VERIFIER: LazyLock<Verifier> =
        LazyLock::new(|| Verifier::new(rules(), keys(), Arc::new(TestClock::at(NOW))));
    at_once(VERIFIER.verify(token))
}

/// Returns the result of a future that does not wait: the keys are known.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}
