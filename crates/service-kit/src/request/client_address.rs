//! The client address of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::X_FORWARDED_FOR;
use actix_web::{FromRequest, HttpRequest, web};
use tracing::warn;

use super::proxies::Proxies;

/// The IP address of the client, if known: that of the peer or, behind proxies of `TRUSTED_PROXIES`, the one that they
/// forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    /// Returns this address.
    pub fn at(address: IpAddr) -> Self {
        Self(Some(address))
    }

    /// Returns the address as text; empty if unknown.
    pub fn text(&self) -> String {
        self.0
            .map(|address| address.to_string())
            .unwrap_or_default()
    }

    /// Returns the key for rate limiting: the /64 network of an IPv6 address, because one client has 2^64 addresses; an
    /// IPv4 address as it is.
    pub fn network(&self) -> String {
        match self.0 {
            Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
                let network = address.to_bits() >> 64 << 64;
                Ipv6Addr::from_bits(network).to_string()
            }
            Some(address) => address.to_canonical().to_string(),
            None => String::new(),
        }
    }

    /// Returns [`network`](Self::network) as the bits of an IPv6 address, an IPv4 address as the mapped one; 0 if unknown.
    pub(crate) fn network_bits(&self) -> u128 {
        match self.0 {
            Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
                address.to_bits() >> 64 << 64
            }
            Some(IpAddr::V6(mapped)) => mapped.to_bits(),
            Some(IpAddr::V4(address)) => address.to_ipv6_mapped().to_bits(),
            None => 0,
        }
    }

    /// Returns the peer address; if a trusted proxy is the peer, the last address in `X-Forwarded-For` that is not a
    /// trusted proxy's. Entries further left can be forged by the client.
    fn of(request: &HttpRequest, proxies: &Proxies) -> Self {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let values: Vec<_> = request.headers().get_all(X_FORWARDED_FOR).collect();
        let is_trusted = peer.is_some_and(|peer| proxies.trust(peer));
        if !values.is_empty() && !is_trusted && proxies.is_news() {
            warn!(
                "a request has X-Forwarded-For, but its sender is not in TRUSTED_PROXIES: if that is a proxy, all clients behind it are counted as one address"
            );
        }
        let mut hops = values
            .into_iter()
            .rev()
            .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        let mut client = peer;
        while client.is_some_and(|client| proxies.trust(client)) {
            match hops.next().and_then(address_in) {
                Some(hop) => client = Some(hop),
                None => break,
            }
        }
        Self(client)
    }
}

/// Parses an address as proxies write it: with or without a port, IPv6 with or without brackets.
fn address_in(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim();
    let without_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse()
        .ok()
        .or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
        .or_else(|| without_brackets().map(IpAddr::V6))
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proxies = request.app_data::<web::Data<Proxies>>();
        ready(Ok(match proxies {
            Some(proxies) => Self::of(request, proxies),
            None => Self(request.peer_addr().map(|peer| peer.ip())),
        }))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::ClientAddress;
    use crate::request::proxies::Proxies;

    fn address(trusted: &str, headers: &[&str]) -> String {
        let request = headers.iter().fold(
            TestRequest::default().peer_addr("192.0.2.1:5".parse().unwrap()),
            |request, value| request.append_header(("x-forwarded-for", *value)),
        );
        let proxies = Proxies::new(trusted.parse().unwrap());
        ClientAddress::of(&request.to_http_request(), &proxies).text()
    }

    #[test]
    fn the_header_is_not_believed_unless_a_proxy_is_trusted() {
        let headers = ["203.0.113.9, 198.51.100.7", "198.51.100.8"];
        assert_eq!(address("", &headers), "192.0.2.1");
        assert_eq!(address("198.51.100.0/24", &headers), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &headers), "198.51.100.8");
        let two = "192.0.2.1, 198.51.100.8";
        assert_eq!(address(two, &headers), "198.51.100.7");
        let all = "192.0.2.1, 198.51.100.0/24";
        assert_eq!(address(all, &headers), "203.0.113.9");
        assert_eq!(address(all, &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(address(two, &["unknown, 198.51.100.8"]), "198.51.100.8");
        assert_eq!(address(two, &["unknown"]), "192.0.2.1");
        assert_eq!(address(two, &[]), "192.0.2.1");
    }

    #[test]
    fn an_address_is_read_in_every_form() {
        for (hop, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:51234", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:51234", "2001:db8::1"),
            ("  203.0.113.9  ", "203.0.113.9"),
            ("\u{fc}, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:x", "192.0.2.1"),
            ("[203.0.113.9]", "192.0.2.1"),
        ] {
            assert_eq!(address("192.0.2.1", &[hop]), expected, "{hop}");
        }
    }

    #[test]
    fn one_holder_of_addresses_is_one_key() {
        let network = |text: &str| ClientAddress(text.parse().ok()).network();
        assert_eq!(network("2001:db8:1:2:3::4"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_ne!(network("2001:db8:1:3::1"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
