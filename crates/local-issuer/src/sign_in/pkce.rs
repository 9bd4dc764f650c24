//! Proof Key for Code Exchange, [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), with S256 alone.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::AuthorizationError;
use crate::client_request::Parameters;
use crate::secret::Secret;

/// A code challenge by S256.
#[derive(Clone, Debug)]
pub(crate) struct Challenge(Secret);

impl Challenge {
    /// The challenge of an authorization request. A client that is not `public` may leave it out.
    pub(super) fn read(
        parameters: &Parameters,
        public: bool,
    ) -> Result<Option<Self>, AuthorizationError> {
        let method = parameters.get("code_challenge_method");
        let Some(challenge) = parameters.get("code_challenge") else {
            return match (public, method) {
                (true, _) => refused("code_challenge is missing: a public client must use PKCE"),
                (false, Some(_)) => refused("code_challenge_method needs a code_challenge"),
                (false, None) => Ok(None),
            };
        };
        match method {
            Some("S256") => {}
            // Without a method it is `plain`, which protects nothing.
            None | Some("plain") => {
                return refused("code_challenge_method must be S256; plain is not allowed");
            }
            Some(_) => return refused("code_challenge_method must be S256"),
        }
        // The SHA-256 of anything has this many letters.
        let is_one = challenge.len() == 43 && URL_SAFE_NO_PAD.decode(challenge).is_ok();
        if !is_one {
            return refused("code_challenge must be the SHA-256 of the verifier in base64url");
        }
        Ok(Some(Self(Secret::new(challenge))))
    }

    /// Whether this is the verifier whose challenge it is.
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
        let hash = digest(&SHA256, verifier.as_bytes());
        self.0.matches(&URL_SAFE_NO_PAD.encode(hash)) && well_formed
    }
}

fn refused<T>(description: &str) -> Result<T, AuthorizationError> {
    Err(AuthorizationError::invalid(description))
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(query: &str, public: bool) -> Result<Option<Challenge>, String> {
        let parameters = Parameters::from_form(query.as_bytes()).unwrap();
        Challenge::read(&parameters, public).map_err(|error| error.description)
    }

    #[test]
    fn challenges_that_protect_nothing_are_refused() {
        let plain = format!("code_challenge={VERIFIER}");
        for (query, public, expected) in [
            (String::new(), true, "code_challenge is missing"),
            ("code_challenge_method=S256".to_owned(), true, "missing"),
            ("code_challenge_method=S256".to_owned(), false, "needs a"),
            (plain.clone(), true, "plain is not allowed"),
            (
                format!("{plain}&code_challenge_method=plain"),
                false,
                "plain is not",
            ),
            (
                format!("{plain}&code_challenge_method=s256"),
                true,
                "must be S256",
            ),
            (
                "code_challenge=short&code_challenge_method=S256".to_owned(),
                true,
                "SHA-256",
            ),
        ] {
            let fault = read(&query, public).unwrap_err();
            assert!(fault.contains(expected), "{query}: {fault}");
        }
        assert!(read("", false).unwrap().is_none());
    }

    #[test]
    fn only_the_verifier_meets_its_challenge() {
        let query = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
        let challenge = read(&query, true).unwrap().unwrap();
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
