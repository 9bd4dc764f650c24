//! A secret that is not printed, and is compared in constant time.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use crate::keys::KeyError;
use crate::random;

/// A client secret, an access key or the control token.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// A new secret of 20 letters and digits.
    ///
    /// # Errors
    /// If the random generator failed.
    pub fn random() -> Result<Self, KeyError> {
        random::alphanumeric(20).map(Self)
    }

    /// The secret itself, to be sent where it is checked.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `guess` is this secret, in a time that does not depend on how alike they are.
    pub fn matches(&self, guess: &str) -> bool {
        // Hashed first: comparing texts of different lengths would show the length.
        let ours = digest(&SHA256, self.0.as_bytes());
        let theirs = digest(&SHA256, guess.as_bytes());
        ours.as_ref().ct_eq(theirs.as_ref()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_text_matches() {
        let secret = Secret::new("local-admin-secret");
        for wrong in [
            "",
            "local-admin-secre",
            "local-admin-secret ",
            "Local-admin-secret",
        ] {
            assert!(!secret.matches(wrong), "{wrong:?} must not match");
        }
        assert!(secret.matches("local-admin-secret"));
    }

    #[test]
    fn debug_output_does_not_show_the_secret() {
        assert_eq!(
            format!("{:?}", Secret::new("local-admin-secret")),
            "Secret(..)"
        );
    }
}
