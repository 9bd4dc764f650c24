//! The client address of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

/// The number of trusted proxies in front of the server that append to `X-Forwarded-For`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxies(pub usize);

/// The IP address of the client, if known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    /// Returns the address for the audit log; empty if unknown.
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

    /// Returns the peer address, or the client address added by the outermost trusted proxy. Entries further left in
    /// the header can be forged by the client.
    fn of(request: &HttpRequest, proxies: TrustedProxies) -> Self {
        let peer = request.peer_addr().map(|address| address.ip());
        let Some(from_the_right) = proxies.0.checked_sub(1) else {
            return Self(peer);
        };
        let hops: Vec<_> = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let named = hops.iter().rev().nth(from_the_right);
        Self(named.and_then(|hop| hop.parse().ok()).or(peer))
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proxies = request.app_data::<web::Data<TrustedProxies>>();
        let proxies = proxies.map_or(TrustedProxies(0), |data| *data.get_ref());
        ready(Ok(Self::of(request, proxies)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{ClientAddress, TrustedProxies};

    fn address(proxies: usize, headers: &[&str]) -> String {
        let request = headers.iter().fold(
            TestRequest::default().peer_addr("192.0.2.1:5".parse().unwrap()),
            |request, value| request.append_header(("x-forwarded-for", *value)),
        );
        ClientAddress::of(&request.to_http_request(), TrustedProxies(proxies)).text()
    }

    #[test]
    fn the_header_is_not_believed_unless_a_proxy_is_trusted() {
        let headers = ["203.0.113.9, 198.51.100.7", "198.51.100.8"];
        assert_eq!(address(0, &headers), "192.0.2.1");
        assert_eq!(address(1, &headers), "198.51.100.8");
        assert_eq!(address(2, &headers), "198.51.100.7");
        assert_eq!(address(9, &headers), "192.0.2.1", "fewer than expected");
        assert_eq!(address(1, &["unknown"]), "192.0.2.1");
        assert_eq!(address(1, &[]), "192.0.2.1");
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
