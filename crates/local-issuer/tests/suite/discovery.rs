use local_issuer::{Endpoint, Fault, LocalIssuer, ProviderHandle};
use serde_json::{Map, Value, json};

use crate::support::{assert_members, client, facts, get, get_json, names, quick, start};

#[tokio::test]
async fn unknown_paths_and_projects_are_404_and_name_what_is_there() {
    let issuer = start().await;
    let refused = async |base: &str, path: &str| -> Value {
        let response = client().post(format!("{base}{path}")).send().await.unwrap();
        let (status, cache_control, body) = facts(response).await;
        assert_eq!((status, &*cache_control), (404, "no-store"), "{path}");
        body
    };
    for path in [
        "/nowhere",
        "/P2OtherProject00000000000000/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        // The address in an old example, which Descope never had.
        &format!("/{}/v1/oauth2/token", issuer.descope().project_id()),
        "/oauth2/v1/introspect",
        "/_control/rotate",
    ] {
        let mut body = refused(issuer.descope().base_url(), path).await;
        let message = body["errorMessage"].take().as_str().unwrap().to_owned();
        let start = format!("This local issuer has no {path}, only ");
        assert!(message.starts_with(&start), "{message}");
        assert!(message.contains("/oauth2/v1/token"), "{message}");
        let rest = json!({ "errorCode": "E011004", "errorDescription": "Invalid arguments", "errorMessage": null });
        assert_eq!(body, rest);
    }
    for path in [
        "/nowhere",
        "/mfa/challenge",
        "/_control/rotate",
        "/oauth2/v1/token",
    ] {
        let body = refused(issuer.auth0().base_url(), path).await;
        assert_eq!(body["error"], "not_found");
        let here = "/.well-known/jwks.json, /.well-known/openid-configuration, \
             /.well-known/oauth-authorization-server, /oauth/token, /authorize, /userinfo, /oauth/device/code, /oauth/revoke, /oidc/logout, \
             /v2/logout, /_signin, /_signin/style.css, /activate";
        let message = format!("This local issuer has no {path}, only {here}");
        assert_eq!(body["error_description"], message);
    }
}

#[tokio::test]
async fn every_address_in_a_document_is_there() {
    let issuer = start().await;
    for url in [
        issuer.descope().discovery_url(),
        issuer.auth0().discovery_url(),
    ] {
        let document = get_json(&url).await;
        for (name, address) in document.as_object().unwrap() {
            let Some(address) = address.as_str().filter(|_| name != "issuer") else {
                continue;
            };
            let mut found = client().get(address).send().await.unwrap().status();
            if found == 404 {
                found = client().post(address).send().await.unwrap().status();
            }
            assert_ne!(found, 404, "{name}: {address}");
        }
        assert_eq!(
            document["grant_types_supported"],
            json!([
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code"
            ])
        );
    }
}

#[tokio::test]
async fn a_page_of_any_origin_may_ask() {
    let issuer = start().await;
    for (url, method) in [
        (issuer.auth0().token_url(), "POST"),
        (issuer.descope().discovery_url(), "GET"),
    ] {
        let request = client().request(reqwest::Method::OPTIONS, &url);
        let preflight = request
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "auth0-client,content-type,dpop",
            );
        let response = preflight.send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(
            response.headers().get("access-control-allow-credentials"),
            None
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
        "issuer jwks_uri authorization_endpoint response_types_supported subject_types_supported \
         id_token_signing_alg_values_supported token_endpoint userinfo_endpoint scopes_supported claims_supported \
         revocation_endpoint token_endpoint_auth_methods_supported code_challenge_methods_supported \
         response_modes_supported grant_types_supported request_parameter_supported \
         request_uri_parameter_supported authorization_response_iss_parameter_supported prompt_values_supported \
         end_session_endpoint device_authorization_endpoint"
    );
    let expected = json!({
        "issuer": format!("{base}/{project}"), "jwks_uri": issuer.descope().jwks_url(),
        "token_endpoint": issuer.descope().token_url(),
    });
    assert_members(document.as_object().unwrap(), expected);
    assert_eq!(document["issuer"], issuer.descope().issuer());
    for path in [
        format!("/{project}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server/{project}"),
    ] {
        assert_eq!(get_json(&format!("{base}{path}")).await, document, "{path}");
    }

    for name in ["openid-configuration", "oauth-authorization-server"] {
        let document = get_json(&format!("{base}/v1/apps/{project}/.well-known/{name}")).await;
        let expected = json!({
            "issuer": issuer.descope().session_issuer(), "jwks_uri": issuer.descope().jwks_url(),
            "token_endpoint": format!("{base}/oauth2/v1/apps/{project}/token"),
        });
        assert_members(document.as_object().unwrap(), expected);
    }
}

#[tokio::test]
async fn auth0_documents_are_at_both_addresses_with_auth0s_members_in_order() {
    let issuer = start().await;
    let document = get_json(&issuer.auth0().discovery_url()).await;
    assert_eq!(
        names(document.as_object().unwrap()),
        "issuer authorization_endpoint token_endpoint device_authorization_endpoint userinfo_endpoint jwks_uri revocation_endpoint \
         scopes_supported response_types_supported code_challenge_methods_supported response_modes_supported \
         grant_types_supported subject_types_supported token_endpoint_auth_methods_supported claims_supported \
         request_uri_parameter_supported request_parameter_supported id_token_signing_alg_values_supported \
         end_session_endpoint authorization_response_iss_parameter_supported prompt_values_supported"
    );
    let expected = json!({
        "issuer": format!("{}/", issuer.auth0().base_url()), "jwks_uri": issuer.auth0().jwks_url(),
        "token_endpoint": issuer.auth0().token_url(),
    });
    assert_members(document.as_object().unwrap(), expected);
    assert_eq!(document["issuer"], issuer.auth0().issuer());
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
    let asked = async |url: String, headers: &[(&str, &str)]| -> Map<String, Value> {
        let mut request = client().get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().json().await.unwrap()
    };

    let project = issuer.descope().project_id();
    let compose = [
        ("host", "local-issuer:9001"),
        ("x-forwarded-host", "evil.test"),
        ("forwarded", "host=evil.test;proto=https"),
    ];
    let document = asked(issuer.auth0().discovery_url(), &compose).await;
    let keys = "http://local-issuer:9001/.well-known/jwks.json";
    assert_members(
        &document,
        json!({ "issuer": "http://issuer.test:9001/", "jwks_uri": keys }),
    );

    let url = issuer.descope().discovery_url();
    let document = asked(url, &[("host", "local-issuer:9000")]).await;
    let expected = json!({
        "issuer": format!("http://issuer.test:9000/{project}"),
        "jwks_uri": format!("http://local-issuer:9000/{project}/.well-known/jwks.json"),
    });
    assert_members(&document, expected);

    // A proxy on this machine that terminates TLS.
    let proxied = [("host", "login.test"), ("x-forwarded-proto", "https")];
    let document = asked(issuer.auth0().discovery_url(), &proxied).await;
    let endpoint = "https://login.test/oauth/token";
    assert_members(&document, json!({ "token_endpoint": endpoint }));

    // No address, so the issuer's own.
    let host = [("host", "user@evil.test/path")];
    let document = asked(issuer.auth0().discovery_url(), &host).await;
    assert_members(
        &document,
        json!({ "token_endpoint": issuer.auth0().token_url() }),
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
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        let health = get_json(&format!("{}/health", provider.base_url())).await;
        let name = provider.kind().name();
        assert_eq!(health, json!({ "status": "healthy", "provider": name }));
    }
}

#[tokio::test]
async fn every_address_of_an_endpoint_is_that_endpoint() {
    let issuer = start().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    let id = descope.project_id();
    let discovery = format!(
        "/{id}/.well-known/openid-configuration /{id}/.well-known/oauth-authorization-server \
         /.well-known/oauth-authorization-server/{id} /v1/apps/{id}/.well-known/openid-configuration \
         /v1/apps/{id}/.well-known/oauth-authorization-server"
    );
    let jwks = format!("/{id}/.well-known/jwks.json /v2/keys/{id} /v1/keys/{id}");
    let token = format!(
        "/oauth2/v1/token /oauth2/v1/apps/token /oauth2/v1/apps/{id}/token /v1/auth/accesskey/exchange"
    );
    let apps = format!("/oauth2/v1 /oauth2/v1/apps /oauth2/v1/apps/{id}");
    let each = |name: &str| {
        let paths = apps.split(' ').map(|base| format!("{base}/{name}"));
        Vec::from_iter(paths).join(" ")
    };
    let pages = "/_signin /_signin/style.css /activate";
    let authorize = format!("{} {pages}", each("authorize"));
    let auth0_discovery =
        "/.well-known/openid-configuration /.well-known/oauth-authorization-server";
    let rows: [(&ProviderHandle, Endpoint, &str); 16] = [
        (descope, Endpoint::Discovery, &discovery),
        (descope, Endpoint::Jwks, &jwks),
        (descope, Endpoint::Token, &token),
        (auth0, Endpoint::Discovery, auth0_discovery),
        (auth0, Endpoint::Jwks, "/.well-known/jwks.json"),
        (auth0, Endpoint::Token, "/oauth/token"),
        (descope, Endpoint::Authorize, &authorize),
        (descope, Endpoint::Userinfo, &each("userinfo")),
        (descope, Endpoint::Revocation, &each("revoke")),
        (descope, Endpoint::Logout, "/oauth2/v1/logout"),
        (auth0, Endpoint::Authorize, &format!("/authorize {pages}")),
        (auth0, Endpoint::Userinfo, "/userinfo"),
        (auth0, Endpoint::Revocation, "/oauth/revoke"),
        (descope, Endpoint::DeviceAuthorization, "/oauth2/v1/device"),
        (auth0, Endpoint::DeviceAuthorization, "/oauth/device/code"),
        (auth0, Endpoint::Logout, "/oidc/logout /v2/logout"),
    ];
    for (provider, endpoint, paths) in rows {
        provider.fail(endpoint, Fault::Status(599)).unwrap();
        let paths = Vec::from_iter(paths.split_ascii_whitespace());
        for path in &paths {
            let answer = get(&format!("{}{path}", provider.base_url())).await;
            assert_eq!(answer.status(), 599, "{path}");
        }
        assert_eq!(provider.endpoint_requests(endpoint), paths.len() as u64);
        provider.clear_faults();
    }
}
