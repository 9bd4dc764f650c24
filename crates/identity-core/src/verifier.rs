//! Verification of tokens.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::algorithms::Algorithm;
use crate::claims::Claims;
use crate::clock::{Clock, UnixTime};
use crate::header::Header;
use crate::introspection::{self, IntrospectionError};
use crate::keys::{KeyError, KeyLookupError, KeyMaterial, KeySet, KeySource, VerificationKey};
use crate::registered_claims;
use crate::token::UnverifiedToken;
use crate::token_error::{Excerpt, Malformed, TokenError};
use crate::verification_rules::{KeyIdRule, TokenLimits, UntypedTokens, VerificationRules};
use crate::verified_token::{Proof, VerifiedToken};

/// Verifies the tokens of one issuer (RFC 7515, section 5.2; RFC 7519, section 7.2; RFC 8725).
///
/// A token never determines the key set, the algorithm or the issuer: it only selects among those configured. Not
/// checked: revocation. A token is accepted until its `exp`, or until its key is removed from the key set.
#[derive(Debug)]
pub struct Verifier {
    rules: VerificationRules,
    limits: TokenLimits,
    keys: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
}

/// Why a token could not be verified.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The token is refused. The caller must get another one.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The issuer's keys are unavailable, so the token may be valid. The operator or the issuer must act.
    #[error(transparent)]
    Unavailable(#[from] KeyError),
    /// The issuer could not be asked about an opaque token, which may be valid. The operator or the issuer must act.
    #[error(transparent)]
    Introspection(#[from] IntrospectionError),
}

impl VerifyError {
    /// The code of [`Unavailable`](Self::Unavailable).
    pub(crate) const UNAVAILABLE: &str = "keys_unavailable";

    /// The code of [`Introspection`](Self::Introspection).
    pub(crate) const NOT_INTROSPECTED: &str = "introspection_unavailable";

    /// Returns the stable code: the log reason, the metric label, and `code` in the response.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Token(error) => error.code(),
            Self::Unavailable(_) => Self::UNAVAILABLE,
            Self::Introspection(_) => Self::NOT_INTROSPECTED,
        }
    }
}

impl Verifier {
    /// Creates a verifier with these rules, keys and clock, and the default limits.
    #[must_use]
    pub fn new(rules: VerificationRules, keys: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        Self {
            rules,
            limits: TokenLimits::default(),
            keys,
            clock,
        }
    }

    /// Replaces the limits.
    #[must_use]
    pub fn with_limits(self, limits: TokenLimits) -> Self {
        Self { limits, ..self }
    }

    /// Verifies a token by the [`VerificationRules`]. Waits only if the token names an unknown key id, or if its signature
    /// does not verify or its algorithm is not that of the key, so that the issuer's keys have to be fetched.
    ///
    /// Errors: [`VerifyError::Token`] if the token is refused, [`VerifyError::Unavailable`] if the keys are
    /// unavailable.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        check_size(token.len(), self.max_bytes())?;
        self.verify_parsed(UnverifiedToken::parse(token)?).await
    }

    /// Verifies a token that is parsed already; see [`verify`](Self::verify).
    pub(crate) async fn verify_parsed(
        &self,
        token: UnverifiedToken<'_>,
    ) -> Result<VerifiedToken, VerifyError> {
        let (token, algorithm, key_id) = self.read(token)?;
        let known = self.keys.current();
        let keys = match known {
            Some(keys) if key_id.is_empty() || keys.has(&key_id) => keys,
            _ => match self.keys.with_key(&key_id).await {
                Ok(keys) => keys,
                Err(KeyLookupError::Unavailable(error)) => return Err(error.into()),
                Err(KeyLookupError::NotFound) => {
                    let id = Excerpt::new(Some(&key_id));
                    return Err(TokenError::KeyNotFound(id).into());
                }
            },
        };
        let checked = check_signature(&token, algorithm, keys.candidates(&key_id));
        let key = match checked.map(VerificationKey::material) {
            Err(refused @ (TokenError::InvalidSignature | TokenError::AlgorithmNotAllowed(_))) => {
                // The issuer may have a new key with an old id, of another type perhaps, as after a restart that made new
                // keys.
                let newer = self.keys.newer_than(&keys).await;
                let newer = newer.filter(|newer| newer.has_newer(&keys, &key_id));
                let newer = newer.ok_or(refused)?;
                check_signature(&token, algorithm, newer.candidates(&key_id))?.material()
            }
            checked => checked?,
        };
        Ok(self.check(token, algorithm, key_id, key)?)
    }

    /// Returns whether [`verify`](Self::verify) would accept this token again now: the same key is still in use, with
    /// the same id and for the same algorithm, and the token's times allow it.
    ///
    /// Nothing else in a verification can change. Does not wait, and does not fetch keys.
    pub(crate) fn still_accepts(&self, token: &VerifiedToken) -> bool {
        let Proof::Signature {
            key_id,
            algorithm,
            key,
        } = &token.proof
        else {
            return false;
        };
        let keys = self.keys.current();
        let is_held = |keys: Arc<KeySet>| keys.holds(token.issuer(), key_id, *algorithm, *key);
        keys.is_some_and(is_held) && token.times.allow(self.clock.now(), self.limits.leeway)
    }

    /// Returns the clock, and the clock skew that is tolerated.
    pub(crate) fn clock(&self) -> (Arc<dyn Clock>, Duration) {
        (Arc::clone(&self.clock), self.limits.leeway)
    }

    /// Returns the accepted values of `iss`.
    pub(crate) fn issuers(&self) -> &[String] {
        &self.rules.issuers
    }

    /// Returns the rules.
    pub(crate) fn rules(&self) -> &VerificationRules {
        &self.rules
    }

    /// Returns the maximum length of a token, in bytes.
    pub(crate) fn max_bytes(&self) -> usize {
        self.limits.max_bytes
    }

    /// Checks everything that needs no key, so that a token of an unknown issuer never causes a fetch.
    fn read<'t>(
        &self,
        mut token: UnverifiedToken<'t>,
    ) -> Result<(UnverifiedToken<'t>, Algorithm, String), TokenError> {
        check_size(token.length(), self.max_bytes())?;
        let algorithm = self.algorithm(&token.header)?;
        self.check_type(&token.header)?;
        if token.header.is_critical() {
            return Err(TokenError::CriticalHeader);
        }
        if let Some(member) = token.header.embedded_key() {
            return Err(TokenError::EmbeddedKey(member));
        }
        let may_lack_id = self.rules.key_ids == KeyIdRule::OptionalWithOneKey;
        let key_id = match token.header.has_key_id() {
            false if may_lack_id => String::new(),
            _ => token.header.take_key_id().ok_or(TokenError::MissingKeyId)?,
        };
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
        let short = header.short_type();
        let mut allowed = self.rules.types.iter();
        if allowed.any(|allowed| allowed.eq_ignore_ascii_case(short)) {
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
        key: KeyMaterial,
    ) -> Result<VerifiedToken, TokenError> {
        let (claims, now) = (token.claims, self.clock.now());
        let times = registered_claims::check_times(&claims, self.limits.leeway, now, None)?;
        let short_type = token.header.short_type();
        let is_at_jwt = short_type.eq_ignore_ascii_case(VerificationRules::RFC_9068_TYPE);
        registered_claims::check(&claims, is_at_jwt, &self.rules)?;
        Ok(VerifiedToken {
            claims,
            times,
            proof: Proof::Signature {
                key_id,
                algorithm,
                key,
            },
        })
    }

    /// Checks the claims of an opaque token that the issuer says is active. Without `exp`, it expires at `without_exp`.
    pub(crate) fn check_introspected(
        &self,
        claims: Claims,
        without_exp: UnixTime,
    ) -> Result<VerifiedToken, TokenError> {
        registered_claims::check_issuer(&claims, &self.rules.issuers)?;
        let (leeway, now) = (self.limits.leeway, self.clock.now());
        let times = registered_claims::check_times(&claims, leeway, now, Some(without_exp))?;
        registered_claims::check(&claims, false, &self.rules)?;
        introspection::check_token_type(&claims)?;
        Ok(VerifiedToken {
            claims,
            times,
            proof: Proof::Introspection,
        })
    }
}

/// Checks the length before the token is parsed.
pub(crate) fn check_size(length: usize, limit: usize) -> Result<(), TokenError> {
    if length > limit {
        return Err(TokenError::TooLarge { length, limit });
    }
    Ok(())
}

/// Tries each key with that id, because several keys may have the same one. Returns the key that made the signature.
fn check_signature<'k>(
    token: &UnverifiedToken<'_>,
    algorithm: Algorithm,
    keys: &'k [VerificationKey],
) -> Result<&'k VerificationKey, TokenError> {
    if keys.is_empty() {
        return Err(TokenError::MissingKeyId); // only a token without one has no candidates
    }
    let issuer = registered_claims::issuer(&token.claims)?;
    let mut of_issuer = keys.iter().filter(|key| key.is_of(issuer)).peekable();
    if of_issuer.peek().is_none() {
        let id = keys.first().map(VerificationKey::id);
        return Err(TokenError::KeyNotFound(Excerpt::new(id)));
    }
    let usable = |key: &'k VerificationKey| Some((key, key.verifier(algorithm)?));
    let mut usable = of_issuer.filter_map(usable).peekable();
    if usable.peek().is_none() {
        let name = Excerpt::new(token.header.algorithm());
        return Err(TokenError::AlgorithmNotAllowed(name));
    }
    let signature = URL_SAFE_NO_PAD
        .decode(token.signature)
        .map_err(|_| TokenError::Malformed(Malformed::SignatureEncoding))?;
    let message = token.signing_input.as_bytes();
    usable
        .find(|(_, verifier)| verifier.verify(message, &signature).is_ok())
        .map(|(key, _)| key)
        .ok_or(TokenError::InvalidSignature)
}

#[cfg(test)]
#[path = "verifier_tests/mod.rs"]
mod tests;
