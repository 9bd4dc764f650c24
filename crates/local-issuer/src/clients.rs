//! Applications that people sign in to.

mod redirect_uri;

pub use redirect_uri::RedirectUri;

use crate::secret::Secret;

/// An application that people sign in to, as both providers know it.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// What the sign-in page calls it.
    pub name: String,
    /// Its secret; without one it is a public client, which must use PKCE.
    pub secret: Option<Secret>,
    /// Where a person is sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person is sent to after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
}

impl Client {
    /// Whether it has no secret, as a page in a browser or a program on somebody's machine.
    pub fn is_public(&self) -> bool {
        self.secret.is_none()
    }

    pub(crate) fn may_redirect_to(&self, address: &str) -> bool {
        self.redirect_uris.iter().any(|uri| uri.matches(address))
    }

    pub(crate) fn may_log_out_to(&self, address: &str) -> bool {
        let mut uris = self.post_logout_redirect_uris.iter();
        uris.any(|uri| uri.matches(address))
    }

    /// Whether this is its secret; a public client must send none.
    pub(crate) fn accepts(&self, secret: Option<&str>) -> bool {
        match (&self.secret, secret) {
            (None, None) => true,
            (Some(own), Some(secret)) => own.matches(secret),
            _ => false,
        }
    }
}
