//! The provider contract: checks that every provider has to pass.

mod rights;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Value, json};

use super::bad_tokens::bad_tokens;
use super::{StaticKeys, TestClock, TestKey};
use crate::authenticated::Authenticated;
use crate::authenticator::Authenticator;
use crate::claims::Claims;
use crate::keys::KeyAddress;
use crate::provider::Provider;
use crate::verification_rules::{AudienceRule, VerificationRules};
use crate::verifier::VerifyError;

/// The time at which [`provider_contract`] verifies tokens, in seconds since the epoch.
pub const CONTRACT_NOW: f64 = 1_700_000_000.0;

/// Checks that a provider meets the requirements for all providers. Panics with everything that it does not meet.
///
/// `good` are the claims of a token that it accepts at [`CONTRACT_NOW`], with every claim that it reads rights from, and
/// names that differ: a role within a tenant is none outside of it. The tokens are signed with RS256 by [`TestKey::fixed`].
///
/// - The good token is accepted, and gives a principal with its issuer, subject and expiry.
/// - Discovery accepts only issuers that are accepted in tokens.
/// - A token with one fault is refused with the expected code: signature, header, times, issuer, audience, client, the
///   provider's own marks, and ID, refresh and logout tokens.
/// - A token without the claims that give rights gives none, and names no tenant, except one that it may not be without.
/// - A claim of the wrong type, wherever it is, gives no more than no claim.
/// - Scopes are the same in a list and in a text with spaces; a text is one role or permission, whatever it contains.
/// - What another tenant granted counts in no other, and not outside of tenants.
///
/// ```
/// use identity_core::providers::Auth0;
/// use identity_core::testing::{CONTRACT_NOW, provider_contract};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let provider = Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com").unwrap();
/// provider_contract(provider, &json!({
///     "iss": "https://dev-example.us.auth0.com/", "aud": "https://api.example.com", "sub": "auth0|1",
///     "iat": CONTRACT_NOW, "exp": CONTRACT_NOW + 600.0, "scope": "read:messages", "permissions": ["messages.read"],
/// })).await;
/// # }
/// ```
pub async fn provider_contract(provider: impl Provider, good: &Value) {
    let faults = faults_of(Arc::new(provider), good).await;
    let faults = faults.join("\n- ");
    assert!(faults.is_empty(), "the provider contract:\n- {faults}");
}

type Outcome = Result<Arc<Authenticated>, VerifyError>;

/// Verifies tokens as the provider says, and collects what it does not meet.
struct Contract {
    key: TestKey,
    authenticator: Authenticator,
    rules: VerificationRules,
    good: Claims,
    faults: Vec<String>,
}

async fn faults_of(provider: Arc<dyn Provider>, good: &Value) -> Vec<String> {
    let key = TestKey::fixed();
    let authenticator = Authenticator::builder(Arc::clone(&provider))
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(CONTRACT_NOW)))
        .build();
    let rules = provider.verification();
    let mut contract = Contract {
        key,
        rules: rules.clone(),
        authenticator: authenticator.expect("one provider with its keys"),
        good: good.as_object().expect("claims are an object").clone(),
        faults: Vec::new(),
    };
    if let KeyAddress::Discovered(discovery) = provider.keys() {
        for issuer in &discovery.issuers {
            let is_accepted = rules.issuers.contains(issuer);
            contract.require(is_accepted, || {
                format!("discovery may name {issuer}, which no token may")
            });
        }
    }
    let has_audience =
        matches!(rules.audience, AudienceRule::Absent) || contract.good.contains_key("aud");
    contract.require(has_audience, || "the good token has no audience".to_owned());
    if let Some(caller) = contract.good_token().await {
        for bad in bad_tokens(&contract.key, &rules, &contract.good, CONTRACT_NOW) {
            let found = code(contract.verify(&bad.token).await);
            contract.require(found == bad.code, || {
                format!(
                    "a token that is bad ({bad}) must be refused with {}, but is {found}",
                    bad.code
                )
            });
        }
        let found = code(contract.verify("").await);
        contract.require(found == "malformed_token", || {
            format!("an empty text must be refused with malformed_token, but is {found}")
        });
        rights::check(&mut contract, caller.principal()).await;
    }
    contract.faults
}

impl Contract {
    fn require(&mut self, is_met: bool, fault: impl FnOnce() -> String) {
        if !is_met {
            self.faults.push(fault());
        }
    }

    async fn verify(&self, token: &str) -> Outcome {
        self.authenticator.authenticate(token).await
    }

    async fn verify_claims(&self, claims: &Claims) -> Outcome {
        let claims = Value::Object(claims.clone());
        self.verify(&self.key.token_by(&self.rules, &claims)).await
    }

    /// Returns the caller of the good token. `None` if there is none, and nothing else can be checked.
    async fn good_token(&mut self) -> Option<Arc<Authenticated>> {
        let caller = match self.verify_claims(&self.good).await {
            Ok(caller) => caller,
            Err(error) => {
                self.faults
                    .push(format!("the good token is refused: {error}"));
                return None;
            }
        };
        let principal = caller.principal();
        for (claim, found) in [
            ("iss", json!(principal.issuer)),
            ("sub", json!(principal.subject)),
            ("exp", json!(principal.expires_at.seconds())),
        ] {
            let expected = self.good.get(claim).cloned();
            let expected = match claim {
                "exp" => expected.and_then(|time| time.as_f64()).map(Value::from),
                _ => expected,
            };
            let is_same = expected.is_none_or(|expected| expected == found);
            self.require(is_same, || {
                format!("the principal does not have the good token's {claim}")
            });
        }
        Some(caller)
    }
}

fn code(outcome: Outcome) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "accepted")
}
