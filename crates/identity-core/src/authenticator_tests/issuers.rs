//! Several providers in one authenticator.

use super::*;

const OTHER: &str = "https://other.example/";

/// Two providers with different keys of the same id.
struct Two {
    keys: [TestKey; 2],
    published: [Arc<Published>; 2],
    providers: [Arc<Scopes>; 2],
    authenticator: Authenticator,
}

impl Two {
    fn new(change: impl FnOnce(&mut [VerificationRules; 2])) -> Self {
        Self::limited_to(TokenLimits::default().max_bytes, change)
    }

    fn limited_to(max_bytes: usize, change: impl FnOnce(&mut [VerificationRules; 2])) -> Self {
        let mut rules = [rules(ISSUER), rules(OTHER)];
        change(&mut rules);
        let keys = [(); 2].map(|()| TestKey::fresh("k", Algorithm::EdDSA));
        let published = [Published::of(&[&keys[0]]), Published::of(&[&keys[1]])];
        let providers = rules.map(provider);
        let authenticator = several([0, 1].map(|index| {
            let keys: Arc<dyn KeySource> = published[index].clone();
            (providers[index].clone(), keys)
        }));
        let authenticator = authenticator.max_token_bytes(max_bytes).build().unwrap();
        Self {
            keys,
            published,
            providers,
            authenticator,
        }
    }

    /// Returns a good token of each issuer.
    fn tokens(&self) -> [String; 2] {
        [(0, ISSUER), (1, OTHER)]
            .map(|(index, issuer)| self.keys[index].token(&claims_of(issuer, "U1")))
    }

    fn asked(&self) -> [usize; 2] {
        [0, 1].map(|issuer| self.published[issuer].asked())
    }
}

/// Returns an authenticator of at least one provider, each with its keys.
fn several(
    issuers: impl IntoIterator<Item = (Arc<Scopes>, Arc<dyn KeySource>)>,
) -> AuthenticatorBuilder {
    let mut issuers = issuers.into_iter();
    let (provider, keys) = issuers.next().unwrap();
    let first = Authenticator::builder(provider)
        .keys(keys)
        .clock(Arc::new(TestClock::at(NOW)));
    issuers.fold(first, |builder, (provider, keys)| {
        builder.and(provider).keys(keys)
    })
}

#[tokio::test]
async fn a_token_of_no_configured_issuer_is_refused_and_nothing_is_fetched() {
    let two = Two::new(|_| {});
    for published in &two.published {
        published.withhold(); // so that a token whose key is needed causes a lookup
    }
    let (refused, wrong_type) = ("invalid_claims", "invalid_claim_type");
    let rows = [
        (json!("https://evil.example/"), refused),
        (json!("https://issuer.example"), refused),
        (json!("HTTPS://ISSUER.EXAMPLE/"), refused),
        (json!(""), refused),
        (json!([ISSUER]), wrong_type),
        (json!(1), wrong_type),
        (json!(null), wrong_type),
    ];
    for (issuer, expected) in rows {
        let token = two.keys[0].token(&with("iss", issuer.clone()));
        let found = code(&two.authenticator, &token).await;
        assert_eq!(found, expected, "{issuer}");
    }
    let mut none = claims_of(ISSUER, "U1");
    none.as_object_mut().unwrap().remove("iss");
    let token = two.keys[0].token(&none);
    assert_eq!(code(&two.authenticator, &token).await, "invalid_claims");
    assert_eq!(code(&two.authenticator, "a.b").await, "malformed_token");
    assert_eq!(two.asked(), [0, 0], "nobody was asked for keys");
}

#[tokio::test]
async fn each_issuer_has_its_own_keys() {
    let two = Two::new(|_| {});
    let foreign = [
        two.keys[1].token(&claims_of(ISSUER, "U1")),
        two.keys[0].token(&claims_of(OTHER, "U1")),
    ];
    for token in foreign {
        assert_eq!(code(&two.authenticator, &token).await, "invalid_signature");
    }
    for (token, issuer) in two.tokens().iter().zip([ISSUER, OTHER]) {
        for sentence in ["new", "again", "cached"] {
            let caller = two.authenticator.authenticate(token).await.unwrap();
            assert_eq!(caller.principal().issuer, issuer, "{sentence}");
        }
    }
    let asked = [0, 1].map(|issuer| two.providers[issuer].asked.load(Ordering::SeqCst));
    assert_eq!(
        asked,
        [2, 2],
        "each token by its own provider, until it is in the cache"
    );
}

#[tokio::test]
async fn only_the_issuer_that_the_token_names_is_asked_for_a_key() {
    let two = Two::new(|_| {});
    let unknown = two.keys[0].named("unknown", Algorithm::EdDSA);
    let token = unknown.token(&claims_of(OTHER, "U1"));
    assert_eq!(code(&two.authenticator, &token).await, "key_not_found");
    assert_eq!(two.asked(), [0, 1]);
}

#[tokio::test]
async fn each_issuer_has_its_own_rules() {
    let two = Two::new(|[strict, other]| {
        strict.types = vec!["at+jwt".into()];
        other.audience = AudienceRule::Required(vec!["https://elsewhere.example".to_owned()]);
    });
    let elsewhere = "https://elsewhere.example";
    let cases = [
        (0, ISSUER, AUDIENCE, 0, "token_type_not_allowed"),
        (1, OTHER, AUDIENCE, 0, "invalid_claims"),
        (1, OTHER, elsewhere, 16_000, "token_too_large"),
        (1, OTHER, elsewhere, 900, "verified"),
    ];
    for (key, issuer, audience, padding, expected) in cases {
        let mut claims = claims_of(issuer, "U1");
        claims["aud"] = json!(audience);
        claims["padding"] = json!("x".repeat(padding));
        let token = two.keys[key].token(&claims);
        let found = code(&two.authenticator, &token).await;
        assert_eq!(found, expected, "{issuer} {audience} {padding}");
    }
}

#[tokio::test]
async fn the_size_limit_holds_for_each_issuer_to_the_byte() {
    let key = TestKey::fresh("k", Algorithm::EdDSA);
    for (index, issuer) in [ISSUER, OTHER].into_iter().enumerate() {
        let claims = claims_of(issuer, "U1");
        let length = key.token(&claims).len();
        for (limit, expected) in [(length - 1, "token_too_large"), (length, "verified")] {
            let two = Two::limited_to(limit, |_| {});
            let token = two.keys[index].token(&claims);
            let found = code(&two.authenticator, &token).await;
            assert_eq!(found, expected, "{issuer} {limit}");
        }
    }
}

#[tokio::test]
async fn a_cached_token_is_measured_by_its_own_issuers_keys() {
    let two = Two::new(|_| {});
    let tokens = two.tokens();
    for token in [&tokens, &tokens].into_iter().flatten() {
        assert_eq!(code(&two.authenticator, token).await, "verified");
    }
    // The keys of the two issuers are swapped.
    two.published[0].set(&[&two.keys[1]]);
    two.published[1].set(&[&two.keys[0]]);
    for token in &tokens {
        assert_eq!(code(&two.authenticator, token).await, "invalid_signature");
    }
}

#[tokio::test]
async fn an_issuer_without_keys_does_not_disturb_the_others() {
    let two = Two::new(|_| {});
    two.published[0].withhold();
    let tokens = two.tokens();
    assert_eq!(
        code(&two.authenticator, &tokens[0]).await,
        "keys_unavailable"
    );
    assert_eq!(code(&two.authenticator, &tokens[1]).await, "verified");
    assert!(matches!(
        two.authenticator.key_status(),
        KeyStatus::Starting { .. }
    ));
    let [first, second] = &two.authenticator.key_statuses()[..] else {
        panic!("one for each")
    };
    assert_eq!(
        (first.issuer.as_str(), second.issuer.as_str()),
        (ISSUER, OTHER)
    );
    assert!(matches!(first.keys, KeyStatus::Starting { .. }));
    assert!(matches!(second.keys, KeyStatus::Ready { keys: 1, .. }));
}

#[test]
fn the_status_is_that_of_the_issuer_that_is_worst_off() {
    #[derive(Debug)]
    struct Keys(KeyStatus);

    impl KeySource for Keys {
        fn current(&self) -> Option<Arc<KeySet>> {
            None
        }

        fn with_key<'a>(&'a self, _: &'a str) -> KeysFuture<'a> {
            Box::pin(std::future::ready(Err(KeyLookupError::NotFound)))
        }

        fn status(&self) -> KeyStatus {
            self.0.clone()
        }
    }

    let age = Duration::ZERO;
    let ready = || KeyStatus::Ready { age, keys: 1 };
    let degraded = |reason: &str| KeyStatus::Degraded {
        age,
        failing_for: age,
        reason: reason.to_owned(),
    };
    let starting = |reason: &str| KeyStatus::Starting {
        reason: Some(reason.to_owned()),
    };
    let rows = [
        (vec![ready(), ready()], "ready"),
        (vec![ready(), degraded("a"), degraded("b")], "degraded a"),
        (
            vec![degraded("a"), starting("b"), starting("c"), ready()],
            "starting b",
        ),
    ];
    for (statuses, expected) in rows {
        let issuers = statuses.into_iter().enumerate().map(|(index, status)| {
            let rules = rules(&format!("https://{index}.example/"));
            let keys: Arc<dyn KeySource> = Arc::new(Keys(status));
            (provider(rules), keys)
        });
        let worst = match several(issuers).build().unwrap().key_status() {
            KeyStatus::Ready { .. } => "ready".to_owned(),
            KeyStatus::Degraded { reason, .. } => format!("degraded {reason}"),
            KeyStatus::Starting { reason } => format!("starting {}", reason.unwrap()),
        };
        assert_eq!(worst, expected);
    }
}

#[test]
fn providers_that_share_an_issuer_cannot_be_told_apart() {
    let issuer = |names: &[&str]| {
        let mut rules = rules(ISSUER);
        rules.issuers = names.iter().map(|&name| name.to_owned()).collect();
        let keys: Arc<dyn KeySource> = Published::of(&[&TestKey::fixed()]);
        (provider(rules), keys)
    };
    let shared = several([issuer(&["a", "b"]), issuer(&["c", "b"])]).build();
    assert!(
        matches!(&shared, Err(AuthenticatorError::SharedIssuer(name)) if name == "b"),
        "{shared:?}"
    );
    let accepted = several([issuer(&["b", "b"]), issuer(&["c", "a"])]).build();
    assert_eq!(accepted.unwrap().issuers(), ["b", "b", "c", "a"]);
}
