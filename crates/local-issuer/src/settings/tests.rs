use std::collections::HashMap;
use std::time::Duration;

use super::*;
use crate::auth0::TokenDialect;
use crate::config::KeyOrigin;

/// Reads settings from lines of `NAME=value`, names without the prefix.
fn read(lines: &str) -> Result<IssuerConfig, SettingsError> {
    let pairs = lines.lines().filter_map(|line| line.trim().split_once('='));
    from_variables(
        pairs
            .map(|(name, value)| (format!("{PREFIX}{name}"), value.to_owned()))
            .collect(),
    )
}

#[test]
fn every_bad_setting_is_reported_at_once_with_its_name_and_what_is_expected() {
    let error = read(
        "HOST=localhost
        DESCOPE_PORT=70000
        AUTH0_PORT=-1
        DESCOPE_PROJECT_ID=P2
        DESCOPE_ISSUER_BASE=http://localhost:9000/
        DESCOPE_ROTATE_REFRESH_TOKENS=yes
        DESCOPE_DIRECTORY_ENTRIES=many
        AUTH0_ISSUER=http://localhost:9001
        AUTH0_DIALECT=jwt
        ROLES_CLAIM=roles
        PERSONAS=/no/such/file.toml
        TOKEN_LIFETIME_SECONDS=0
        CONTROL_BODY_BYTES=1k
        CONTROL_ANSWER_BYTES=-1
        CONTROL_KEYS=x
        CONTROL_REQUESTS=1.5
        SERVICES=orders okta http://localhost:8000, shop descope
        TLS_KEY_FILE=key.pem
        AUTH0_AUDIENC=https://other.example.com
        PORT_9000_TCP=tcp://10.0.0.1:9000",
    )
    .unwrap_err();
    let expected = r#"bad settings:
  LOCAL_ISSUER_AUTH0_AUDIENC: no setting has this name; did you mean LOCAL_ISSUER_AUTH0_AUDIENCE?
  LOCAL_ISSUER_HOST: expected an IP address, got "localhost"
  LOCAL_ISSUER_DESCOPE_PORT: expected a port from 0 to 65535, got "70000"
  LOCAL_ISSUER_AUTH0_PORT: expected a port from 0 to 65535, got "-1"
  LOCAL_ISSUER_DESCOPE_PROJECT_ID: expected a project id, P and 27 to 31 letters or digits, got "P2"
  LOCAL_ISSUER_DESCOPE_ISSUER_BASE: expected an http or https URL without a trailing slash, got "http://localhost:9000/"
  LOCAL_ISSUER_DESCOPE_ROTATE_REFRESH_TOKENS: expected true or false, got "yes"
  LOCAL_ISSUER_DESCOPE_DIRECTORY_ENTRIES: expected a whole number, 0 or more, got "many"
  LOCAL_ISSUER_AUTH0_ISSUER: expected an http or https URL with a trailing slash, got "http://localhost:9001"
  LOCAL_ISSUER_AUTH0_DIALECT: expected one of access_token, access_token_authz, rfc9068_profile, rfc9068_profile_authz, got "jwt"
  LOCAL_ISSUER_ROLES_CLAIM: expected the URL of a namespaced claim, such as https://example.com/roles, got "roles"
  LOCAL_ISSUER_PERSONAS: /no/such/file.toml: No such file or directory (os error 2)
  LOCAL_ISSUER_CONTROL_BODY_BYTES: expected a whole number, 0 or more, got "1k"
  LOCAL_ISSUER_CONTROL_ANSWER_BYTES: expected a whole number, 0 or more, got "-1"
  LOCAL_ISSUER_CONTROL_KEYS: expected a whole number, 0 or more, got "x"
  LOCAL_ISSUER_CONTROL_REQUESTS: expected a whole number, 0 or more, got "1.5"
  LOCAL_ISSUER_TOKEN_LIFETIME_SECONDS: expected 1 to 31536000 seconds, got "0"
  LOCAL_ISSUER_SERVICES: expected a name, descope, auth0 or other, and one or two addresses, such as orders descope http://localhost:8000; "orders okta http://localhost:8000" does not say whose tokens are accepted
  LOCAL_ISSUER_SERVICES: expected a name, descope, auth0 or other, and one or two addresses, such as orders descope http://localhost:8000; "shop descope" has fewer than three words
  LOCAL_ISSUER_TLS_CERTIFICATE_FILE: expected beside LOCAL_ISSUER_TLS_KEY_FILE, got nothing"#;
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_file_with_an_unknown_name_or_no_file_at_all_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("issuer.toml");
    std::fs::write(&path, "descope_prot = 9100\n").unwrap();
    let error = read(&format!("CONFIG_FILE={}", path.display())).unwrap_err();
    assert_eq!(
        error.problems(),
        ["LOCAL_ISSUER_CONFIG_FILE: no setting is called descope_prot; did you mean descope_port?"]
    );

    let error = read("CONFIG_FILE=/no/such/file.toml").unwrap_err();
    assert!(
        error.to_string().contains("LOCAL_ISSUER_CONFIG_FILE"),
        "{error}"
    );
}

#[test]
fn empty_values_count_as_unset() {
    let empty = VARIABLES
        .iter()
        .map(|variable| (variable.name.to_owned(), String::new()));
    let config = from_variables(empty.collect()).unwrap();
    assert_eq!((config.descope.port, config.auth0.port), (9000, 9001));
    assert_eq!(config.host.to_string(), "127.0.0.1");
    assert!(config.control_token.is_none());
    assert_eq!(config.control_limits.answer_bytes, 1024 * 1024 * 1024);
    assert!(matches!(config.keys, KeyOrigin::Fresh));
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("issuer.toml");
    std::fs::write(&path, "descope_port = 9100\nauth0_port = 9101\n").unwrap();
    let (file, others) = (path.display(), "AUTH0_PORT=9201\nSERVICE_HOST=10.0.0.1");
    let config = read(&format!("CONFIG_FILE={file}\n{others}")).unwrap();
    assert_eq!((config.descope.port, config.auth0.port), (9100, 9201));
}

#[test]
fn every_setting_reaches_the_configuration() {
    let config = read(
        "HOST=0.0.0.0
        TLS_CERTIFICATE_FILE=a.pem
        TLS_KEY_FILE=b.pem
        DESCOPE_PROJECT_ID=Peuc12LocalIssuerDevelopment0000
        DESCOPE_ISSUER_BASE=http://local-issuer:9000
        DESCOPE_MANAGEMENT_KEY=008
        DESCOPE_ROTATE_REFRESH_TOKENS=true
        DESCOPE_DIRECTORY_ENTRIES=5
        AUTH0_ISSUER=http://local-issuer:9001/
        AUTH0_AUDIENCE=https://other.example.com
        AUTH0_DIALECT=rfc9068_profile_authz
        ROLES_CLAIM=https://other.example.com/roles
        KEYS_FILE=keys.json
        CONTROL_TOKEN=007
        CONTROL_BODY_BYTES=1
        CONTROL_ANSWER_BYTES=2
        CONTROL_KEYS=3
        CONTROL_REQUESTS=4
        TOKEN_LIFETIME_SECONDS=60",
    )
    .unwrap();
    assert_eq!(config.host.to_string(), "0.0.0.0");
    let tls = config.tls.unwrap();
    assert_eq!((tls.certificate, tls.key), ("a.pem".into(), "b.pem".into()));
    assert_eq!(
        config.descope.project_id,
        "Peuc12LocalIssuerDevelopment0000"
    );
    assert_eq!(
        config.descope.issuer_base.as_deref(),
        Some("http://local-issuer:9000")
    );
    assert!(config.descope.management_key.matches("008"));
    assert!(config.descope.rotates_refresh_tokens);
    assert_eq!(config.descope.directory_entries, 5);
    assert_eq!(
        config.auth0.issuer.as_deref(),
        Some("http://local-issuer:9001/")
    );
    assert_eq!(config.auth0.audience, "https://other.example.com");
    assert_eq!(config.auth0.dialect, TokenDialect::Rfc9068ProfileAuthz);
    assert_eq!(config.auth0.roles_claim, "https://other.example.com/roles");
    assert!(matches!(config.keys, KeyOrigin::File(path) if path.as_os_str() == "keys.json"));
    assert!(
        config.control_token.unwrap().matches("007"),
        "a secret of digits stays as it is"
    );
    let limits = config.control_limits;
    assert_eq!((limits.body_bytes, limits.answer_bytes), (1, 2));
    assert_eq!((limits.keys, limits.requests), (3, 4));
    assert_eq!(config.token_lifetime, Some(Duration::from_secs(60)));
}

#[test]
fn the_example_file_has_every_variable_with_its_meaning_and_nothing_else() {
    let example = include_str!("../../.env.example");
    let expected: Vec<String> = VARIABLES
        .iter()
        .flat_map(|variable| {
            [
                format!("# {}", variable.meaning),
                format!("{}=", variable.name),
            ]
        })
        .collect();
    let found: Vec<&str> = example
        .lines()
        .skip_while(|line| !line.is_empty())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_example_file_alone_gives_the_defaults() {
    let pairs = include_str!("../../.env.example")
        .lines()
        .filter_map(|line| line.split_once('='));
    let variables: HashMap<_, _> = pairs
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(variables.len(), VARIABLES.len());
    assert_eq!(from_variables(variables).unwrap().descope.port, 9000);
}
