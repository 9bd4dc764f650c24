//! An issuer's metadata (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3).

use anyhow::{Context, Result, anyhow, bail};
use identity_core::discovery::{Discovery, DiscoveryConfig, DiscoveryError};
use identity_core::http::{FetchError, HttpClient};
use serde_json::{Map, Value};
use url::Url;

use crate::report::{Fault, Report};

/// An issuer's metadata, wherever it was found.
pub struct Metadata {
    /// Its address.
    pub url: Url,
    /// Its members.
    pub members: Map<String, Value>,
    /// The same, checked.
    pub checked: Result<Discovery, DiscoveryError>,
}

const WELL_KNOWN: &str = "/.well-known/";
const OPENID: &str = "openid-configuration";
const OAUTH: &str = "oauth-authorization-server";

/// The members that are shown, if they are there.
const SHOWN: [(&str, &str); 12] = [
    ("authorization", "authorization_endpoint"),
    ("token", "token_endpoint"),
    ("userinfo", "userinfo_endpoint"),
    ("keys", "jwks_uri"),
    ("introspection", "introspection_endpoint"),
    ("revocation", "revocation_endpoint"),
    ("device", "device_authorization_endpoint"),
    ("logout", "end_session_endpoint"),
    ("grants", "grant_types_supported"),
    ("scopes", "scopes_supported"),
    ("algorithms", "id_token_signing_alg_values_supported"),
    ("PKCE", "code_challenge_methods_supported"),
];

/// Fetches the metadata of the issuer at this address, and reports on it.
pub async fn report(http: &HttpClient, url: &Url) -> Result<Report> {
    let metadata = Metadata::fetch(http, url).await?;
    let mut report = Report::default();
    let issuer = metadata.members.get("issuer");
    report.add("issuer", issuer.cloned().unwrap_or_default());
    report.add("metadata", metadata.url.as_str());
    for (name, member) in SHOWN {
        if let Some(value) = metadata.members.get(member) {
            report.add(name, value.clone());
        }
    }
    if let Err(error) = metadata.checked {
        report.fault(fault(&error));
    }
    Ok(report)
}

impl Metadata {
    /// Fetches the metadata. Errors: none of the addresses that it may have responds with a JSON object.
    pub async fn fetch(http: &HttpClient, url: &Url) -> Result<Self> {
        let mut reasons = Vec::new();
        for place in places(url)? {
            match http.get(&place).await {
                Ok(document) => return Self::read(&document, place, url),
                // It may be at another address.
                Err(error @ FetchError::Status { .. }) => reasons.push(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(anyhow!(reasons.join("; "))).context(format!(
            "no metadata at {url}: give the issuer, or the address of its metadata"
        ))
    }

    fn read(document: &[u8], place: Url, given: &Url) -> Result<Self> {
        let members: Map<String, Value> = serde_json::from_slice(document)
            .ok()
            .with_context(|| format!("{place} is no issuer's metadata: it is no JSON object"))?;
        let issuer = issuer_of(given).to_owned();
        let config = DiscoveryConfig {
            url: place.clone(),
            // Auth0's issuer has a trailing slash, most have none.
            issuers: vec![issuer.clone(), format!("{issuer}/")],
            endpoint_hosts: Vec::new(),
        };
        Ok(Self {
            checked: Discovery::read(document, &config),
            url: place,
            members,
        })
    }

    /// Returns the address of the keys. Errors: there is none.
    pub fn jwks_uri(&self) -> Result<Url> {
        let address = self.members.get("jwks_uri").and_then(Value::as_str);
        let address =
            address.with_context(|| format!("the metadata at {} has no jwks_uri", self.url))?;
        address
            .parse()
            .with_context(|| format!("jwks_uri is no URL: {address}"))
    }
}

/// Returns what is wrong with metadata, and what to do about it.
pub fn fault(error: &DiscoveryError) -> Fault {
    let (code, remedy) = match error {
        DiscoveryError::IssuerMismatch { got, .. } => (
            "issuer_mismatch",
            format!("a service that is to accept its tokens needs exactly this issuer: {got}"),
        ),
        DiscoveryError::ForeignHost { host, .. } => (
            "foreign_host",
            format!("if the host is the issuer's own, set JWKS_HOSTS={host}"),
        ),
        DiscoveryError::Downgrade { .. } => (
            "no_tls",
            "the issuer has to publish https addresses; behind a proxy it is usually not told that it has TLS".to_owned(),
        ),
        _ => ("metadata", String::new()),
    };
    Fault {
        code,
        what: error.to_string(),
        remedy,
    }
}

/// Returns the addresses that the metadata may have.
fn places(url: &Url) -> Result<Vec<Url>> {
    if url.cannot_be_a_base() || url.host().is_none() {
        bail!("{url} is no address of an issuer: it has to begin with https://");
    }
    if url.path().contains(WELL_KNOWN) {
        return Ok(vec![url.clone()]);
    }
    let path = url.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_path(&path);
        url
    };
    let mut places = vec![
        at(format!("{path}{WELL_KNOWN}{OPENID}")),
        at(format!("{WELL_KNOWN}{OAUTH}{path}")),
    ];
    if !path.is_empty() {
        places.push(at(format!("{path}{WELL_KNOWN}{OAUTH}")));
    }
    Ok(places)
}

fn issuer_of(url: &Url) -> &str {
    let text = url.as_str();
    let issuer = text
        .split_once(WELL_KNOWN)
        .map_or(text, |(issuer, _)| issuer);
    issuer.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::{issuer_of, places};

    #[test]
    fn metadata_is_looked_for_where_it_may_be() {
        let found = |url: &str| {
            let places = places(&url.parse().unwrap()).unwrap();
            places.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let root = [
            "https://a.example/.well-known/openid-configuration",
            "https://a.example/.well-known/oauth-authorization-server",
        ];
        assert_eq!(found("https://a.example"), root);
        assert_eq!(
            found("https://a.example/t/?x=1"),
            [
                "https://a.example/t/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server/t",
                "https://a.example/t/.well-known/oauth-authorization-server",
            ]
        );
        assert_eq!(found(root[0]), root[..1]);
        assert!(places(&"mailto:a@example.com".parse().unwrap()).is_err());
        for url in ["https://a.example", "https://a.example/", root[0]] {
            assert_eq!(issuer_of(&url.parse().unwrap()), "https://a.example");
        }
    }
}
