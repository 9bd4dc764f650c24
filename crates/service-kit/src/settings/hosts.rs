//! Lists of hosts.

use serde::{Deserialize, Deserializer};
use url::Host;

/// Parses hosts and normalizes them as in a URL: in lower case, with brackets around an IPv6 address.
pub(super) fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let hosts = Vec::<String>::deserialize(deserializer)?;
    let hosts = hosts
        .iter()
        .map(|host| Host::parse(host).map(|host| host.to_string()));
    hosts
        .collect::<Result<_, _>>()
        .map_err(serde::de::Error::custom)
}
