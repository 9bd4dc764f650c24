//! Tests of machine clients.

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, Person, TestDatabase, TestServer, on_both_databases, send};
use crate::walk_through::verified;

on_both_databases! {
    a_client_gets_tokens_with_its_secret_alone
    a_client_that_is_gone_gets_nothing
}

pub async fn client(api: &Api, owner: &Person, slugs: &[&str]) -> (String, String) {
    let body =
        json!({"name": format!("client {}", crate::support::number()), "permissions": slugs});
    let made = api.posted("/client/", &owner.token, &body).await;
    assert_eq!(made.header("cache-control"), "no-store");
    (made.text("client_id"), made.text("client_secret"))
}

async fn a_client_gets_tokens_with_its_secret_alone(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, "a_service.thing.read").await;
    let slugs = ["a_service.thing.read", "auth_server.user.read"];
    let (id, secret) = client(api, &owner, &slugs).await;
    let (other, _) = client(api, &owner, &[]).await;
    let grant = ("grant_type", "client_credentials");

    for (id, secret) in [
        (id.as_str(), "wrong"),
        (id.as_str(), ""),
        (other.as_str(), secret.as_str()),
        ("nobody", secret.as_str()),
        ("nul\0", secret.as_str()),
    ] {
        let fields = [grant, ("client_id", id), ("client_secret", secret)];
        let refused = api.form("/oauth/token", &fields).await;
        refused.oauth_error(401, "invalid_client");
        assert_eq!(
            refused.header("www-authenticate"),
            r#"Basic realm="auth-server""#
        );
        let basic = api
            .request(Method::POST, "/oauth/token")
            .basic_auth(id, Some(secret));
        send(basic.form(&[grant]))
            .await
            .oauth_error(401, "invalid_client");
    }
    for fields in [vec![grant], vec![grant, ("client_id", &id)]] {
        let refused = api.form("/oauth/token", &fields).await;
        refused.oauth_error(401, "invalid_client");
    }
    let both = [grant, ("client_id", &id), ("client_secret", &secret)];
    let request = api.request(Method::POST, "/oauth/token");
    let refused = send(request.basic_auth(&id, Some(&secret)).form(&both)).await;
    refused.oauth_error(400, "invalid_request");
    let nothing = [&both[..], &[("scope", "not.held.here")]].concat();
    let refused = api.form("/oauth/token", &nothing).await;
    refused.oauth_error(400, "invalid_scope");

    let by_form = api.form("/oauth/token", &both).await.expect(200);
    let request = api.request(Method::POST, "/oauth/token");
    let by_header = send(request.basic_auth(&id, Some(&secret)).form(&[grant])).await;
    for tokens in [by_form, by_header.expect(200)] {
        assert_eq!(tokens.header("cache-control"), "no-store");
        assert!(tokens.body.get("refresh_token").is_none());
        assert_eq!(tokens.text("scope"), slugs.join(" "));
        let token = tokens.text("access_token");
        let verified = verified(api, &token).await;
        assert_eq!(verified.subject(), id);
        assert_eq!(verified.text("client_id").unwrap(), id);
        assert_eq!(verified.text("org_id").unwrap(), owner.org);
        api.get("/user/", &token).await.expect(200);
        api.get("/user/me", &token).await.problem(404, "not_found");
        api.get("/role/", &token)
            .await
            .problem(403, "insufficient_scope");
    }
    let list = api.get("/client/", &owner.token).await.expect(200);
    assert_eq!(list.body[0]["permissions"], json!(slugs));
    assert!(!list.body.to_string().contains("secret"));
}

async fn a_client_that_is_gone_gets_nothing(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &["auth_server.user.read"]).await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    let tokens = api.form("/oauth/token", &fields).await.expect(200);
    api.deleted(&format!("/client/{id}"), &owner.token).await;
    api.form("/oauth/token", &fields)
        .await
        .oauth_error(401, "invalid_client");
    let refused = api.get("/user/", &tokens.text("access_token")).await;
    refused.problem(401, "token_revoked");
}
