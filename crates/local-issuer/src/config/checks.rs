//! What a setting's value must keep to; each check says what is expected.

use url::Url;

pub(crate) fn project_id(id: &str) -> Result<(), String> {
    let plain = id.chars().all(|one| one.is_ascii_alphanumeric());
    let is_one = plain && id.starts_with('P') && (28..=32).contains(&id.len());
    expect(is_one, "a project id, P and 27 to 31 letters or digits", id)
}

pub(crate) fn issuer_base(base: &str) -> Result<(), String> {
    let is_one = is_http_url(base) && !base.ends_with('/');
    expect(
        is_one,
        "an http or https URL without a trailing slash",
        base,
    )
}

pub(crate) fn auth0_issuer(issuer: &str) -> Result<(), String> {
    let is_one = is_http_url(issuer) && issuer.ends_with('/');
    expect(is_one, "an http or https URL with a trailing slash", issuer)
}

pub(crate) fn roles_claim(claim: &str) -> Result<(), String> {
    // Auth0 restricts plain names such as `roles`; only a URL cannot be one of its own.
    let expected = "the URL of a namespaced claim, such as https://example.com/roles";
    expect(is_http_url(claim), expected, claim)
}

fn expect(holds: bool, expected: &str, got: &str) -> Result<(), String> {
    match holds {
        true => Ok(()),
        false => Err(format!("expected {expected}, got {got:?}")),
    }
}

fn is_http_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
