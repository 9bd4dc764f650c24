//! A registered redirect URI, and which addresses are that one.

use std::fmt;

use url::Url;

/// Hosts that are this machine, as a URI writes them.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
const ANY_PATH: &str = "/*";

/// A registered redirect URI.
///
/// An address must be equal to it, letter by letter ([RFC 9700, 2.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1)).
/// There are two exceptions, both for plain http to this machine (`localhost`, `127.0.0.1`, `[::1]`): the port is free
/// ([RFC 8252, 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)), and `/*` as the path is any path and query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Checks a URI that is to be registered.
    ///
    /// # Errors
    /// Says what is expected: http, https or a private scheme such as `com.example.app`; no fragment, user or white space;
    /// `/*` for this machine only.
    pub fn new(uri: &str) -> Result<Self, String> {
        let fault = |expected: &str| Err(format!("expected {expected}, got {uri:?}"));
        if !is_address(uri) {
            return fault("an absolute URI without a fragment, a user or white space");
        }
        let scheme = uri.split(':').next().unwrap_or_default();
        if !matches!(scheme, "http" | "https") && !scheme.contains('.') {
            return fault("http, https or a private scheme such as com.example.app");
        }
        if uri.contains('*') && loopback(uri).is_none_or(|(_, rest)| rest != ANY_PATH) {
            return fault("an exact URI; only http to this machine may have /* as its path");
        }
        Ok(Self(uri.to_owned()))
    }

    /// The URI as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn matches(&self, address: &str) -> bool {
        if !is_address(address) {
            return false;
        }
        match (loopback(&self.0), loopback(address)) {
            (Some((host, ANY_PATH)), Some((other, _))) => host == other,
            (Some(own), Some(other)) => own == other,
            _ => self.0 == address,
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An absolute URI that can be in a `Location` header and leads where it seems to lead.
fn is_address(uri: &str) -> bool {
    let plain = uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.contains(['#', '\\']);
    let parsed = Url::parse(uri).ok().filter(|_| plain);
    parsed.is_some_and(|url| url.username().is_empty() && url.password().is_none())
}

/// Host and the rest after the port, if this is plain http to this machine.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let uri = uri.strip_prefix("http://")?;
    let end = uri.find(['/', '?']).unwrap_or(uri.len());
    let (authority, rest) = uri.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => authority,
    };
    LOOPBACK.contains(&host).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching<'a>(registered: &str, addresses: &[&'a str]) -> Vec<&'a str> {
        let registered = RedirectUri::new(registered).unwrap();
        let matching = addresses
            .iter()
            .filter(|address| registered.matches(address));
        matching.copied().collect()
    }

    #[test]
    fn uris_that_could_lead_elsewhere_cannot_be_registered() {
        for (uri, expected) in [
            ("", "absolute"),
            ("/callback", "absolute"),
            ("https://app.example/#fragment", "fragment"),
            ("https://user@app.example/", "user"),
            ("https://app.example/a b", "white space"),
            ("javascript:alert(1)", "private scheme"),
            ("https://*.app.example/", "exact URI"),
            ("https://app.example/*", "exact URI"),
            ("http://localhost/docs/*", "exact URI"),
            ("http://localhost*/", "exact URI"),
        ] {
            let fault = RedirectUri::new(uri).unwrap_err();
            assert!(fault.contains(expected), "{uri}: {fault}");
        }
    }

    #[test]
    fn an_address_must_be_the_very_same() {
        let addresses = [
            "https://app.example/callback",
            "https://app.example/callback/",
            "https://app.example/callback?next=1",
            "https://app.example:443/callback",
            "https://APP.example/callback",
            "https://app.example/%63allback",
            "https://app.example/callback#",
            "http://app.example/callback",
            "https%3A%2F%2Fapp.example%2Fcallback",
        ];
        let found = matching("https://app.example/callback", &addresses);
        assert_eq!(found, ["https://app.example/callback"]);
        let private = ["com.example.app:/cb", "com.example.app:/cb2"];
        let found = matching("com.example.app:/cb", &private);
        assert_eq!(found, ["com.example.app:/cb"]);
    }

    #[test]
    fn the_port_of_this_machine_is_free_and_nothing_else() {
        let addresses = [
            "http://127.0.0.1:51004/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb?x=1",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1.evil.example:51004/cb",
            "http://127.0.0.1:51004@evil.example/cb",
        ];
        let found = matching("http://127.0.0.1/cb", &addresses);
        assert_eq!(found, ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"]);
    }

    #[test]
    fn any_path_of_this_machine_is_no_other_machine() {
        let addresses = [
            "http://localhost:8000/docs/oauth2-redirect.html",
            "http://localhost",
            "http://localhost:3000/?next=1",
            "http://localhost.evil.example/",
            "http://localhost:80@evil.example/",
            "http://localhost\\@evil.example/",
            "http://localhost:3000/#fragment",
            "http://evil.example/http://localhost/",
            "//localhost/",
        ];
        let found = matching("http://localhost/*", &addresses);
        assert_eq!(found, &addresses[..3]);
    }
}
