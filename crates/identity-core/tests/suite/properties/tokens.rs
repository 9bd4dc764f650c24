//! Tokens: only signed tokens are accepted, with their claims unchanged.

use identity_core::{TokenError, VerifyError};
use proptest::prelude::*;

use crate::properties::corpus::{TOKENS, is_good};
use crate::properties::issuer::{claims, header, sign, verify};
use crate::properties::mutation::{changed, changes};

#[test]
fn each_seed_has_the_outcome_that_its_name_says() {
    for (name, token) in TOKENS {
        let outcome = verify(token);
        assert_eq!(outcome.is_ok(), is_good(name), "{name}: {outcome:?}");
    }
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn any_text_is_refused_as_malformed(text in any::<String>()) {
        let error = verify(&text).unwrap_err();
        prop_assert_eq!(error.code(), "malformed_token");
    }

    #[test]
    fn anything_in_the_form_of_a_token_is_refused(token in "[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{0,60}){0,5}") {
        let error = verify(&token).unwrap_err();
        let segments = token.split('.').count();
        if segments != 3 {
            prop_assert_eq!(error.code(), "malformed_token");
        }
    }

    #[test]
    fn no_token_that_differs_from_a_signed_one_is_accepted(
        seed in prop::sample::select(TOKENS), changes in changes()
    ) {
        let token = changed(seed.1.as_bytes(), &changes);
        let token = String::from_utf8_lossy(&token);
        let is_a_seed = TOKENS.iter().any(|(name, seed)| is_good(name) && *seed == token);
        let outcome = verify(&token);
        prop_assert_eq!(outcome.is_ok(), is_a_seed, "{}: {:?}", token, outcome);
    }

    #[test]
    fn no_byte_of_a_good_token_can_be_another(place in any::<prop::sample::Index>(), byte in any::<char>()) {
        let good = sign(&header().to_string(), &claims().to_string());
        let at = place.index(good.len());
        let mut other = good.clone();
        other.replace_range(at..=at, &byte.to_string());
        prop_assert_eq!(verify(&other).is_ok(), other == good, "{}", other);
    }

    #[test]
    fn parts_of_two_good_tokens_do_not_make_a_third(subject in "[a-z]{1,8}", part in 0_usize..3) {
        let mut claims = claims();
        let one = sign(&header().to_string(), &claims.to_string());
        claims["sub"] = subject.into();
        let two = sign(r#"{"kid":"rfc8037","alg":"EdDSA"}"#, &claims.to_string());
        let mut parts: Vec<_> = one.split('.').collect();
        parts[part] = two.split('.').nth(part).unwrap();
        let error = verify(&parts.join(".")).unwrap_err();
        prop_assert!(matches!(error, VerifyError::Token(TokenError::InvalidSignature)), "{}", error);
    }

    #[test]
    fn a_token_over_the_limit_is_not_taken_apart(more in 0_usize..3000) {
        let good = sign(&header().to_string(), &claims().to_string());
        let long = format!("{good}{}", "A".repeat(16 * 1024 + 1 - good.len() + more));
        let error = verify(&long).unwrap_err();
        prop_assert_eq!(error.code(), "token_too_large");
    }
}
