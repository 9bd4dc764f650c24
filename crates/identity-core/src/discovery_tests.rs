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
    let missing = DiscoveryError::MissingMember {
        url: ADDRESS.to_owned(),
        member: "issuer",
    };
    assert_eq!(
        read(&json!({"jwks_uri": "https://issuer.example/jwks.json"})).unwrap_err(),
        missing
    );
    let rows = [
        (
            json!("https://issuer.example"),
            mismatch("https://issuer.example"),
        ),
        (
            json!("https://ISSUER.example/"),
            mismatch("https://ISSUER.example/"),
        ),
        (
            json!("https://evil.example/"),
            mismatch("https://evil.example/"),
        ),
        (json!(""), mismatch("")),
        (json!([ISSUER]), invalid("a string", "issuer")),
        (Value::Null, invalid("a string", "issuer")),
    ];
    for (issuer, expected) in rows {
        assert_eq!(
            read(&with("issuer", issuer.clone())).unwrap_err(),
            expected,
            "{issuer}"
        );
    }
}

#[test]
fn an_endpoint_that_is_elsewhere_or_less_protected_is_refused() {
    let rows = |member: &'static str| {
        let url = || invalid("an http(s) URL", member);
        let downgrade = || DiscoveryError::Downgrade {
            url: ADDRESS.to_owned(),
            member,
        };
        [
            (
                json!("https://evil.example/"),
                foreign(member, "evil.example"),
            ),
            (
                json!("https://issuer.example.evil.example/"),
                foreign(member, "issuer.example.evil.example"),
            ),
            (
                json!("https://issuer.example@evil.example/"),
                foreign(member, "evil.example"),
            ),
            (
                json!("https://evil.example#issuer.example"),
                foreign(member, "evil.example"),
            ),
            (
                json!("https://sub.issuer.example/"),
                foreign(member, "sub.issuer.example"),
            ),
            (
                json!("https://evil.keys.example/"),
                foreign(member, "evil.keys.example"),
            ),
            (
                json!("https://issuer.example./"),
                foreign(member, "issuer.example."),
            ),
            (
                json!("https://169.254.169.254/latest"),
                foreign(member, "169.254.169.254"),
            ),
            (json!("http://issuer.example/"), downgrade()),
            (json!("http://keys.example/"), downgrade()),
            (json!("http://localhost/"), downgrade()),
            (json!("file:///etc/passwd"), url()),
            (json!("data:application/json,{}"), url()),
            (json!("/jwks.json"), url()),
            (json!("https://"), url()),
            (json!(""), url()),
            (json!(5), invalid("a string", member)),
            (Value::Null, invalid("a string", member)),
        ]
    };
    for (address, expected) in rows("jwks_uri") {
        assert_eq!(
            read(&with("jwks_uri", address.clone())).unwrap_err(),
            expected,
            "{address}"
        );
    }
    for (address, expected) in rows("token_endpoint") {
        let discovery = read(&with("token_endpoint", address.clone())).unwrap();
        assert_eq!(
            discovery.token_endpoint().unwrap_err(),
            expected,
            "{address}"
        );
    }
}

#[test]
fn a_missing_endpoint_is_named() {
    let missing = |member| DiscoveryError::MissingMember {
        url: ADDRESS.to_owned(),
        member,
    };
    assert_eq!(
        read(&json!({"issuer": ISSUER})).unwrap_err(),
        missing("jwks_uri")
    );
    let keys_only =
        read(&json!({"issuer": ISSUER, "jwks_uri": "https://issuer.example/jwks.json"})).unwrap();
    assert_eq!(
        keys_only.token_endpoint().unwrap_err(),
        missing("token_endpoint")
    );
}

#[test]
fn a_document_is_read() {
    let discovery = read(&with(
        "token_endpoint",
        json!("https://keys.example/token?a=b"),
    ))
    .unwrap();
    assert_eq!(discovery.issuer(), ISSUER);
    assert_eq!(
        discovery.jwks_uri().as_str(),
        "https://issuer.example/jwks.json"
    );
    assert_eq!(
        discovery.token_endpoint().unwrap().as_str(),
        "https://keys.example/token?a=b"
    );
    let other = read(&with("issuer", json!("P2abc"))).unwrap();
    assert_eq!(other.issuer(), "P2abc", "each accepted issuer will do");
    let upper = read(&with(
        "jwks_uri",
        json!("HTTPS://ISSUER.EXAMPLE:443/jwks.json"),
    ))
    .unwrap();
    assert_eq!(
        upper.jwks_uri().as_str(),
        "https://issuer.example/jwks.json",
        "hosts have no case"
    );
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
