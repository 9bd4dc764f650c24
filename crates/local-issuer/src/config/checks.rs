//! What a setting's value must keep to; each check says what is expected.

use url::Url;

pub(crate) fn project_id(id: &str) -> Result<(), String> {
    let plain = id
        .chars()
        .all(|character| character.is_ascii_alphanumeric());
    if plain && id.starts_with('P') && (28..=32).contains(&id.len()) {
        Ok(())
    } else {
        Err(format!(
            "expected a project id, P and 27 to 31 letters or digits, got {id:?}"
        ))
    }
}

pub(crate) fn issuer_base(base: &str) -> Result<(), String> {
    if is_http_url(base) && !base.ends_with('/') {
        Ok(())
    } else {
        Err(format!(
            "expected an http or https URL without a trailing slash, got {base:?}"
        ))
    }
}

pub(crate) fn auth0_issuer(issuer: &str) -> Result<(), String> {
    if is_http_url(issuer) && issuer.ends_with('/') {
        Ok(())
    } else {
        Err(format!(
            "expected an http or https URL with a trailing slash, got {issuer:?}"
        ))
    }
}

pub(crate) fn roles_claim(claim: &str) -> Result<(), String> {
    // Auth0 restricts plain names such as `roles`; only a URL cannot be one of its own.
    if is_http_url(claim) {
        Ok(())
    } else {
        Err(format!(
            "expected the URL of a namespaced claim, such as https://example.com/roles, got {claim:?}"
        ))
    }
}

fn is_http_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
