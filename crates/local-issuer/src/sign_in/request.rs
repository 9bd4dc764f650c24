//! An authorization request that can be answered.

use super::grant::Target;
use super::pkce::Challenge;
use super::prompt::Prompt;
use super::return_to::ReturnTo;

/// A request that can be answered.
#[derive(Clone, Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) return_to: ReturnTo,
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) challenge: Option<Challenge>,
    pub(super) scope: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) login_hint: Option<String>,
    /// Whom the client knows by an ID token; nobody else will do.
    pub(super) subject: Option<String>,
    pub(super) prompt: Prompt,
    pub(super) target: Target,
}
