//! The authenticated caller of a request.

use crate::principal::Principal;
use crate::verified_token::VerifiedToken;

/// The authenticated caller of a request. Only an [`Authenticator`](crate::Authenticator) creates one.
#[derive(Debug)]
pub struct Authenticated {
    pub(crate) principal: Principal,
    pub(crate) token: VerifiedToken,
}

impl Authenticated {
    /// Returns the caller and their rights.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the verified token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }
}
