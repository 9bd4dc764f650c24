//! Token in, verified token out.

use std::sync::Arc;

use jsonwebtoken::crypto;

use crate::Algorithm;
use crate::clock::Clock;
use crate::header::Header;
use crate::keys::{KeyError, KeySet, KeySource, VerificationKey};
use crate::registered_claims;
use crate::token::UnverifiedToken;
use crate::token_error::{Excerpt, Malformed, TokenError};
use crate::verification_rules::{UntypedTokens, VerificationRules};
use crate::verified_token::VerifiedToken;

/// Verifies the tokens of one issuer (RFC 7515, section 5.2; RFC 7519, section 7.2; RFC 8725).
///
/// Nothing a token says chooses the key set, the algorithm or the issuer: it only selects among what is configured.
/// Revocation is not checked: a token is good until its `exp`, or until its key leaves the key set.
#[derive(Debug)]
pub struct Verifier {
    rules: VerificationRules,
    keys: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
}

/// Why a token could not be verified.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The token is not good. The caller must get another one.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token may be good, but the issuer's keys are out of reach. The operator or the issuer must act.
    #[error(transparent)]
    Unavailable(#[from] KeyError),
}

impl VerifyError {
    /// The stable code: log reason, metric label and the `code` of the answer.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Token(error) => error.code(),
            Self::Unavailable(_) => "keys_unavailable",
        }
    }
}

impl Verifier {
    /// A verifier of tokens that follow `rules`, signed with `keys`.
    pub fn new(rules: VerificationRules, keys: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        Self { rules, keys, clock }
    }

    /// Checks everything that [`VerificationRules`] asks for. Awaits only where the token names a key that is not known
    /// yet and the issuer is asked for its keys.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let (token, algorithm, key_id) = self.read(token)?;
        let known = self.keys.current();
        let keys = match known {
            Some(keys) if keys.has(&key_id) => keys,
            _ => self.keys.with_key(&key_id).await?,
        };
        Ok(self.check(token, algorithm, key_id, &keys)?)
    }

    /// Everything that needs no key, so that a token of a stranger never causes a fetch.
    fn read<'t>(
        &self,
        token: &'t str,
    ) -> Result<(UnverifiedToken<'t>, Algorithm, String), TokenError> {
        let limit = self.rules.max_token_bytes;
        if token.len() > limit {
            return Err(TokenError::TooLarge {
                length: token.len(),
                limit,
            });
        }
        let mut token = UnverifiedToken::parse(token)?;
        let algorithm = self.algorithm(&token.header)?;
        self.check_type(&token.header)?;
        if token.header.is_critical() {
            return Err(TokenError::CriticalHeader);
        }
        if let Some(member) = token.header.embedded_key() {
            return Err(TokenError::EmbeddedKey(member));
        }
        let key_id = token.header.take_key_id().ok_or(TokenError::MissingKeyId)?;
        registered_claims::check_issuer(&token.claims, &self.rules.issuers)?;
        Ok((token, algorithm, key_id))
    }

    fn algorithm(&self, header: &Header) -> Result<Algorithm, TokenError> {
        let name = header.algorithm();
        name.and_then(|name| self.rules.algorithms.named(name))
            .ok_or_else(|| TokenError::AlgorithmNotAllowed(Excerpt::new(name)))
    }

    fn check_type(&self, header: &Header) -> Result<(), TokenError> {
        let Some(value) = header.token_type() else {
            return match self.rules.untyped {
                UntypedTokens::Accepted => Ok(()),
                UntypedTokens::Refused => Err(TokenError::TypeNotAllowed(Excerpt::new(None))),
            };
        };
        let name = value.as_str().unwrap_or_default();
        let short = match name.get(.."application/".len()) {
            Some(prefix) if prefix.eq_ignore_ascii_case("application/") => {
                name.get(prefix.len()..).unwrap_or_default()
            }
            _ => name,
        };
        if self
            .rules
            .types
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(short))
        {
            Ok(())
        } else {
            Err(TokenError::TypeNotAllowed(Excerpt::new(value.as_str())))
        }
    }

    fn check(
        &self,
        token: UnverifiedToken<'_>,
        algorithm: Algorithm,
        key_id: String,
        keys: &KeySet,
    ) -> Result<VerifiedToken, TokenError> {
        check_signature(&token, algorithm, keys.of(&key_id))?;
        let times = registered_claims::check(&token.claims, &self.rules, self.clock.now())?;
        Ok(VerifiedToken {
            claims: token.claims,
            times,
            key_id,
        })
    }
}

/// Tries the keys of that id in turn: two keys may share one.
fn check_signature(
    token: &UnverifiedToken<'_>,
    algorithm: Algorithm,
    keys: &[VerificationKey],
) -> Result<(), TokenError> {
    let mut usable = keys.iter().filter(|key| key.is_for(algorithm)).peekable();
    if usable.peek().is_none() {
        return Err(TokenError::AlgorithmNotAllowed(Excerpt::new(
            token.header.algorithm(),
        )));
    }
    for key in usable {
        match crypto::verify(
            token.signature,
            token.signing_input.as_bytes(),
            key.decoding_key(),
            algorithm,
        ) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) if matches!(error.kind(), jsonwebtoken::errors::ErrorKind::Base64(_)) => {
                return Err(TokenError::Malformed(Malformed::SignatureEncoding));
            }
            Err(_) => {}
        }
    }
    Err(TokenError::InvalidSignature)
}

#[cfg(test)]
#[path = "verifier_tests/mod.rs"]
mod tests;
