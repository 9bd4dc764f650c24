use local_issuer::LocalIssuer;
use serde_json::{Value, json};

use crate::support::{client, facts, get, get_json, names, quick, start};

#[tokio::test]
async fn unknown_paths_and_projects_are_404_in_the_providers_words() {
    let issuer = start().await;
    let base = issuer.descope().base_url();
    let project = issuer.descope().project_id();
    for path in [
        "/nowhere".to_owned(),
        "/P2OtherProject00000000000000/.well-known/openid-configuration".to_owned(),
        "/.well-known/openid-configuration".to_owned(),
        // The address in an old example, which Descope never had.
        format!("/{project}/v1/oauth2/token"),
        // Advertised, and not there yet.
        "/oauth2/v1/authorize".to_owned(),
        "/_control/rotate".to_owned(),
    ] {
        let response = client().post(format!("{base}{path}")).send().await.unwrap();
        let expected = json!({
            "errorCode": "E011004",
            "errorDescription": "Invalid arguments",
            "errorMessage": "No such path or project",
        });
        assert_eq!(
            facts(response).await,
            (404, "no-store".to_owned(), expected),
            "{path}"
        );
    }
    for path in [
        "/nowhere",
        "/authorize",
        "/_control/rotate",
        "/oauth2/v1/token",
    ] {
        let response = client()
            .post(format!("{}{path}", issuer.auth0().base_url()))
            .send()
            .await
            .unwrap();
        let expected = json!({ "error": "not_found", "error_description": "No such path" });
        assert_eq!(
            facts(response).await,
            (404, "no-store".to_owned(), expected),
            "{path}"
        );
    }
}

#[tokio::test]
async fn descope_documents_are_at_every_address_with_descopes_members_in_order() {
    let issuer = start().await;
    let (base, project) = (issuer.descope().base_url(), issuer.descope().project_id());
    let document = get_json(&issuer.descope().discovery_url()).await;
    assert_eq!(
        names(document.as_object().unwrap()),
        [
            "issuer",
            "jwks_uri",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "end_session_endpoint",
            "revocation_endpoint",
            "device_authorization_endpoint",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
            "code_challenge_methods_supported",
            "scopes_supported",
            "claims_supported",
            "token_endpoint_auth_methods_supported",
            "grant_types_supported",
        ]
    );
    assert_eq!(document["issuer"], format!("{base}/{project}"));
    assert_eq!(document["issuer"], issuer.descope().issuer());
    assert_eq!(document["jwks_uri"], issuer.descope().jwks_url());
    assert_eq!(document["token_endpoint"], issuer.descope().token_url());
    for path in [
        format!("/{project}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server/{project}"),
    ] {
        assert_eq!(get_json(&format!("{base}{path}")).await, document, "{path}");
    }

    for name in ["openid-configuration", "oauth-authorization-server"] {
        let document = get_json(&format!("{base}/v1/apps/{project}/.well-known/{name}")).await;
        assert_eq!(
            document["issuer"],
            issuer.descope().session_issuer(),
            "{name}"
        );
        assert_eq!(document["jwks_uri"], issuer.descope().jwks_url(), "{name}");
        assert_eq!(
            document["token_endpoint"],
            format!("{base}/oauth2/v1/apps/{project}/token"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn auth0_documents_are_at_both_addresses_with_auth0s_members_in_order() {
    let issuer = start().await;
    let document = get_json(&issuer.auth0().discovery_url()).await;
    assert_eq!(
        names(document.as_object().unwrap()),
        [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "device_authorization_endpoint",
            "userinfo_endpoint",
            "mfa_challenge_endpoint",
            "jwks_uri",
            "registration_endpoint",
            "revocation_endpoint",
            "scopes_supported",
            "response_types_supported",
            "code_challenge_methods_supported",
            "response_modes_supported",
            "subject_types_supported",
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "claims_supported",
            "request_uri_parameter_supported",
            "request_parameter_supported",
            "backchannel_authentication_endpoint",
            "backchannel_token_delivery_modes_supported",
            "id_token_signing_alg_values_supported",
            "end_session_endpoint",
            "global_token_revocation_endpoint",
            "global_token_revocation_endpoint_auth_methods_supported",
            "dpop_signing_alg_values_supported",
        ]
    );
    assert_eq!(
        document["issuer"],
        format!("{}/", issuer.auth0().base_url())
    );
    assert_eq!(document["issuer"], issuer.auth0().issuer());
    assert_eq!(document["jwks_uri"], issuer.auth0().jwks_url());
    assert_eq!(document["token_endpoint"], issuer.auth0().token_url());
    let connection = document["global_token_revocation_endpoint"]
        .as_str()
        .unwrap();
    assert!(
        connection.ends_with("/connection/{connectionName}"),
        "{connection}"
    );
    let alias = format!(
        "{}/.well-known/oauth-authorization-server",
        issuer.auth0().base_url()
    );
    assert_eq!(get_json(&alias).await, document);
}

#[tokio::test]
async fn the_issuer_is_a_setting_and_the_endpoints_follow_the_address_that_was_asked() {
    let mut config = quick();
    config.descope.issuer_base = Some("http://issuer.test:9000".to_owned());
    config.auth0.issuer = Some("http://issuer.test:9001/".to_owned());
    let issuer = LocalIssuer::start(config).await.unwrap();
    let asked = async |url: String, headers: &[(&str, &str)]| -> Value {
        let mut request = client().get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().json().await.unwrap()
    };

    let compose = [
        ("host", "local-issuer:9001"),
        ("x-forwarded-host", "evil.test"),
        ("forwarded", "host=evil.test;proto=https"),
    ];
    let document = asked(issuer.auth0().discovery_url(), &compose).await;
    assert_eq!(document["issuer"], "http://issuer.test:9001/");
    assert_eq!(
        document["jwks_uri"],
        "http://local-issuer:9001/.well-known/jwks.json"
    );

    let document = asked(
        issuer.descope().discovery_url(),
        &[("host", "local-issuer:9000")],
    )
    .await;
    let project = issuer.descope().project_id();
    assert_eq!(
        document["issuer"],
        format!("http://issuer.test:9000/{project}")
    );
    assert_eq!(
        document["jwks_uri"],
        format!("http://local-issuer:9000/{project}/.well-known/jwks.json")
    );

    let document = asked(
        issuer.auth0().discovery_url(),
        &[("host", "user@evil.test/path")],
    )
    .await;
    assert_eq!(
        document["token_endpoint"],
        issuer.auth0().token_url(),
        "no address, so the issuer's own"
    );
}

#[tokio::test]
async fn every_answer_says_that_this_is_for_development_only() {
    let issuer = start().await;
    for url in [
        issuer.descope().discovery_url(),
        issuer.auth0().discovery_url(),
        format!("{}/nowhere", issuer.auth0().base_url()),
    ] {
        assert_eq!(
            get(&url).await.headers()["x-local-issuer"],
            "development only",
            "{url}"
        );
    }
}

#[tokio::test]
async fn health_names_the_provider() {
    let issuer = start().await;
    let descope = get_json(&format!("{}/health", issuer.descope().base_url())).await;
    assert_eq!(
        descope,
        json!({ "status": "healthy", "provider": "descope" })
    );
    let auth0 = get_json(&format!("{}/health", issuer.auth0().base_url())).await;
    assert_eq!(auth0, json!({ "status": "healthy", "provider": "auth0" }));
}
