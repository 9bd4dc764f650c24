//! A caller whose token was verified.

use crate::principal::Principal;
use crate::verified_token::VerifiedToken;

/// A caller whose token was verified. Only an [`Authenticator`](crate::Authenticator) makes one.
#[derive(Debug)]
pub struct Authenticated {
    pub(crate) principal: Principal,
    pub(crate) token: VerifiedToken,
}

impl Authenticated {
    /// Returns who is calling, and with what rights.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the token that was verified.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }
}
