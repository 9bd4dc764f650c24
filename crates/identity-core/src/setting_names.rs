//! The names of a service's settings, for the log and the status of the keys.

use crate::discovery::DiscoveryError;
use crate::keys::KeyFault;

/// The names of the settings that a service reads, so that a message can say which of them to change. Default: no names,
/// and messages without them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettingNames {
    /// The setting of the accepted audiences.
    pub audience: Option<&'static str>,
    /// The setting of the accepted clients.
    pub clients: Option<&'static str>,
    /// The setting of the accepted algorithms.
    pub algorithms: Option<&'static str>,
    /// The setting that accepts tokens without `sub`.
    pub client_as_subject: Option<&'static str>,
    /// The setting that accepts tokens without `kid`.
    pub key_id_optional: Option<&'static str>,
    /// What a client does to get a JWT instead of an opaque or encrypted token.
    pub opaque_token: Option<&'static str>,
    /// The setting of the introspection endpoint, if opaque tokens can be introspected.
    pub introspection: Option<&'static str>,
    /// The settings of the client at the introspection endpoint.
    pub introspection_client: Option<&'static str>,
    /// The setting of the hosts that a key set may be on.
    pub key_set_hosts: Option<&'static str>,
    /// The setting of the key set's URL, which replaces discovery.
    pub key_set_url: Option<&'static str>,
}

impl SettingNames {
    /// Returns the fault, and the setting that mends it, if there is one.
    pub(crate) fn told(&self, fault: &KeyFault) -> String {
        let remedy = match fault {
            KeyFault::Discovery(DiscoveryError::ForeignHost { host, .. }) => self
                .key_set_hosts
                .map(|name| format!("{name}={host} allows it")),
            KeyFault::Discovery(
                DiscoveryError::Fetch(_)
                | DiscoveryError::NotJson { .. }
                | DiscoveryError::MissingMember { .. },
            ) => self
                .key_set_url
                .map(|name| format!("{name} replaces the document")),
            _ => None,
        };
        match remedy {
            Some(remedy) => format!("{fault}; {remedy}"),
            None => fault.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SettingNames;
    use crate::discovery::DiscoveryError;
    use crate::keys::{KeyFault, KeySetError};

    const NAMES: SettingNames = SettingNames {
        key_set_hosts: Some("JWKS_HOSTS"),
        key_set_url: Some("JWKS_URL"),
        audience: None,
        clients: None,
        algorithms: None,
        client_as_subject: None,
        key_id_optional: None,
        opaque_token: None,
        introspection: None,
        introspection_client: None,
    };

    #[test]
    fn a_fault_is_told_with_the_setting_that_mends_it() {
        let url = || "https://id.example.com/.well-known/openid-configuration".to_owned();
        let foreign = KeyFault::Discovery(DiscoveryError::ForeignHost {
            url: url(),
            member: "jwks_uri",
            host: "keys.example.com".to_owned(),
        });
        let missing = KeyFault::Discovery(DiscoveryError::MissingMember {
            url: url(),
            member: "jwks_uri",
        });
        let empty = KeyFault::KeySet(KeySetError::NotAKeySet("x".to_owned()));
        for (fault, end) in [
            (foreign, "; JWKS_HOSTS=keys.example.com allows it"),
            (missing, "; JWKS_URL replaces the document"),
            (empty, ""),
        ] {
            assert_eq!(NAMES.told(&fault), format!("{fault}{end}"));
            assert_eq!(SettingNames::default().told(&fault), fault.to_string());
        }
    }
}
