use std::time::Duration;

use url::Url;

use super::{FetchError, HttpClient, HttpConfig, is_loopback};

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

#[test]
fn only_this_machine_is_loopback() {
    let others = [
        "http://localhost.evil.example/",
        "http://127.0.0.1.nip.io/",
        "http://127.0.0.1.evil.example/",
        "http://evil.example/127.0.0.1",
        "http://localhost@evil.example/",
        "http://evil.example#localhost",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://128.0.0.1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://localhost./",
        "http://foo.localhost/",
        "http://xn--localhost-/",
        "unix:/socket",
        "data:text/plain,localhost",
    ];
    for address in others {
        assert!(
            !Url::parse(address).is_ok_and(|url| is_loopback(&url)),
            "{address}"
        );
    }
    let own = [
        "http://localhost/",
        "http://LOCALHOST:9000/a",
        "http://127.0.0.1/",
        "http://127.0.0.2:1/",
        "http://127.255.255.255/",
        "http://[::1]:9000/",
        "http://127.1/",
        "http://0x7f000001/",
    ];
    for address in own {
        assert!(is_loopback(&url(address)), "{address}");
    }
}

#[test]
fn plain_http_is_for_loopback_and_allowed_hosts_only() {
    let config = HttpConfig {
        plain_http_hosts: vec!["local-issuer".to_owned()],
        ..HttpConfig::default()
    };
    let client = HttpClient::new(config).unwrap();
    for address in [
        "http://issuer.example/",
        "http://local-issuer.evil.example/",
        "http://evil.local-issuer/",
        "http://local-issuer@evil.example/",
        "http://0.0.0.0/",
        "ftp://local-issuer/",
        "file:///etc/passwd",
        "ws://localhost/",
    ] {
        let refused = client.check_transport(&url(address)).unwrap_err();
        assert!(
            matches!(refused, FetchError::Insecure(_)),
            "{address}: {refused}"
        );
    }
    for address in [
        "https://issuer.example/",
        "http://localhost/",
        "http://local-issuer:9000/",
        "http://LOCAL-ISSUER/",
    ] {
        assert_eq!(client.check_transport(&url(address)), Ok(()), "{address}");
    }
}

#[tokio::test]
async fn an_error_names_the_address_without_its_secrets() {
    let secretive = url("http://user:pass-word@issuer.example/a?key=pass-word#pass-word");
    let client = HttpClient::new(HttpConfig::default()).unwrap();
    let error = client.get(&secretive).await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Insecure("http://issuer.example/a".to_owned())
    );
}

#[test]
fn the_defaults_are_narrow() {
    let config = HttpConfig::default();
    assert_eq!(
        (config.timeout, config.max_bytes),
        (Duration::from_secs(5), 256 * 1024)
    );
    assert!(config.plain_http_hosts.is_empty());
    assert!(config.user_agent.starts_with("identity-core/"));
}
