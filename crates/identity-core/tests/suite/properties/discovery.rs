//! Discovery documents: whatever a document contains, only TLS URLs on the issuer's own hosts are used.

use identity_core::discovery::{Discovery, DiscoveryConfig};
use proptest::prelude::*;
use serde_json::Value;
use url::Url;

use crate::properties::any_json::any_json;
use crate::properties::corpus::{DISCOVERY, is_good};
use crate::properties::mutation::{changed, changes, replaced, replacements};

const HOSTS: [&str; 2] = ["issuer.example", "keys.example"];
const ISSUER: &str = "https://issuer.example/";

fn config() -> DiscoveryConfig {
    DiscoveryConfig {
        url: Url::parse("https://issuer.example/.well-known/openid-configuration").unwrap(),
        issuers: vec![ISSUER.to_owned()],
        endpoint_hosts: vec!["keys.example".to_owned()],
    }
}

/// Checks the properties of every document that is accepted.
fn check(document: &[u8]) {
    let Ok(discovery) = Discovery::read(document, &config()) else {
        return;
    };
    assert_eq!(discovery.issuer(), ISSUER);
    let token_endpoint = discovery.token_endpoint();
    for url in token_endpoint.iter().chain([discovery.jwks_uri()]) {
        assert_eq!(url.scheme(), "https", "{url}");
        assert!(HOSTS.contains(&url.host_str().unwrap()), "{url}");
    }
}

#[test]
fn each_seed_has_the_outcome_that_its_name_says() {
    for (name, document) in DISCOVERY {
        let outcome = Discovery::read(document.as_bytes(), &config());
        assert_eq!(outcome.is_ok(), is_good(name), "{name}: {outcome:?}");
        check(document.as_bytes());
    }
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn any_bytes_are_no_discovery_document(bytes in any::<Vec<u8>>()) {
        prop_assert!(Discovery::read(&bytes, &config()).is_err());
    }

    #[test]
    fn any_json_is_no_discovery_document(value in any_json()) {
        prop_assert!(Discovery::read(value.to_string().as_bytes(), &config()).is_err());
    }

    #[test]
    fn a_changed_text_leads_nowhere_else(
        seed in prop::sample::select(DISCOVERY), changes in changes()
    ) {
        check(&changed(seed.1.as_bytes(), &changes));
    }

    #[test]
    fn a_changed_document_leads_nowhere_else(
        seed in prop::sample::select(DISCOVERY), replacements in replacements()
    ) {
        let document = serde_json::from_str(seed.1).unwrap();
        check(replaced(document, &replacements).to_string().as_bytes());
    }

    #[test]
    fn any_address_is_checked(
        scheme in "https?|HTTPS|ftp|file|javascript", before in "[a-z@.:/\\\\%0-9-]{0,6}",
        host in prop::sample::select(HOSTS.to_vec()), after in "[a-z@.:/\\\\?#%0-9-]{0,8}"
    ) {
        let mut document: Value = serde_json::from_str(DISCOVERY[0].1).unwrap();
        let address = Value::from(format!("{scheme}://{before}{host}{after}"));
        document["jwks_uri"] = address.clone();
        check(document.to_string().as_bytes());
        document["jwks_uri"] = "https://issuer.example/keys".into();
        document["token_endpoint"] = address;
        check(document.to_string().as_bytes());
    }
}
