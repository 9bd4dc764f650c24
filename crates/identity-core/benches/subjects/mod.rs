//! Ways to verify a token, from the signature check alone to the full verification, and to find it in the cache.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, VerificationRules, Verifier,
};
use identity_core::{
    Authenticator, CacheLimits, ClaimsError, Principal, Provider, VerifiedToken, claims,
};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, crypto, decode, decode_header};
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://example.eu.auth0.com/";
const AUDIENCE: &str = "https://api.example.com";

/// A token, and what is needed to verify it in each way.
pub struct Subject {
    algorithm: Algorithm,
    /// The token.
    pub token: String,
    verifier: Verifier,
    decoding_key: DecodingKey,
    validation: Validation,
    parsed_key: ParsedPublicKey,
    /// Has the token in its cache.
    warm: Authenticator,
    /// Has a cache of one token. It is given the others in turn, and none is seen again before it was forgotten.
    cold: Authenticator,
    others: Vec<String>,
    next: Cell<usize>,
}

/// A provider that reads scopes and permissions, as for Auth0.
#[derive(Debug)]
struct Tenant(VerificationRules);

impl Provider for Tenant {
    fn keys(&self) -> identity_core::keys::KeyAddress {
        identity_core::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        self.0.clone()
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        Ok(Principal {
            client: token.text("azp").map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            permissions: claims::names(token.claim("permissions")),
            current_tenant: token.text("org_id").map(str::to_owned),
            ..Principal::without_rights(token)
        })
    }
}

/// The name of a way to verify a token, and its function.
pub type Way = (&'static str, fn(&Subject));

/// All ways.
pub const WAYS: [Way; 6] = [
    ("aws-lc-rs, kept key", Subject::raw),
    ("jsonwebtoken crypto::verify", Subject::signature),
    ("Verifier::verify", Subject::ours),
    ("jsonwebtoken decode_header + decode", Subject::decode),
    ("Authenticator, a new token", Subject::miss),
    ("Authenticator, a cached token", Subject::hit),
];

impl Subject {
    /// Creates a token as an Auth0 tenant with permissions issues it: about 900 bytes with RS256.
    pub fn new(algorithm: Algorithm) -> Self {
        let key = TestKey::fresh("tMQzailSAdaW4nojXxES9", algorithm);
        let mut claims = json!({
            "iss": ISSUER,
            "sub": "auth0|602c0dcab993d10073daf680",
            "aud": [AUDIENCE, "https://example.eu.auth0.com/userinfo"],
            "iat": 1_699_999_990,
            "exp": 4_102_444_800_u64,
            "azp": "ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV",
            "scope": "openid profile email read:messages",
            "org_id": "org_9ybsU1dN2dKfDkBi",
            "permissions": ["read:messages", "write:messages"],
        });
        let mut rules = VerificationRules::new(
            vec![ISSUER.to_owned()],
            AudienceRule::Required(vec![AUDIENCE.to_owned()]),
        );
        rules.algorithms = Algorithms::new([algorithm]).unwrap();
        let clock = Arc::new(TestClock::at(1_700_000_000.0));
        let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
        let keys = Arc::new(StaticKeys::of(&[&key]));
        let authenticator = |limits| {
            Authenticator::builder(Tenant(rules.clone()))
                .keys(keys.clone())
                .clock(clock.clone())
                .cache(limits)
                .build()
                .unwrap()
        };
        let one = CacheLimits {
            max_tokens: 1,
            ..CacheLimits::default()
        };
        let token = key.token(&claims);
        let mut other = |number: usize| {
            let members = claims.as_object_mut().unwrap();
            members.insert("sub".to_owned(), json!(format!("auth0|{number:024}")));
            key.token(&claims)
        };
        let subject = Self {
            algorithm,
            token,
            warm: authenticator(CacheLimits::default()),
            cold: authenticator(one),
            others: (0..500).map(&mut other).collect(),
            next: Cell::new(0),
            verifier: Verifier::new(rules.clone(), keys.clone(), clock.clone()),
            decoding_key: DecodingKey::from_jwk(&jwk).unwrap(),
            validation: validation(algorithm),
            parsed_key: parsed_key(&key.jwk(), algorithm),
        };
        for (_, way) in [WAYS, WAYS].into_iter().flatten() {
            way(&subject);
        }
        subject
    }

    /// Verifies the token fully.
    pub fn ours(&self) {
        std::hint::black_box(at_once(self.verifier.verify(&self.token)).unwrap());
    }

    /// Authenticates a token that is in the cache.
    pub fn hit(&self) {
        std::hint::black_box(at_once(self.warm.authenticate(&self.token)).unwrap());
    }

    /// Authenticates a token that was never seen before.
    pub fn miss(&self) {
        let next = (self.next.get() + 1) % self.others.len();
        self.next.set(next);
        std::hint::black_box(
            at_once(self.cold.authenticate(self.others.get(next).unwrap())).unwrap(),
        );
    }

    fn decode(&self) {
        let header = decode_header(&self.token).unwrap();
        assert!(header.kid.is_some());
        let decoded =
            decode::<Map<String, Value>>(&self.token, &self.decoding_key, &self.validation);
        std::hint::black_box(decoded.unwrap());
    }

    fn signature(&self) {
        let (input, signature) = self.token.rsplit_once('.').unwrap();
        let good = crypto::verify(
            signature,
            input.as_bytes(),
            &self.decoding_key,
            self.algorithm,
        );
        assert!(good.unwrap());
    }

    fn raw(&self) {
        let (input, signature) = self.token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        self.parsed_key
            .verify_sig(input.as_bytes(), &signature)
            .unwrap();
    }
}

/// Polls once: with known keys, there is nothing to wait for.
fn at_once<T>(result: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(result).poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("waits"),
    }
}

/// Returns the settings of jsonwebtoken that are closest to the rules of [`Verifier`].
fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = 5;
    validation
}

fn parsed_key(jwk: &Value, algorithm: Algorithm) -> ParsedPublicKey {
    let part = |name: &str| {
        let text = jwk.get(name).and_then(Value::as_str).unwrap();
        URL_SAFE_NO_PAD.decode(text).unwrap()
    };
    match algorithm {
        Algorithm::RS256 => {
            let components = RsaPublicKeyComponents {
                n: part("n"),
                e: part("e"),
            };
            components
                .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)
                .unwrap()
        }
        Algorithm::ES256 => {
            let point = [&[4], &part("x")[..], &part("y")].concat();
            ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &point).unwrap()
        }
        Algorithm::EdDSA => ParsedPublicKey::new(&signature::ED25519, part("x")).unwrap(),
        other => panic!("{other:?} is not measured"),
    }
}
