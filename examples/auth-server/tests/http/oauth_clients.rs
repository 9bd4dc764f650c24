//! Tests of the clients that token requests name: as standard OAuth libraries do it.

use reqwest::Method;

use crate::clients::client;
use crate::support::{
    Answer, Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings,
};

on_both_databases! {
    the_public_client_names_itself
    another_client_s_refresh_token_is_refused_and_the_session_goes_on
    encoded_credentials_are_decoded
    the_token_endpoint_signs_in_as_the_sign_in_does
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

async fn the_token_endpoint_signs_in_as_the_sign_in_does(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.limits.failures_per_account = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    let form = |password: &'static str| {
        [
            ("grant_type", "password"),
            ("username", &*owner.username),
            ("password", password),
        ]
    };
    for (secret, status, error) in [
        ("", 400, "unauthorized_client"),
        (&*secret, 400, "unauthorized_client"),
        ("wrong", 401, "invalid_client"),
    ] {
        let refused = with_basic(api, (&id, secret), &form(PASSWORD)).await;
        refused.oauth_error(status, error);
    }
    for left_out in ["username", "password"] {
        let form = form(PASSWORD).into_iter();
        let fields: Vec<_> = form.filter(|(name, _)| *name != left_out).collect();
        let refused = api.form("/oauth/token", &fields).await;
        let told = refused.oauth_error(400, "invalid_request");
        assert!(told.contains(left_out), "{told}");
    }

    let known = api.form("/user/login", &form(PASSWORD)).await.expect(200);
    for named in ["auth-server", ""] {
        let fields = [&form(PASSWORD)[..], &[("client_id", named)]].concat();
        let tokens = api.form("/oauth/token", &fields).await.expect(200);
        assert_eq!(tokens.header("cache-control"), "no-store");
        assert_eq!(tokens.body["scope"], known.body["scope"]);
        api.refresh(&tokens.text("refresh_token")).await.expect(200);
    }
    let tokens = with_basic(api, ("", ""), &form(PASSWORD)).await.expect(200);
    let me = api.get("/user/me", &tokens.text("access_token")).await;
    assert_eq!(me.expect(200).text("user_id"), owner.id);

    // Both count failures together.
    let mut told = Vec::new();
    for path in ["/oauth/token", "/user/login", "/oauth/token", "/user/login"] {
        let refused = api.form(path, &form("wrong password")).await;
        refused.oauth_error(400, "invalid_grant");
        told.push(refused.body);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    for path in ["/oauth/token", "/user/login"] {
        let refused = api.form(path, &form(PASSWORD)).await;
        refused.oauth_error(429, "too_many_requests");
    }
}
