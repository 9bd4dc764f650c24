//! What a personas file must keep to.

use std::collections::BTreeSet;

use super::Persona;
use super::file::Unknown;
use super::problems::PersonasError;
use crate::provider::ProviderKind;

/// Reports members that no table has.
pub(super) fn unknown(persona: &str, table: &str, unknown: &Unknown, problems: &mut PersonasError) {
    for member in unknown.keys() {
        problems.add(persona, format_args!("unknown member {table}{member}"));
    }
}

/// Reports values that could not work in a request or in a token.
pub(super) fn values(persona: &Persona, provider: ProviderKind, problems: &mut PersonasError) {
    let (name, table) = (persona.name.as_str(), provider.name());
    let required = [
        ("client_id", persona.client_id.as_str()),
        (secret_member(provider), persona.secret.reveal()),
        ("subject", persona.subject.as_str()),
    ];
    for (member, value) in required {
        if value.trim().is_empty() {
            problems.add(name, format_args!("{table}.{member} is empty"));
        }
    }
    let details = &persona.descope;
    let session_scopes = details.session_scopes.iter().flatten();
    for scope in persona
        .scopes
        .iter()
        .chain(&details.withheld_scopes)
        .chain(session_scopes)
    {
        if scope.is_empty() || scope.contains(char::is_whitespace) {
            problems.add(
                name,
                format_args!("{table}: scope {scope:?} is empty or holds a space"),
            );
        }
    }
    for attribute in persona
        .attributes
        .keys()
        .filter(|attribute| provider.reserves_claim(attribute))
    {
        problems.add(
            name,
            format_args!("{table}: attribute {attribute} is a claim of the provider's own"),
        );
    }
}

/// Reports what two personas of one provider must not share.
pub(super) fn unique(personas: &[Persona], provider: ProviderKind, problems: &mut PersonasError) {
    let mut seen = BTreeSet::new();
    for persona in personas {
        let mut ids = vec![
            ("name", persona.name.as_str()),
            ("client_id", persona.client_id.as_str()),
        ];
        if provider == ProviderKind::Descope {
            // The project id and an access key are enough to authenticate, so the key alone must tell whose it is.
            ids.push((secret_member(provider), persona.secret.reveal()));
            ids.push(("key_id", persona.descope.key_id.as_str()));
        }
        for (member, value) in ids {
            if !seen.insert((member, value)) {
                problems.add(
                    &persona.name,
                    format_args!("{}: another persona has the same {member}", provider.name()),
                );
            }
        }
    }
}

fn secret_member(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Descope => "access_key",
        ProviderKind::Auth0 => "client_secret",
    }
}
