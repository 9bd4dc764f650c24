//! What the tests of all providers do with tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{Authenticated, Authenticator, Principal, Provider};

/// The time at which tokens are verified.
pub(super) const NOW: f64 = 1_700_000_000.0;

/// Returns claims with these in place of those of `base`; `null` leaves one out.
pub(super) fn changed(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(base.as_object_mut().unwrap().remove(name)),
            value => base[name] = value.clone(),
        }
    }
    base
}

/// Returns values that are neither a text nor a list of texts.
pub(super) fn wrong_types() -> [Value; 5] {
    let object = json!({"admin": true});
    let (mixed, nested) = (json!(["admin", 5]), json!([["admin"]]));
    [json!(5), json!(true), object, mixed, nested]
}

/// Checks that a caller has no rights and no client. `value`, for the failure output, is that of the claims that would
/// give them.
pub(super) fn has_no_rights(principal: &Principal, value: &Value) {
    let rights = [&principal.scopes, &principal.roles, &principal.permissions];
    assert!(rights.into_iter().all(Vec::is_empty), "{value}");
    assert_eq!(principal.client, None, "{value}");
}

/// The tokens of a provider, signed with [`TestKey::fixed`], and an authenticator for them.
///
/// Changes are to the claims of a good token; `null` leaves one out.
pub(super) struct Tokens {
    authenticator: Authenticator,
    good: Value,
}

impl Tokens {
    pub(super) fn new(provider: impl Provider, good: Value) -> Self {
        let authenticator = Authenticator::builder(provider)
            .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
            .clock(Arc::new(TestClock::at(NOW)))
            .build()
            .unwrap();
        Self {
            authenticator,
            good,
        }
    }

    /// Returns the good token with this type (`typ`).
    pub(super) fn of_type(&self, kind: &str) -> String {
        let header = json!({"alg": "RS256", "typ": kind, "kid": "fixed"});
        TestKey::fixed().token_with_header(&header, &self.good)
    }

    pub(super) async fn caller(&self, changes: Value) -> Arc<Authenticated> {
        let claims = changed(self.good.clone(), &changes);
        self.caller_of(&TestKey::fixed().token(&claims)).await
    }

    /// Like [`caller`](Self::caller), for a whole token.
    pub(super) async fn caller_of(&self, token: &str) -> Arc<Authenticated> {
        self.authenticator.authenticate(token).await.unwrap()
    }

    /// Returns the code of the refusal, or `None` if the token is accepted.
    pub(super) async fn refusal(&self, changes: Value) -> Option<&'static str> {
        let claims = changed(self.good.clone(), &changes);
        self.refusal_of(&TestKey::fixed().token(&claims)).await
    }

    /// Like [`refusal`](Self::refusal), for a whole token.
    pub(super) async fn refusal_of(&self, token: &str) -> Option<&'static str> {
        let outcome = self.authenticator.authenticate(token).await;
        outcome.err().map(|error| error.code())
    }

    /// Checks that the token is refused with this code, or accepted, whichever of these values the claim has.
    pub(super) async fn expect_each(&self, claim: &str, values: Value, expected: Option<&str>) {
        for value in values.as_array().unwrap() {
            let found = self.refusal(json!({claim: value})).await;
            assert_eq!(found, expected, "{claim} = {value} in {}", self.good);
        }
    }

    /// Checks which types (`typ`) a token may have.
    pub(super) async fn expect_types(&self, accepted: &[&str], refused: &[&str]) {
        let refusal = Some("token_type_not_allowed");
        let refused = refused.iter().map(|&kind| (kind, refusal));
        let accepted = accepted.iter().map(|&kind| (kind, None));
        for (kind, expected) in refused.chain(accepted) {
            let token = self.of_type(kind);
            assert_eq!(self.refusal_of(&token).await, expected, "{kind}");
        }
    }
}
