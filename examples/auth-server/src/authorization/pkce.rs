//! Proof Key for Code Exchange (RFC 7636), with S256 alone.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{AuthorizationError, Parameters};
use crate::tokens::hash_of;

/// A code challenge by S256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// Returns the challenge of an authorization request, which must have one.
    pub fn read(parameters: &Parameters) -> Result<Self, AuthorizationError> {
        let refused = |description: &str| Err(AuthorizationError::invalid(description));
        let Some(challenge) = parameters.get("code_challenge") else {
            return refused("code_challenge is missing: PKCE is required");
        };
        match parameters.get("code_challenge_method") {
            Some("S256") => {}
            // Without a method it is `plain`, which protects nothing.
            None | Some("plain") => {
                return refused("code_challenge_method must be S256: plain protects nothing");
            }
            Some(_) => return refused("code_challenge_method must be S256"),
        }
        let is_hash = challenge.len() == 43 && URL_SAFE_NO_PAD.decode(challenge).is_ok();
        match is_hash {
            true => Ok(Self(challenge.to_owned())),
            false => refused("code_challenge must be the SHA-256 of the verifier in base64url"),
        }
    }

    /// Returns the challenge as it was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to store.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Returns whether this is the verifier whose challenge it is.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_verifier = (43..=128).contains(&verifier.len()) && verifier.bytes().all(plain);
        let hash = hash_of(verifier);
        is_verifier && verify_slices_are_equal(hash.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Challenge;
    use crate::authorization::Parameters;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn challenges_that_protect_nothing_are_refused() {
        for (query, told) in [
            ("".to_owned(), "missing"),
            ("code_challenge_method=S256".to_owned(), "missing"),
            (format!("code_challenge={VERIFIER}"), "plain"),
            (
                format!("code_challenge={VERIFIER}&code_challenge_method=plain"),
                "plain",
            ),
            (
                format!("code_challenge={CHALLENGE}&code_challenge_method=s256"),
                "S256",
            ),
            (
                "code_challenge=short&code_challenge_method=S256".to_owned(),
                "SHA-256",
            ),
        ] {
            let refused = Challenge::read(&Parameters::of(&query)).unwrap_err();
            assert!(refused.description.contains(told), "{query}: {refused:?}");
        }
    }

    #[test]
    fn only_the_verifier_meets_its_challenge() {
        let query = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
        let challenge = Challenge::read(&Parameters::of(&query)).unwrap();
        let long = "a".repeat(129);
        for wrong in [
            "",
            CHALLENGE,
            &VERIFIER[1..],
            &long,
            &VERIFIER.to_lowercase(),
        ] {
            assert!(!challenge.is_met_by(wrong), "{wrong}");
        }
        assert!(challenge.is_met_by(VERIFIER));
    }
}
