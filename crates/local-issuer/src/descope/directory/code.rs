//! A code that a test user signs in with, once.

use serde_json::{Map, Value};

use crate::descope::refusals;
use crate::refusal::Refusal;
use crate::secret::Secret;

/// A code can be used for three minutes, in seconds.
const LIFETIME: i64 = 180;
/// A code is refused after so many wrong ones.
const MOST_ATTEMPTS: u32 = 5;

/// A code, and what the session that it opens is to have.
#[derive(Clone)]
pub(crate) struct OneTimeCode {
    code: Secret,
    expires_at: i64,
    wrong_attempts: u32,
    client_claims: Map<String, Value>,
}

impl OneTimeCode {
    pub(crate) fn new(code: &str, client_claims: Map<String, Value>, now: i64) -> Self {
        Self {
            code: Secret::new(code),
            expires_at: now.saturating_add(LIFETIME),
            wrong_attempts: 0,
            client_claims,
        }
    }

    /// Returns the claims of the client's own making if this is the code; counts it if it is not.
    pub(crate) fn redeem(&mut self, code: &str, now: i64) -> Result<Map<String, Value>, Refusal> {
        if self.wrong_attempts >= MOST_ATTEMPTS {
            return Err(refusals::too_many_attempts());
        }
        if now >= self.expires_at || !self.code.matches(code) {
            self.wrong_attempts += 1;
            return Err(refusals::wrong_code());
        }
        Ok(std::mem::take(&mut self.client_claims))
    }
}
