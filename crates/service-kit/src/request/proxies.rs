//! The proxies whose `X-Forwarded-For` is read.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::settings::text;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The addresses and networks of trusted proxies. Parsed from a list with commas, such as `127.0.0.1, 10.0.0.0/8`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The reason a text is no list of networks.
#[derive(Debug, thiserror::Error)]
#[error("expected addresses and networks of proxies with commas between them, such as 10.0.0.0/8")]
pub struct NotNetworks;

impl TrustedProxies {
    /// Returns whether this is the address of a trusted proxy.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = NotNetworks;

    fn from_str(text: &str) -> Result<Self, NotNetworks> {
        let entries = text.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

/// All of the internet is no network: a client could write any address.
fn network(text: &str) -> Result<IpNet, NotNetworks> {
    let network = text.parse().or_else(|_| text.parse().map(IpAddr::into));
    let network = network.map_err(|_| NotNetworks)?;
    Some(network)
        .filter(|network: &IpNet| network.prefix_len() > 0)
        .ok_or(NotNetworks)
}

impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::list::deserialize(deserializer)
    }
}

impl Serialize for TrustedProxies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

/// The trusted proxies, and whether the log has the warning that another one forwards requests.
#[derive(Debug)]
pub(crate) struct Proxies {
    /// The trusted proxies.
    trusted: TrustedProxies,
    is_told: AtomicBool,
}

impl Proxies {
    /// Returns these proxies.
    pub(crate) fn new(trusted: TrustedProxies) -> Self {
        Self {
            trusted,
            is_told: AtomicBool::new(false),
        }
    }

    /// Returns whether this is the address of a trusted proxy.
    pub(crate) fn trust(&self, address: IpAddr) -> bool {
        self.trusted.contain(address)
    }

    /// Returns whether this is the first time that it is called: the warning is logged once.
    pub(crate) fn is_news(&self) -> bool {
        !self.is_told.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::TrustedProxies;

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8,2001:db8::/32".parse().unwrap();
        for (address, is_trusted) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.200.0.1", true),
            ("2001:db8:5::1", true),
            ("2001:db9::1", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(proxies.contain(address), is_trusted, "{address}");
        }
        // A number was accepted once: it meant how many proxies there are.
        for wrong in ["1", "proxy", "10.0.0.0/40", "0.0.0.0/0", "::/0"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
    }
}
