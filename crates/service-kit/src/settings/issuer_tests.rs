use std::time::Duration;

use identity_core::{AuthenticatorError, CacheLimits};

use super::IssuerSettings;
use crate::settings::SettingsReader;
use crate::test_service::Of;

fn read(values: &[(&str, &str)]) -> Result<IssuerSettings, Vec<String>> {
    let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
    let settings = IssuerSettings::read(&mut reader);
    let outcome = reader.finish(Some(settings));
    outcome.map_err(|error| error.problems().to_vec())
}

/// Returns the outcome of reading `text` as a URL of the issuer.
fn address(text: &str, plain_http: &str) -> Result<String, Vec<String>> {
    let values = [("ALLOW_HTTP_ISSUER", plain_http)];
    let mut reader = SettingsReader::from_values("AN_API", values);
    let issuer = IssuerSettings::read(&mut reader);
    let address = issuer.address(&mut reader, "issuer", Some(text));
    let outcome = reader.finish(address);
    outcome.map_or_else(
        |error| Err(error.problems().to_vec()),
        |url| Ok(url.to_string()),
    )
}

#[test]
fn nothing_has_to_be_set_and_the_rules_are_the_usual_ones() {
    let settings = read(&[]).unwrap();
    assert!(settings.http().plain_http_hosts.is_empty());
    assert!(settings.jwks_hosts.is_empty());
    assert_eq!(settings.tokens.leeway, Duration::from_secs(5));
    assert_eq!(settings.tokens.max_bytes, 16 * 1024);
    assert!(!settings.rfc9068_only && !settings.client.is_set());
    assert_eq!(settings.cache, CacheLimits::default());
    let default = (settings.cache.max_tokens, settings.cache.max_bytes);
    assert_eq!(default, (10_000, 67_108_864));
}

#[test]
fn what_is_set_is_applied() {
    let settings = read(&[
        ("FETCH__TIMEOUT_SECONDS", "1"),
        ("FETCH__MAX_BYTES", "1000"),
        ("KEYS__TTL_SECONDS", "60"),
        ("AN_API__TOKENS__LEEWAY_SECONDS", "0"),
        ("TOKENS__MAX_BYTES", "2000"),
        ("CACHE__MAX_TOKENS", "7"),
        ("AN_API__CACHE__MAX_BYTES", "5000"),
        ("JWKS_HOSTS", "Keys.example.com, [::1]"),
        ("ALLOW_HTTP_ISSUER", "Local-Issuer"),
    ])
    .unwrap();
    assert_eq!(settings.http().timeout, Duration::from_secs(1));
    assert_eq!(settings.http().max_bytes, 1000);
    assert_eq!(settings.keys.ttl, Duration::from_secs(60));
    assert_eq!(settings.tokens.leeway, Duration::ZERO);
    assert_eq!(settings.tokens.max_bytes, 2000);
    let cache = CacheLimits {
        max_tokens: 7,
        max_bytes: 5000,
    };
    assert_eq!(settings.cache, cache);
    assert_eq!(settings.jwks_hosts, ["keys.example.com", "[::1]"]);
    assert_eq!(settings.http().plain_http_hosts, ["local-issuer"]);
}

#[test]
fn the_strict_form_wins_over_what_the_provider_accepts() {
    let settings = IssuerSettings {
        rfc9068_only: true,
        ..read(&[("TOKENS__LEEWAY_SECONDS", "1")]).unwrap()
    };
    // That provider issues no such tokens: the error shows that the builder has the setting.
    let refused = settings.authenticator(Of(&["i"])).unwrap_err();
    assert!(matches!(refused, AuthenticatorError::NoRfc9068(_)));
}

#[test]
fn a_host_is_no_address() {
    for host in [
        "http://local-issuer",
        "local-issuer:9000",
        "local-issuer/",
        "::1",
        "a b",
    ] {
        for name in ["ALLOW_HTTP_ISSUER", "JWKS_HOSTS"] {
            let problems = read(&[(name, host)]).unwrap_err();
            let expected = format!(
                "{name} cannot be used: expected hosts, with commas between them, without scheme, port and path, such as id.example.com (it comes from the environment)"
            );
            assert_eq!(problems, [expected], "{host}");
        }
    }
}

#[test]
fn limits_have_limits() {
    for (name, value) in [
        ("TOKENS__LEEWAY_SECONDS", "301"),
        ("TOKENS__MAX_BYTES", "0"),
        ("FETCH__TIMEOUT_SECONDS", "0"),
        ("KEYS__MAX_COUNT", "0"),
        ("KEYS__REFETCH_INTERVAL_SECONDS", "0"),
        ("CACHE__MAX_TOKENS", "10000001"),
        ("CACHE__MAX_BYTES", "-1"),
    ] {
        let problems = read(&[(name, value)]).unwrap_err();
        assert!(
            problems[0].starts_with(&format!(
                "{name} cannot be used: expected a whole number from"
            )),
            "{name}"
        );
    }
}

#[test]
fn an_issuer_is_https_or_loopback_or_allowed() {
    for (text, plain_http) in [
        ("https://id.example.com/", ""),
        ("https://id.example.com:8443/tenant/", ""),
        ("http://localhost:9000/", ""),
        ("http://127.0.0.1:9000/", ""),
        ("http://[::1]:9000/", ""),
        ("http://local-issuer:9000/", "other,LOCAL-ISSUER"),
    ] {
        assert_eq!(address(text, plain_http).as_deref(), Ok(text));
    }
    for text in [
        "http://id.example.com/",
        "http://local-issuer.example.com/",
        "http://localhost.example.com/",
        "ftp://id.example.com/",
        "ws://localhost/",
    ] {
        let expected = "ISSUER cannot be used: expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_ISSUER names";
        let refused = address(text, "local-issuer");
        assert_eq!(refused, Err(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn an_issuer_is_an_address_of_a_host() {
    for text in [
        "id.example.com",
        "localhost:9000",
        "https://",
        "mailto:a@b.example",
        "file:///x",
        "/x",
    ] {
        let expected =
            "ISSUER cannot be used: expected an address, such as https://id.example.com/";
        assert_eq!(address(text, ""), Err(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn a_list_of_addresses_is_no_address() {
    for text in [
        "https://a.example,https://b.example",
        "https://a.example/,https://b.example/",
        "https://a.example, b.example",
    ] {
        let expected = "ISSUER cannot be used: expected one address, and a comma in it as %2C";
        assert_eq!(address(text, ""), Err(vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn a_password_in_an_issuer_is_refused_and_not_repeated() {
    for text in [
        "https://u:hunter2@id.example.com/",
        "https://hunter2@id.example.com/",
    ] {
        let expected = "ISSUER cannot be used: expected an address without a user and a password";
        assert_eq!(address(text, ""), Err(vec![expected.to_owned()]), "{text}");
    }
}

#[actix_web::test]
async fn an_authenticator_keeps_tokens_as_the_settings_say() {
    for (values, is_kept) in [
        (&[][..], true),
        (&[("CACHE__MAX_TOKENS", "0")], false),
        (&[("CACHE__MAX_BYTES", "0")], false),
    ] {
        let authenticator = read(values).unwrap().authenticator(Of(&["i"]));
        let shown = format!("{:?}", authenticator.unwrap());
        assert_eq!(!shown.contains("cache: None"), is_kept, "{shown}");
    }
}
