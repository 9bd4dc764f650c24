//! What would be accepted instead of a refused token.

use crate::authenticator::Authenticator;
use crate::setting_names::SettingNames;
use crate::token_error::{Excerpt, Malformed, TokenError};
use crate::verification_rules::{AudienceRule, VerificationRules};

/// How many accepted values a line of the log names.
const MOST_NAMED: usize = 3;

impl Authenticator {
    /// Returns what would be accepted instead of what the error names, and the setting of it, for the log. With several
    /// providers, what any of them accepts. Of many values the first three, and the number of others. `None` if there is
    /// nothing to say.
    #[must_use]
    pub fn expectation(&self, error: &TokenError) -> Option<String> {
        let all = |of: fn(&VerificationRules) -> Vec<String>| {
            let mut all: Vec<_> = self.rules().flat_map(of).collect();
            all.dedup();
            // The caller may be anyone: a refused token must not print a long list each time.
            let others = all.split_off(all.len().min(MOST_NAMED)).len();
            let named = all.join(" or ");
            match others {
                0 => named,
                1 => format!("{named} and 1 other"),
                others => format!("{named} and {others} others"),
            }
        };
        let SettingNames {
            audience,
            clients,
            algorithms,
            client_as_subject,
            key_id_optional,
            opaque_token,
            introspection,
            ..
        } = self.names();
        match error {
            TokenError::InvalidIssuer(_) => Some(all(|rules| rules.issuers.clone())),
            TokenError::InvalidAudience(_) => Some(set_by(all(audiences), audience)),
            TokenError::InvalidClient(_) => {
                Some(set_by(all(|rules| rules.clients.clone()), clients))
            }
            TokenError::AlgorithmNotAllowed(_) => {
                let accepted = all(|rules| vec![rules.algorithms.to_string()]);
                let accepted = set_by(accepted, algorithms);
                Some(match self.offered_algorithms() {
                    offered if offered.is_empty() => accepted,
                    offered => {
                        let offered = Excerpt::new(Some(&offered.join(", ")));
                        format!("{accepted}; the discovery document offers {offered}")
                    }
                })
            }
            TokenError::MissingClaim("sub") => {
                client_as_subject.map(|name| format!("it, or {name} with a client"))
            }
            TokenError::MissingKeyId => {
                key_id_optional.map(|name| format!("one, or {name} and a single key in the set"))
            }
            TokenError::Malformed(form @ (Malformed::Opaque | Malformed::Encrypted)) => {
                let other = introspection.filter(|_| *form == Malformed::Opaque);
                let other = other.map(|name| format!(", or {name}, to ask the issuer about it"));
                let remedy = opaque_token.map(|remedy| format!(": {remedy}"));
                let (other, remedy) = (other.unwrap_or_default(), remedy.unwrap_or_default());
                Some(format!("a signed JWT{other}{remedy}"))
            }
            _ => None,
        }
    }
}

fn audiences(rules: &VerificationRules) -> Vec<String> {
    match &rules.audience {
        AudienceRule::Required(accepted) | AudienceRule::RequiredUnless(accepted, _) => {
            accepted.clone()
        }
        AudienceRule::Absent => vec!["none".to_owned()],
    }
}

fn set_by(accepted: String, setting: Option<&str>) -> String {
    match setting {
        Some(setting) => format!("{accepted} ({setting})"),
        None => accepted,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SettingNames;
    use crate::providers::{Oidc, OidcConfig};
    use crate::testing::{StaticKeys, TestKey};
    use crate::token_error::{Excerpt, Malformed, TokenError};
    use crate::{Authenticator, verification::AudienceRule};

    fn authenticator(names: SettingNames) -> Authenticator {
        let audience = ["urn:api", "urn:other-api"].map(str::to_owned);
        let provider = Oidc::new(OidcConfig {
            audience: AudienceRule::Required(audience.to_vec()),
            clients: vec!["C1".to_owned()],
            ..OidcConfig::new("https://id.example.com", "")
        });
        let key = TestKey::fixed();
        let builder = Authenticator::builder(provider.unwrap()).setting_names(names);
        builder
            .keys(Arc::new(StaticKeys::of(&[&key])))
            .build()
            .unwrap()
    }

    #[test]
    fn of_many_the_first_three_are_named() {
        let named = |count: usize| {
            let others = (2..=count).map(|n| format!("i-{n}")).collect();
            let provider = Oidc::new(OidcConfig {
                other_issuers: others,
                ..OidcConfig::new("https://id.example.com", "urn:api")
            });
            let keys = Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
            let builder = Authenticator::builder(provider.unwrap()).keys(keys);
            let error = TokenError::InvalidIssuer(Excerpt::new(None));
            builder.build().unwrap().expectation(&error).unwrap()
        };
        let three = "https://id.example.com or i-2 or i-3";
        assert_eq!(named(3), three);
        assert_eq!(named(4), format!("{three} and 1 other"));
        assert_eq!(named(500), format!("{three} and 497 others"));
    }

    #[test]
    fn it_is_what_is_accepted_with_the_name_of_the_setting() {
        let names = SettingNames {
            audience: Some("AUDIENCE"),
            clients: Some("CLIENTS"),
            algorithms: Some("ALGORITHMS"),
            client_as_subject: Some("CLIENT_AS_SUBJECT"),
            key_id_optional: Some("KID_OPTIONAL"),
            opaque_token: Some("ask for one"),
            ..SettingNames::default()
        };
        let named = authenticator(names);
        let plain = authenticator(SettingNames::default());
        let got = || Excerpt::new(Some("x"));
        for (error, expected, setting) in [
            (
                TokenError::InvalidIssuer(got()),
                "https://id.example.com",
                "",
            ),
            (
                TokenError::InvalidAudience(got()),
                "urn:api or urn:other-api",
                " (AUDIENCE)",
            ),
            (TokenError::InvalidClient(got()), "C1", " (CLIENTS)"),
            (
                TokenError::AlgorithmNotAllowed(got()),
                "RS256",
                " (ALGORITHMS)",
            ),
        ] {
            assert_eq!(plain.expectation(&error).as_deref(), Some(expected));
            let expected = format!("{expected}{setting}");
            assert_eq!(named.expectation(&error), Some(expected));
        }
        let no_subject = TokenError::MissingClaim("sub");
        let expected = "it, or CLIENT_AS_SUBJECT with a client";
        assert_eq!(named.expectation(&no_subject).as_deref(), Some(expected));
        assert_eq!(plain.expectation(&no_subject), None);
        let no_key_id = named.expectation(&TokenError::MissingKeyId);
        let expected = "one, or KID_OPTIONAL and a single key in the set";
        assert_eq!(no_key_id.as_deref(), Some(expected));
        assert_eq!(plain.expectation(&TokenError::MissingKeyId), None);
        assert_eq!(named.expectation(&TokenError::Expired), None);
        for form in [Malformed::Opaque, Malformed::Encrypted] {
            let opaque = TokenError::Malformed(form);
            let expected = "a signed JWT: ask for one";
            assert_eq!(named.expectation(&opaque).as_deref(), Some(expected));
            let plain = plain.expectation(&opaque);
            assert_eq!(plain.as_deref(), Some("a signed JWT"));
        }
        let introspected = authenticator(SettingNames {
            introspection: Some("INTROSPECTION_URL"),
            ..SettingNames::default()
        });
        for (form, expected) in [
            (
                Malformed::Opaque,
                "a signed JWT, or INTROSPECTION_URL, to ask the issuer about it",
            ),
            (Malformed::Encrypted, "a signed JWT"),
        ] {
            let opaque = TokenError::Malformed(form);
            assert_eq!(introspected.expectation(&opaque).as_deref(), Some(expected));
        }
        let cut_off = TokenError::Malformed(Malformed::NotEnoughSegments);
        assert_eq!(named.expectation(&cut_off), None);
    }
}
