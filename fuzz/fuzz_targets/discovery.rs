//! Any bytes as a discovery document, from the seeds of crates/identity-core/tests/suite/properties/corpus/discovery.
#![no_main]

use std::sync::LazyLock;

use identity_core::discovery::{Discovery, DiscoveryConfig};
use libfuzzer_sys::fuzz_target;
use url::Url;

static CONFIG: LazyLock<DiscoveryConfig> = LazyLock::new(|| DiscoveryConfig {
    url: Url::parse("https://issuer.example/.well-known/openid-configuration").expect("a URL"),
    issuers: vec!["https://issuer.example/".to_owned()],
    endpoint_hosts: vec!["keys.example".to_owned()],
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(discovery) = Discovery::read(bytes, &CONFIG) else {
        return;
    };
    assert_eq!(discovery.issuer(), "https://issuer.example/");
    for url in discovery
        .token_endpoint()
        .iter()
        .chain([discovery.jwks_uri()])
    {
        assert_eq!(url.scheme(), "https");
        assert!(matches!(
            url.host_str(),
            Some("issuer.example" | "keys.example")
        ));
    }
});
