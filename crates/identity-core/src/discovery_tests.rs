use serde_json::{Value, json};

use super::{Discovery, DiscoveryConfig, DiscoveryError};

const ISSUER: &str = "https://issuer.example/";
const ADDRESS: &str = "https://issuer.example/.well-known/openid-configuration";

fn config() -> DiscoveryConfig {
    DiscoveryConfig {
        url: ADDRESS.parse().unwrap(),
        issuers: vec![ISSUER.to_owned(), "P2abc".to_owned()],
        endpoint_hosts: vec!["keys.example".to_owned()],
    }
}

/// Returns a valid document with this member changed.
fn with(member: &str, value: Value) -> Value {
    let mut document = json!({
        "issuer": ISSUER,
        "jwks_uri": "https://issuer.example/jwks.json",
        "token_endpoint": "https://issuer.example/token",
    });
    document[member] = value;
    document
}

fn read(document: &Value) -> Result<Discovery, DiscoveryError> {
    Discovery::read(document.to_string().as_bytes(), &config())
}

fn invalid(expected: &'static str, member: &'static str) -> DiscoveryError {
    DiscoveryError::InvalidMember {
        url: ADDRESS.to_owned(),
        member,
        expected,
    }
}

fn missing(member: &'static str) -> DiscoveryError {
    let url = ADDRESS.to_owned();
    DiscoveryError::MissingMember { url, member }
}

fn mismatch(got: &str) -> DiscoveryError {
    let expected = "https://issuer.example/ or P2abc".to_owned();
    DiscoveryError::IssuerMismatch {
        url: ADDRESS.to_owned(),
        expected,
        got: got.to_owned(),
    }
}

fn foreign(member: &'static str, host: &str) -> DiscoveryError {
    DiscoveryError::ForeignHost {
        url: ADDRESS.to_owned(),
        member,
        host: host.to_owned(),
    }
}

#[test]
fn a_document_that_is_no_object_is_refused() {
    for text in [
        "",
        "null",
        "[]",
        "\"text\"",
        "<html></html>",
        "{",
        r#"{"issuer":"a"} x"#,
    ] {
        let error = Discovery::read(text.as_bytes(), &config()).unwrap_err();
        assert!(
            matches!(error, DiscoveryError::NotJson { .. }),
            "{text}: {error}"
        );
    }
}

#[test]
fn an_error_does_not_repeat_the_document() {
    let long = "long".repeat(10_000);
    let address = format!("https://{}.example/{long}", "a".repeat(60));
    for document in [
        json!(long),
        with("issuer", json!(long)),
        with("jwks_uri", json!(long)),
        with("jwks_uri", json!(address)),
    ] {
        let error = read(&document).unwrap_err();
        assert!(
            format!("{error} {error:?}").len() < 1000,
            "a log line stays short"
        );
    }
}

#[test]
fn an_issuer_that_is_not_exactly_an_accepted_one_is_refused() {
    let keys = "https://issuer.example/jwks.json";
    let error = read(&json!({"jwks_uri": keys})).unwrap_err();
    assert_eq!(error, missing("issuer"));
    let text = || invalid("a string", "issuer");
    let rows = [(json!([ISSUER]), text()), (Value::Null, text())];
    let others = [
        "https://issuer.example",
        "https://ISSUER.example/",
        "https://evil.example/",
        "",
    ];
    let others = others.map(|other| (json!(other), mismatch(other)));
    for (issuer, expected) in rows.into_iter().chain(others) {
        let error = read(&with("issuer", issuer.clone())).unwrap_err();
        assert_eq!(error, expected, "{issuer}");
    }
}

#[test]
fn an_endpoint_that_is_elsewhere_or_less_protected_is_refused() {
    for member in [
        "jwks_uri",
        "token_endpoint",
        "authorization_endpoint",
        "device_authorization_endpoint",
    ] {
        let check = |address: Value, expected: DiscoveryError| {
            let document = with(member, address.clone());
            let error = match member {
                "jwks_uri" => read(&document).unwrap_err(),
                "token_endpoint" => read(&document).unwrap().token_endpoint().unwrap_err(),
                "authorization_endpoint" => {
                    let read = read(&document).unwrap();
                    read.authorization_endpoint().unwrap_err()
                }
                _ => {
                    let read = read(&document).unwrap();
                    read.device_authorization_endpoint().unwrap_err()
                }
            };
            assert_eq!(error, expected, "{member} = {address}");
        };
        for (address, host) in [
            ("https://evil.example/", "evil.example"),
            (
                "https://issuer.example.evil.example/",
                "issuer.example.evil.example",
            ),
            ("https://issuer.example@evil.example/", "evil.example"),
            ("https://evil.example#issuer.example", "evil.example"),
            ("https://sub.issuer.example/", "sub.issuer.example"),
            ("https://evil.keys.example/", "evil.keys.example"),
            ("https://issuer.example./", "issuer.example."),
            ("https://169.254.169.254/latest", "169.254.169.254"),
        ] {
            check(json!(address), foreign(member, host));
        }
        for host in ["issuer.example", "keys.example", "localhost"] {
            let url = ADDRESS.to_owned();
            let downgrade = DiscoveryError::Downgrade { url, member };
            check(json!(format!("http://{host}/")), downgrade);
        }
        for address in [
            "file:///etc/passwd",
            "data:application/json,{}",
            "/jwks.json",
            "https://",
            "",
        ] {
            check(json!(address), invalid("an http(s) URL", member));
        }
        for address in [json!(5), Value::Null] {
            check(address, invalid("a string", member));
        }
    }
}

#[test]
fn a_missing_endpoint_is_named() {
    let mut document = json!({"issuer": ISSUER});
    assert_eq!(read(&document).unwrap_err(), missing("jwks_uri"));
    document["jwks_uri"] = json!("https://issuer.example/jwks.json");
    let keys_only = read(&document).unwrap();
    let error = keys_only.token_endpoint().unwrap_err();
    assert_eq!(error, missing("token_endpoint"));
}

#[test]
fn a_document_is_read() {
    let keys = "https://issuer.example/jwks.json";
    let endpoint = "https://keys.example/token?a=b";
    let discovery = read(&with("token_endpoint", json!(endpoint))).unwrap();
    assert_eq!(discovery.issuer(), ISSUER);
    assert_eq!(discovery.jwks_uri().as_str(), keys);
    assert_eq!(discovery.token_endpoint().unwrap().as_str(), endpoint);
    let other = read(&with("issuer", json!("P2abc"))).unwrap();
    assert_eq!(other.issuer(), "P2abc", "each accepted issuer will do");
    let upper = json!("HTTPS://ISSUER.EXAMPLE:443/jwks.json");
    let upper = read(&with("jwks_uri", upper)).unwrap();
    assert_eq!(upper.jwks_uri().as_str(), keys, "hosts have no case");
}

#[test]
fn a_document_without_tls_may_name_endpoints_with_and_without() {
    let config = DiscoveryConfig {
        url: "http://127.0.0.1:9000/.well-known/openid-configuration"
            .parse()
            .unwrap(),
        issuers: vec![ISSUER.to_owned()],
        endpoint_hosts: Vec::new(),
    };
    for address in [
        "http://127.0.0.1:9000/jwks",
        "http://127.0.0.1:9001/jwks",
        "https://127.0.0.1/jwks",
    ] {
        let document = with("jwks_uri", json!(address)).to_string();
        assert!(
            Discovery::read(document.as_bytes(), &config).is_ok(),
            "{address}"
        );
    }
    let document = with("jwks_uri", json!("http://localhost:9000/jwks")).to_string();
    let error = Discovery::read(document.as_bytes(), &config).unwrap_err();
    assert!(
        matches!(error, DiscoveryError::ForeignHost { .. }),
        "another name of this machine is another host"
    );
}
