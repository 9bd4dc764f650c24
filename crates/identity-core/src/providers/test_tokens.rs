//! What the tests of all providers do with tokens.

use std::sync::Arc;

use serde_json::Value;

use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{Authenticated, Authenticator, Provider, TokenError, VerifyError};

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

/// Returns what becomes of a token of [`TestKey::fixed`] at this provider.
pub(super) async fn verified(
    provider: impl Provider,
    token: &str,
) -> Result<Arc<Authenticated>, TokenError> {
    let authenticator = Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
        .clock(Arc::new(TestClock::at(NOW)))
        .build()
        .unwrap();
    let outcome = authenticator.authenticate(token).await;
    outcome.map_err(|error| match error {
        VerifyError::Token(error) => error,
        other => panic!("{other}"),
    })
}
