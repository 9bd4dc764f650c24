//! An issuer that restarts with a new key under the old id.

use std::sync::Arc;

use identity_core::testing::{TestClock, TestKey};
use identity_core::verification::{Algorithm, AudienceRule, VerificationRules, Verifier};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{JWKS, address, fixed};

const NOW: f64 = 1_700_000_000.0;

async fn publish(server: &MockServer, key: &TestKey) {
    server.reset().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"keys": [key.jwk()]}));
    let mock = Mock::given(path(JWKS)).respond_with(answer);
    mock.mount(server).await;
}

#[tokio::test]
async fn its_new_tokens_are_accepted_after_one_refetch_and_its_old_ones_refused() {
    let key = || TestKey::fresh("sig-1", Algorithm::ES256);
    let (old, new, mallory) = (key(), key(), key());
    let claims = json!({"iss": "https://i", "aud": "api", "sub": "U1", "exp": NOW + 60.0});
    let server = MockServer::start().await;
    publish(&server, &old).await;
    let keys = Arc::new(fixed(&address(&server)));
    let audience = AudienceRule::Required(vec!["api".to_owned()]);
    let mut rules = VerificationRules::new(vec!["https://i".to_owned()], audience);
    rules.algorithms = "ES256".parse().unwrap();
    let verifier = Verifier::new(rules, keys, Arc::new(TestClock::at(NOW)));
    let outcome = async |key: &TestKey| {
        let verified = verifier.verify(&key.token(&claims)).await;
        verified.err().map(|error| error.code())
    };
    assert_eq!(outcome(&old).await, None);

    publish(&server, &new).await;
    assert_eq!(outcome(&old).await, None, "until the new key is known");
    assert_eq!(outcome(&new).await, None);
    let fetches = async || server.received_requests().await.unwrap().len();
    assert_eq!(fetches().await, 1);
    let refused = Some("invalid_signature");
    for _ in 0..10 {
        assert_eq!(outcome(&old).await, refused);
        assert_eq!(outcome(&mallory).await, refused);
        assert_eq!(outcome(&new).await, None);
    }
    assert_eq!(fetches().await, 1, "within five seconds");
}
