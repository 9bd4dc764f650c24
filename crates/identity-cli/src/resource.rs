//! The issuer of an API, found by asking the API (RFC 9728).

use anyhow::{Context, Result, bail, ensure};
use identity_core::http::{FetchError, HttpClient};
use serde_json::{Map, Value};
use url::Url;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const MEMBER: &str = "authorization_servers";

/// Returns the issuer of the tokens that the API at this address accepts; the first one, if there are several.
///
/// The API is asked without a token, and its challenge names its metadata; if there is no challenge, the metadata is
/// where RFC 9728, section 3.1, puts it. Errors: there is none, or it is about another resource.
pub async fn issuer_of(http: &HttpClient, api: &Url) -> Result<Url> {
    let challenges = http.challenges(api).await?;
    let named = challenges
        .iter()
        .find_map(|challenge| parameter(challenge, "resource_metadata"));
    let places = match named {
        Some(address) => vec![address.parse().with_context(|| {
            format!("the challenge of {api} names metadata at {address:?}, which is no address")
        })?],
        None => places(api)?,
    };
    let (place, document) = fetch(http, api, &places).await?;
    let members: Map<String, Value> = serde_json::from_slice(&document)
        .ok()
        .with_context(|| format!("{place} is no metadata: it is no JSON object"))?;
    let resource = members.get("resource").and_then(Value::as_str);
    let resource = resource.with_context(|| format!("the metadata at {place} has no resource"))?;
    ensure!(
        covers(resource, api),
        "the metadata at {place} is about {resource:?}, not about {api}: a token is not requested, for it could be for another API (RFC 9728, section 3.3); behind a proxy, the service needs TRUSTED_PROXIES or RESOURCE_IDENTIFIER"
    );
    let issuers = members.get(MEMBER).and_then(Value::as_array);
    let issuer = issuers
        .and_then(|issuers| issuers.first())
        .and_then(Value::as_str);
    let issuer = issuer.with_context(|| {
        format!("the metadata at {place} names no issuer ({MEMBER}): give the issuer instead")
    })?;
    issuer
        .parse()
        .with_context(|| format!("the issuer of {api} is no address: {issuer:?}"))
}

async fn fetch(http: &HttpClient, api: &Url, places: &[Url]) -> Result<(Url, Vec<u8>)> {
    let mut reasons = Vec::new();
    for place in places {
        match http.get(place).await {
            Ok(document) => return Ok((place.clone(), document)),
            // It may be at another address.
            Err(error @ FetchError::Status { .. }) => reasons.push(error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    bail!(
        "{api} does not say who gives tokens for it: {}; give the issuer instead",
        reasons.join("; ")
    )
}

/// Returns the addresses that the metadata of an API may have: of the API alone, and of all on its host.
fn places(api: &Url) -> Result<Vec<Url>> {
    ensure!(
        api.has_host() && !api.cannot_be_a_base(),
        "{api} is no address of an API: it has to begin with https://"
    );
    let path = api.path().trim_end_matches('/');
    let mut paths = vec![format!("{WELL_KNOWN}{path}"), WELL_KNOWN.to_owned()];
    paths.dedup();
    let at = |path: String| {
        let mut url = api.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.set_path(&path);
        url
    };
    Ok(paths.into_iter().map(at).collect())
}

/// Returns whether a resource identifier is that of the API at this address.
///
/// RFC 9728, section 3.3, demands that it is the address that was asked. An API has one identifier for all its routes, so
/// the address may also be below it: at the same origin, with the same first segments of the path.
fn covers(resource: &str, api: &Url) -> bool {
    let Ok(resource) = Url::parse(resource) else {
        return false;
    };
    let below = api
        .path()
        .strip_prefix(resource.path().trim_end_matches('/'));
    resource.origin().is_tuple()
        && resource.origin() == api.origin()
        && resource.query().is_none()
        && resource.fragment().is_none()
        && below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

/// Returns the value of a parameter of the challenges in one header field (RFC 9110, section 11.2).
fn parameter(challenge: &str, name: &str) -> Option<String> {
    unquoted_parts(challenge).into_iter().find_map(|part| {
        let (before, value) = part.split_once('=')?;
        // The first parameter comes after the scheme.
        let found = before.split_whitespace().next_back()?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// Splits at the commas outside quotes, and removes the quotes.
fn unquoted_parts(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut is_quoted, mut characters) = (false, text.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => part.extend(characters.next()),
            ',' if !is_quoted => parts.push(std::mem::take(&mut part)),
            other => part.push(other),
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::{covers, parameter, places};

    #[test]
    fn metadata_about_another_resource_is_refused() {
        let api = "https://api.example.com/v1/orders".parse().unwrap();
        for resource in [
            "https://evil.example",
            "https://api.example.com.evil.example",
            "http://api.example.com",
            "https://api.example.com:8443",
            "https://api.example.com/v2",
            "https://api.example.com/v1/ord",
            "https://api.example.com/v1/orders/7",
            "https://api.example.com?x",
            "data:https://api.example.com",
            "api.example.com",
            "",
        ] {
            assert!(!covers(resource, &api), "{resource}");
        }
        for resource in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com/v1",
            "https://api.example.com/v1/",
            "https://api.example.com/v1/orders",
        ] {
            assert!(covers(resource, &api), "{resource}");
        }
    }

    #[test]
    fn a_parameter_is_read_wherever_it_is() {
        for (challenge, expected) in [
            ("", None),
            ("Bearer", None),
            (r#"Bearer realm="a""#, None),
            (r#"Bearer realm="resource_metadata=x""#, None),
            (r#"Bearer realm="a, resource_metadata=x""#, None),
            (r#"Bearer realm="\", resource_metadata=\"x""#, None),
            ("Bearer resource_metadata=https://a/", Some("https://a/")),
            (
                r#"Bearer resource_metadata="https://a/?b=c,d""#,
                Some("https://a/?b=c,d"),
            ),
            (
                r#"Basic realm="x", Bearer realm="a" , Resource_Metadata = "https://a/""#,
                Some("https://a/"),
            ),
        ] {
            let found = parameter(challenge, "resource_metadata");
            assert_eq!(found.as_deref(), expected, "{challenge}");
        }
    }

    #[test]
    fn without_a_challenge_metadata_is_looked_for_where_it_may_be() {
        let found = |url: &str| {
            let places = places(&url.parse().unwrap()).unwrap();
            places.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let root = "https://a.example/.well-known/oauth-protected-resource";
        assert_eq!(found("https://a.example/"), [root]);
        assert_eq!(
            found("https://a.example/v1/?x#y"),
            [&format!("{root}/v1"), root]
        );
        assert!(places(&"mailto:a@example.com".parse().unwrap()).is_err());
    }
}
