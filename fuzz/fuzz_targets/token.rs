//! Any bytes as a token, from the seeds of crates/identity-core/tests/suite/properties/corpus/tokens.
#![no_main]

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use identity_core::testing::{StaticKeys, TestClock};
use identity_core::verification::{Algorithms, AudienceRule, VerificationRules, Verifier};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Trusts the key of RFC 8037, appendix A, which signed the seeds.
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "rfc8037",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let audience = AudienceRule::Required(vec!["api".to_owned()]);
    let issuers = vec!["https://issuer.example/".to_owned()];
    let mut rules = VerificationRules::new(issuers, audience);
    rules.algorithms = "EdDSA ES256".parse::<Algorithms>().expect("both are known");
    let keys = StaticKeys::from_jwks(&json!({"keys": [key]}));
    Verifier::new(
        rules,
        Arc::new(keys),
        Arc::new(TestClock::at(1_700_000_000.0)),
    )
});

/// The seeds that are accepted. Nobody else has the key, so nothing else may be.
const GOOD: [&str; 4] = [
    include_str!("../../crates/identity-core/tests/suite/properties/corpus/tokens/good"),
    include_str!("../../crates/identity-core/tests/suite/properties/corpus/tokens/good_audiences"),
    include_str!("../../crates/identity-core/tests/suite/properties/corpus/tokens/good_fractions"),
    include_str!("../../crates/identity-core/tests/suite/properties/corpus/tokens/good_untyped"),
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(token) = std::str::from_utf8(bytes) else {
        return;
    };
    match pin!(VERIFIER.verify(token)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => assert_eq!(outcome.is_ok(), GOOD.contains(&token)),
        Poll::Pending => panic!("with the keys at hand there is nothing to wait for"),
    }
});
