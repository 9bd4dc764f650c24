use std::net::TcpListener;
use std::time::Duration;

use local_issuer::{
    Endpoint, Fault, IssuerConfig, KeyOrigin, LocalIssuer, ProviderKind, Rotation, StartError,
    TokenKind,
};

use crate::support::{
    controlled, get, get_json, minted, quick, start_with_own_keys, try_verify, verified,
};

#[tokio::test]
async fn a_taken_port_is_named_with_the_variable_that_sets_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut config = quick();
    config.auth0.port = port;
    let error = LocalIssuer::start(config).await.unwrap_err();
    assert!(matches!(error, StartError::Bind { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{port}")) && text.contains("LOCAL_ISSUER_AUTH0_PORT"),
        "{text}"
    );
}

#[tokio::test]
async fn values_that_cannot_work_are_refused() {
    let refused = async |change: fn(&mut IssuerConfig)| {
        let mut config = quick();
        change(&mut config);
        matches!(LocalIssuer::start(config).await, Err(StartError::Config(_)))
    };
    assert!(refused(|config| config.descope.project_id = "{id}".to_owned()).await);
    assert!(
        refused(|config| config.descope.issuer_base = Some("http://localhost/".to_owned())).await
    );
    assert!(refused(|config| config.auth0.issuer = Some("http://localhost".to_owned())).await);
    assert!(refused(|config| config.auth0.roles_claim = "roles".to_owned()).await);
}

#[tokio::test]
async fn a_stopped_issuer_frees_its_ports_and_can_start_again_as_it_was() {
    let issuer = start_with_own_keys().await;
    let token = minted(issuer.descope(), "admin");
    let (config, jwks_url) = (issuer.config(), issuer.descope().jwks_url());
    get_json(&jwks_url).await;
    issuer.stop().await;
    for port in [config.descope.port, config.auth0.port] {
        drop(TcpListener::bind(("127.0.0.1", port)).unwrap());
    }

    let again = LocalIssuer::start(config).await.unwrap();
    assert_eq!(again.descope().jwks_url(), jwks_url);
    let (_, claims) = verified(&token, &jwks_url).await;
    assert_eq!(claims["iss"], again.descope().issuer());
}

#[tokio::test]
async fn two_issuers_run_side_by_side_with_keys_of_their_own() {
    let (one, other) = (start_with_own_keys().await, start_with_own_keys().await);
    let token = minted(one.auth0(), "admin");
    assert!(try_verify(&token, &get_json(&other.auth0().jwks_url()).await).is_err());
}

#[cfg(unix)]
fn assert_private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &std::path::Path) {}

#[tokio::test]
async fn a_key_file_keeps_the_keys_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let config = || IssuerConfig {
        keys: KeyOrigin::File(path.clone()),
        ..IssuerConfig::default()
    };

    std::fs::write(&path, "{}").unwrap();
    assert!(
        matches!(LocalIssuer::start(config()).await, Err(StartError::Keys(_))),
        "not a key file"
    );
    std::fs::remove_file(&path).unwrap();

    let issuer = LocalIssuer::start(config()).await.unwrap();
    assert_private(&path);
    let descope = issuer.descope().rotate(Rotation::default()).unwrap();
    let auth0 = issuer.auth0().rotate(Rotation::default()).unwrap();
    issuer.stop().await;
    assert_private(&path);

    let again = LocalIssuer::start(config()).await.unwrap();
    assert_eq!(
        (again.descope().key_ids(), again.auth0().key_ids()),
        (descope, auth0)
    );
    let token = minted(again.auth0(), "admin");
    verified(&token, &again.auth0().jwks_url()).await;
}

#[tokio::test]
async fn the_lifetime_of_access_tokens_is_a_setting() {
    let config = IssuerConfig {
        token_lifetime: Some(Duration::from_secs(7)),
        ..IssuerConfig::default()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    for kind in [ProviderKind::Descope, ProviderKind::Auth0] {
        let provider = issuer.provider(kind);
        let mint = provider.mint("viewer", TokenKind::Access).unwrap();
        let claims = mint.claims();
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            7,
            "{:?}",
            kind
        );
    }
}

#[tokio::test]
async fn a_restarted_issuer_is_not_faulty() {
    let issuer = controlled().await;
    issuer.auth0().fail(Endpoint::All, Fault::Close).unwrap();
    issuer.auth0().set_clock_offset(1000);
    let config: IssuerConfig = issuer.config();
    issuer.stop().await;
    let again = LocalIssuer::start(config).await.unwrap();
    assert_eq!(
        (again.auth0().faults(), again.auth0().clock_offset()),
        (vec![], 0)
    );
    assert_eq!(get(&again.auth0().jwks_url()).await.status(), 200);
}
