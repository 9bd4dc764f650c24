//! Tests of the clients that token requests name: as standard OAuth libraries do it.

use reqwest::Method;

use crate::clients::client;
use crate::support::{Answer, Api, Person, TestDatabase, TestServer, on_both_databases, send};

on_both_databases! {
    the_public_client_names_itself
    another_client_s_refresh_token_is_refused_and_the_session_goes_on
    encoded_credentials_are_decoded
}

/// Sends a form with `Authorization: Basic` for this id and secret, as they are.
async fn with_basic(api: &Api, client: (&str, &str), form: &[(&str, &str)]) -> Answer {
    let request = api.request(Method::POST, "/oauth/token");
    let request = request.basic_auth(client.0, Some(client.1));
    send(request.form(form)).await
}

async fn the_public_client_names_itself(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let mut token = owner.refresh_token;
    // It has no secret, so whoever sends one is not it.
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &token),
        ("client_id", "auth-server"),
        ("client_secret", "a secret"),
    ];
    let refused = api.form("/oauth/token", &form).await;
    refused.oauth_error(401, "invalid_client");
    let alone = [("grant_type", "client_credentials")];
    let refused = with_basic(api, ("auth-server", ""), &alone).await;
    refused.oauth_error(401, "invalid_client");
    for named in [
        vec![("client_id", "auth-server")],
        vec![("client_id", "auth-server"), ("client_secret", "")],
        vec![("client_id", "")],
        vec![],
    ] {
        let grant = [("grant_type", "refresh_token"), ("refresh_token", &token)];
        let form = [&grant[..], &named].concat();
        let tokens = api.form("/oauth/token", &form).await.expect(200);
        token = tokens.text("refresh_token");
    }
    for named in ["auth-server", ""] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &token)];
        let tokens = with_basic(api, (named, ""), &form).await.expect(200);
        token = tokens.text("refresh_token");
    }
}

async fn another_client_s_refresh_token_is_refused_and_the_session_goes_on(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    for (id, secret, status, error) in [
        (&*id, "", 400, "invalid_grant"),
        (&*id, &*secret, 400, "invalid_grant"),
        (&*id, "wrong", 401, "invalid_client"),
        ("unknown", "", 400, "invalid_grant"),
        ("AUTH-SERVER", "", 400, "invalid_grant"),
    ] {
        let grant = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*owner.refresh_token),
        ];
        let named = [("client_id", id), ("client_secret", secret)];
        let refused = api.form("/oauth/token", &[grant, named].concat()).await;
        refused.oauth_error(status, error);
        let refused = with_basic(api, (id, secret), &grant).await;
        refused.oauth_error(status, error);
    }
    api.refresh(&owner.refresh_token).await.expect(200);
}

/// Returns every character in percent-encoding.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn encoded_credentials_are_decoded(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    let grant = [("grant_type", "client_credentials")];
    let (all_id, all_secret) = (encoded(&id), encoded(&secret));
    for client in [
        (&*id, "wrong%2D"),
        (&*id, "%FF"),
        (&*id, &*format!("{secret}+")),
        (&*encoded(&all_id), &*secret),
    ] {
        let refused = with_basic(api, client, &grant).await;
        refused.oauth_error(401, "invalid_client");
    }
    let (dashes, lower) = (id.replace('-', "%2D"), id.replace('-', "%2d"));
    for client in [
        (&*id, &*secret),
        (&dashes, &secret),
        (&lower, &secret),
        (&all_id, &all_secret),
    ] {
        with_basic(api, client, &grant).await.expect(200);
    }
    // The form is encoded once, as a whole.
    let form = [
        grant[0],
        ("client_id", &*dashes),
        ("client_secret", &*secret),
    ];
    let refused = api.form("/oauth/token", &form).await;
    refused.oauth_error(401, "invalid_client");
}
