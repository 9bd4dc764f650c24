//! A registered redirect URI, and which addresses match it.

use url::Url;

/// The hosts of this machine, as a URI writes them.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// A registered redirect URI.
///
/// An address must be equal to it, byte by byte (RFC 9700, section 2.1), but for the port of plain http to this machine,
/// which is free (RFC 8252, section 7.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Checks a URI to register. Errors: what is expected.
    pub fn new(uri: &str) -> Result<Self, &'static str> {
        if !is_address(uri) || uri.contains('*') {
            return Err("an absolute URI without *, a fragment, a user or white space");
        }
        let scheme = uri.split(':').next().unwrap_or_default();
        let is_allowed = match scheme {
            "https" => true,
            "http" => loopback(uri).is_some(),
            private => private.contains('.'),
        };
        match is_allowed {
            true => Ok(Self(uri.to_owned())),
            false => {
                Err("https, http to this machine, or a private scheme such as com.example.app")
            }
        }
    }

    /// Returns a URI of this server itself, whose issuer may be plain http in a private network.
    pub(crate) fn own(uri: String) -> Self {
        Self(uri)
    }

    /// Returns whether this address is the registered one.
    pub fn matches(&self, address: &str) -> bool {
        if !is_address(address) {
            return false;
        }
        match (loopback(&self.0), loopback(address)) {
            (Some(registered), Some(asked)) => registered == asked,
            _ => self.0 == address,
        }
    }
}

/// Returns whether this is an absolute URI that can be in a `Location` header and leads where it seems to lead.
fn is_address(uri: &str) -> bool {
    let is_plain = uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.contains(['#', '\\']);
    let parsed = Url::parse(uri).ok().filter(|_| is_plain);
    parsed.is_some_and(|url| url.username().is_empty() && url.password().is_none())
}

/// Returns the host, and what comes after the port, if this is plain http to this machine.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let uri = uri.strip_prefix("http://")?;
    let end = uri.find(['/', '?']).unwrap_or(uri.len());
    let (authority, rest) = uri.split_at(end);
    let is_port =
        |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => authority,
    };
    LOOPBACK.contains(&host).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::RedirectUri;

    #[test]
    fn what_could_lead_elsewhere_is_not_registered() {
        for (uri, expected) in [
            ("", "absolute"),
            ("/callback", "absolute"),
            ("https://app.example/#fragment", "fragment"),
            ("https://user@app.example/", "user"),
            ("https://app.example/a b", "white space"),
            ("https://*.app.example/", "*"),
            ("http://localhost/*", "*"),
            ("http://app.example/", "http to this machine"),
            ("http://localhost.evil.example/", "http to this machine"),
            ("javascript:alert(1)", "private scheme"),
        ] {
            let told = RedirectUri::new(uri).unwrap_err();
            assert!(told.contains(expected), "{uri}: {told}");
        }
    }

    #[test]
    fn an_address_must_be_the_very_same() {
        let registered = RedirectUri::new("https://app.example/callback").unwrap();
        for other in [
            "https://app.example/callback/",
            "https://app.example/callback?next=1",
            "https://app.example:443/callback",
            "https://APP.example/callback",
            "https://app.example/%63allback",
            "https://app.example/callback#",
            "https://app.example/x/../callback",
            "http://app.example/callback",
            "https%3A%2F%2Fapp.example%2Fcallback",
            "https://app.example.evil.example/callback",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
        assert!(registered.matches("https://app.example/callback"));
        let private = RedirectUri::new("com.example.app:/cb").unwrap();
        assert!(!private.matches("com.example.app:/cb2"));
        assert!(private.matches("com.example.app:/cb"));
    }

    #[test]
    fn the_port_of_this_machine_is_free_and_nothing_else() {
        let registered = RedirectUri::new("http://127.0.0.1/cb").unwrap();
        for other in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb?x=1",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1.evil.example:51004/cb",
            "http://127.0.0.1:51004@evil.example/cb",
            "http://127.0.0.1\\@evil.example/cb",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
        for same in ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"] {
            assert!(registered.matches(same), "{same}");
        }
        let six = RedirectUri::new("http://[::1]:1/cb").unwrap();
        assert!(six.matches("http://[::1]:2/cb"));
    }
}
