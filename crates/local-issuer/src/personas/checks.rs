//! Checks of a personas file.

use std::collections::BTreeSet;

use super::error::PersonasError;
use super::persona::Persona;
use crate::kind::ProviderKind;

/// Names that a custom claim cannot take: Descope drops such a claim in silence.
const RESERVED_BY_DESCOPE: &str = "amr aud azp cnf dcl dct drn dsub dv email email_verified exp iat iss jti name nbf nsec \
    permissions rexp roles scope sub tenants token_type";
/// Names that a custom claim cannot take: Auth0 restricts them, or uses them itself.
const RESERVED_BY_AUTH0: &str = "act acr amr aud auth_time azp c_hash at_hash client_id cnf exp groups gty iat iss jti nbf \
    nonce org_id org_name permissions roles scope sid sub";

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
    let scopes = persona.scopes.iter().chain(&details.withheld_scopes);
    for scope in scopes.chain(session_scopes) {
        if scope.is_empty() || scope.contains(char::is_whitespace) {
            let problem = format!("{table}: scope {scope:?} is empty or holds a space");
            problems.add(name, problem);
        }
    }
    let attributes = persona.attributes.keys();
    for attribute in attributes.filter(|name| is_reserved_claim(provider, name)) {
        let problem = format!("{table}: attribute {attribute} is a claim of the provider's own");
        problems.add(name, problem);
    }
}

/// Whether a custom claim cannot have this name.
pub(crate) fn is_reserved_claim(provider: ProviderKind, name: &str) -> bool {
    let reserved = match provider {
        ProviderKind::Descope => RESERVED_BY_DESCOPE,
        ProviderKind::Auth0 => RESERVED_BY_AUTH0,
    };
    reserved.split(' ').any(|known| known == name)
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
            // The project id and an access key are enough to authenticate, so the key alone must identify the persona.
            ids.push((secret_member(provider), persona.secret.reveal()));
            ids.push(("key_id", persona.descope.key_id.as_str()));
        }
        for (member, value) in ids {
            if !seen.insert((member, value)) {
                let table = provider.name();
                let problem = format!("{table}: another persona has the same {member}");
                problems.add(&persona.name, problem);
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
