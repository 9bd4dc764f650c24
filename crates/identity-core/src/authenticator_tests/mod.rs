//! Tests of the authenticator: several providers, and cached tokens. Refusals first.

mod cache;
mod cache_keys;
mod issuers;
mod metrics;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Authenticated, Authenticator};
use crate::keys::{KeyError, KeyFault, KeyLookupError, KeySet, KeySource, KeyStatus, KeysFuture};
use crate::testing::{TestClock, TestKey};
use crate::verification::{Algorithm, Algorithms, AudienceRule, TokenLimits, VerificationRules};
use crate::{
    AuthenticatorBuilder, AuthenticatorError, CacheLimits, ClaimsError, Principal, Provider,
    VerifiedToken,
};

const NOW: f64 = 1_700_000_000.0;
const ISSUER: &str = "https://issuer.example/";
const AUDIENCE: &str = "https://api.example";

/// A provider with the scopes in the token's `scope`, which counts its calls: one per verification.
#[derive(Debug)]
struct Scopes {
    rules: VerificationRules,
    asked: AtomicUsize,
}

impl Provider for Scopes {
    fn keys(&self) -> crate::keys::KeyAddress {
        crate::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        self.rules.clone()
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if token.claim("broken").is_some() {
            return Err(ClaimsError::unexpected_type("broken", "absent"));
        }
        Ok(Principal {
            scopes: crate::claims::scopes(token.claim("scope")),
            ..Principal::without_rights(token)
        })
    }
}

/// A key source whose keys the test replaces, and which counts the requests that had to wait for keys.
#[derive(Debug, Default)]
struct Published {
    keys: Mutex<Option<Arc<KeySet>>>,
    asked: AtomicUsize,
}

impl Published {
    fn of(keys: &[&TestKey]) -> Arc<Self> {
        let published = Arc::new(Self::default());
        published.set(keys);
        published
    }

    fn set(&self, keys: &[&TestKey]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        self.set_jwks(&keys);
    }

    fn set_jwks(&self, keys: &[Value]) {
        let document = json!({ "keys": keys }).to_string();
        let set = KeySet::from_json(document.as_bytes(), 100).unwrap();
        *self.keys.lock().unwrap() = Some(Arc::new(set));
    }

    /// Removes the keys, as if they had not been fetched yet or had become too old.
    fn withhold(&self) {
        *self.keys.lock().unwrap() = None;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl KeySource for Published {
    fn current(&self) -> Option<Arc<KeySet>> {
        self.keys.lock().unwrap().clone()
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let result = match self.current() {
            Some(keys) if keys.has(key_id) => Ok(keys),
            Some(_) => Err(KeyLookupError::NotFound),
            None => Err(KeyLookupError::Unavailable(KeyError {
                fault: KeyFault::Stopped,
                retry_after: Duration::from_secs(1),
            })),
        };
        Box::pin(std::future::ready(result))
    }

    fn status(&self) -> KeyStatus {
        match self.current() {
            None => KeyStatus::Starting { reason: None },
            Some(keys) => KeyStatus::Ready {
                age: Duration::ZERO,
                keys: keys.len(),
            },
        }
    }
}

fn rules(issuer: &str) -> VerificationRules {
    let audience = AudienceRule::Required(vec![AUDIENCE.to_owned()]);
    let mut rules = VerificationRules::new(vec![issuer.to_owned()], audience);
    rules.algorithms =
        Algorithms::new([Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256]).unwrap();
    rules
}

fn provider(rules: VerificationRules) -> Arc<Scopes> {
    Arc::new(Scopes {
        rules,
        asked: AtomicUsize::new(0),
    })
}

/// An authenticator of one issuer, with all that a test can change.
struct Setup {
    key: TestKey,
    keys: Arc<Published>,
    clock: Arc<TestClock>,
    provider: Arc<Scopes>,
    authenticator: Arc<Authenticator>,
}

impl Setup {
    fn new() -> Self {
        Self::with(rules(ISSUER), CacheLimits::default())
    }

    fn with(rules: VerificationRules, limits: CacheLimits) -> Self {
        Self::built(rules, |builder| builder.cache(limits))
    }

    fn built(
        rules: VerificationRules,
        change: impl FnOnce(AuthenticatorBuilder) -> AuthenticatorBuilder,
    ) -> Self {
        let key = TestKey::fresh("k", Algorithm::EdDSA);
        let keys = Published::of(&[&key]);
        let clock = Arc::new(TestClock::at(NOW));
        let provider = provider(rules);
        let builder = Authenticator::builder(provider.clone())
            .keys(keys.clone())
            .clock(clock.clone());
        let authenticator = change(builder).build().unwrap();
        Self {
            key,
            keys,
            clock,
            provider,
            authenticator: Arc::new(authenticator),
        }
    }

    /// Returns how often a token was verified, and not just found in the cache.
    fn verified(&self) -> usize {
        self.provider.asked.load(Ordering::SeqCst)
    }

    async fn code(&self, token: &str) -> &'static str {
        code(&self.authenticator, token).await
    }

    /// Returns a valid token that is in the cache.
    async fn cached(&self, claims: &Value) -> String {
        self.cached_of(&self.key, claims).await
    }

    /// Returns a token of this key that is in the cache, because it was verified twice.
    async fn cached_of(&self, key: &TestKey, claims: &Value) -> String {
        let token = key.token(claims);
        for _ in 0..2 {
            assert_eq!(self.code(&token).await, "verified");
        }
        let before = self.verified();
        assert_eq!(self.code(&token).await, "verified");
        assert_eq!(self.verified(), before, "it is in the cache");
        token
    }
}

/// Returns `verified`, or the error code.
async fn code(authenticator: &Authenticator, token: &str) -> &'static str {
    match authenticator.authenticate(token).await {
        Ok(_) => "verified",
        Err(error) => error.code(),
    }
}

fn claims_of(issuer: &str, subject: &str) -> Value {
    json!({"iss": issuer, "aud": AUDIENCE, "sub": subject, "iat": NOW, "exp": NOW + 600.0})
}

/// Returns valid claims with this claim changed.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims_of(ISSUER, "U1");
    claims[name] = value;
    claims
}
