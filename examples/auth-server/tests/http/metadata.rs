//! Tests of the documents that services and clients find the server with.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    ISSUER, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings,
};

on_both_databases! {
    the_discovery_document_says_what_there_is
    an_issuer_with_a_path_is_found_at_the_address_of_rfc_8414
    documents_are_for_every_accept_header
}

async fn the_discovery_document_says_what_there_is(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let document = api.get_public("/.well-known/openid-configuration").await;
    let document = document.expect(200).body;
    let metadata = api.get_public("/.well-known/oauth-authorization-server");
    assert_eq!(metadata.await.expect(200).body, document);
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["RS256"])
    );
    for endpoint in [
        "jwks_uri",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "end_session_endpoint",
        "service_documentation",
    ] {
        let address = document[endpoint].as_str().unwrap();
        let path = address.strip_prefix(ISSUER).unwrap();
        let answer = api.get_public(path).await;
        assert_ne!(answer.status, 404, "{endpoint}");
    }
    for grant in document["grant_types_supported"].as_array().unwrap() {
        let form = [("grant_type", grant.as_str().unwrap())];
        let refused = api.form("/oauth/token", &form).await;
        assert_ne!(refused.body["error"], "unsupported_grant_type", "{grant}");
    }
    let owner = Person::owner(api).await;
    let own = api.login(&owner.username, PASSWORD, "").await.expect(200);
    let scopes: Vec<_> = own.body["scope"].as_str().unwrap().split(' ').collect();
    let supported = document["scopes_supported"].as_array().unwrap();
    let (identity, own) = supported.split_at(3);
    assert_eq!(json!(identity), json!(["openid", "profile", "email"]));
    let mut own = own.to_vec();
    own.sort_unstable_by_key(|scope| scope.to_string());
    assert_eq!(json!(own), json!(scopes));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    let verified = crate::walk_through::verified(api, &owner.token).await;
    let mut claims: Vec<_> = verified.claims().keys().map(String::as_str).collect();
    let told = document["claims_supported"].as_array().unwrap().iter();
    let told = told.map(|claim| claim.as_str().unwrap());
    // These are in the ID token, and at the userinfo endpoint.
    let identity = [
        "auth_time",
        "nonce",
        "at_hash",
        "preferred_username",
        "email",
        "email_verified",
    ];
    let mut told: Vec<_> = told.filter(|claim| !identity.contains(claim)).collect();
    claims.sort_unstable();
    told.sort_unstable();
    assert_eq!(claims, told);
}

async fn an_issuer_with_a_path_is_found_at_the_address_of_rfc_8414(database: TestDatabase) {
    let well_known = "/.well-known/oauth-authorization-server";
    for (path, found) in [
        ("", vec![""]),
        ("/id", vec!["", "/id"]),
        ("/a%20b/id", vec!["", "/a%20b/id"]),
    ] {
        let mut settings = settings(&database);
        settings.issuer = Some(format!("{ISSUER}{path}"));
        let server = TestServer::with(settings);
        for asked in ["/", "/other", "/id/", "/id/other"] {
            let asked = format!("{well_known}{asked}");
            let refused = server.api.get_public(&asked).await;
            refused.problem(404, "not_found");
        }
        for asked in found {
            let asked = format!("{well_known}{asked}");
            let document = server.api.get_public(&asked).await;
            let issuer = document.expect(200).text("issuer");
            assert_eq!(issuer, format!("{ISSUER}{path}"));
        }
    }
}

async fn documents_are_for_every_accept_header(database: TestDatabase) {
    let server = TestServer::start(&database);
    for name in [
        "jwks.json",
        "openid-configuration",
        "oauth-authorization-server",
    ] {
        for accept in [
            "application/json",
            "application/jwk-set+json",
            "application/jwk-set+json, application/json",
            "*/*",
            "",
        ] {
            let path = format!("/.well-known/{name}");
            let request = server.api.request(Method::GET, &path);
            let answer = send(request.header("accept", accept)).await.expect(200);
            assert_eq!(answer.header("content-type"), "application/json");
        }
    }
}
