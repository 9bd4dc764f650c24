//! The address of the shared store.

use std::fmt;
use std::str::FromStr;

use redis::{Client, ConnectionAddr};
use url::Url;

/// The address of a Redis or Valkey: `redis://[user][:password@]host[:port][/database]`. `Debug` and `Display` omit the
/// user and the password.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl {
    url: String,
    shown: String,
}

/// Why a text is not the address of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected redis://host:port or valkey://host:port; TLS, sockets and clusters are not supported"
)]
pub struct StoreUrlError;

impl StoreUrl {
    /// Returns the client. It does not connect yet.
    pub(super) fn client(&self) -> Result<Client, redis::RedisError> {
        Client::open(self.url.as_str())
    }
}

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        let url: Url = text.parse().map_err(|_| StoreUrlError)?;
        let is_known = ["redis", "valkey"].contains(&url.scheme());
        if !is_known || url.query().is_some() || url.fragment().is_some() {
            return Err(StoreUrlError);
        }
        let client = Client::open(text).map_err(|_| StoreUrlError)?;
        match client.get_connection_info().addr() {
            ConnectionAddr::Tcp(host, port) => Ok(Self {
                url: text.to_owned(),
                shown: format!("{host}:{port}"),
            }),
            _ => Err(StoreUrlError),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::StoreUrl;

    #[test]
    fn only_what_can_be_connected_to_is_a_store() {
        for bad in [
            "",
            "localhost:6379",
            "redis://",
            "redis:///0",
            "redis://host/not-a-number",
            "redis://host:99999",
            "redis://host/?protocol=resp3",
            "rediss://host",
            "valkeys://host",
            "unix:///run/redis.sock",
            "redis+unix:///run/redis.sock",
            "http://host",
        ] {
            assert!(bad.parse::<StoreUrl>().is_err(), "{bad}");
        }
        for good in [
            "redis://host",
            "redis://host:6380/2",
            "valkey://[::1]:6379",
            "redis://user:hunter2@host",
        ] {
            assert!(good.parse::<StoreUrl>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let url: StoreUrl = "redis://user:hunter2@host:1/0".parse().unwrap();
        assert_eq!(format!("{url} {url:?}"), "host:1 StoreUrl(host:1)");
    }
}
