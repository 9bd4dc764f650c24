//! Tests of revocation: a token ends with its session, for its own client alone.

use serde_json::json;

use crate::clients::client;
use crate::growth::events;
use crate::introspection::Introspector;
use crate::support::{
    Browser, Person, TestDatabase, TestServer, on_both_databases, redeem, with_clients,
};

on_both_databases! {
    a_token_is_revoked_by_its_own_client_alone
    an_access_token_of_a_machine_client_is_not_revoked
}

async fn a_token_is_revoked_by_its_own_client_alone(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let asker = Introspector::of(api, &owner).await;
    let (machine, secret) = client(api, &owner, &[]).await;
    let browser = Browser::at(api);
    let mut code = browser.code(&[], &owner.username).await;
    let revoke = async |token: &str, client: &str, secret: &str| {
        let form = [
            ("token", token),
            ("client_id", client),
            ("client_secret", secret),
        ];
        api.form("/oauth/revoke", &form).await
    };
    for revoked in ["refresh_token", "access_token"] {
        let tokens = redeem(api, &code, &[]).await.expect(200);
        let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
        for (client, secret, status, error) in [
            ("other", "", 400, "invalid_grant"),
            ("auth-server", "", 400, "invalid_grant"),
            ("", "", 400, "invalid_grant"),
            ("unknown", "", 401, "invalid_client"),
            ("shop", "a secret", 401, "invalid_client"),
            (&*machine, "", 401, "invalid_client"),
            (&*machine, "wrong", 401, "invalid_client"),
            (&*machine, &*secret, 400, "invalid_grant"),
        ] {
            for token in [&access, &refresh] {
                let refused = revoke(token, client, secret).await;
                refused.oauth_error(status, error);
            }
        }
        // Nothing that is no token is an error, nor does it end anything.
        for none in ["unknown", "a.b.c", "nul\0", &format!("{access}x")] {
            let answer = revoke(none, "shop", "").await.expect(200);
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        for token in [&access, &refresh] {
            assert_eq!(asker.says(api, token).await["active"], true);
        }
        let before = events(api, &owner, "user.logout").await.len();
        for _ in 0..2 {
            revoke(&tokens.text(revoked), "shop", "").await.expect(200);
        }
        assert_eq!(events(api, &owner, "user.logout").await.len(), before + 1);
        for token in [&access, &refresh] {
            assert_eq!(asker.says(api, token).await, json!({"active": false}));
        }
        let refused = api.get("/user/me", &access).await;
        refused.problem(401, "token_revoked");
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            ("refresh_token", &refresh),
        ];
        let refused = api.form("/oauth/token", &form).await;
        refused.oauth_error(400, "invalid_grant");
        // The browser is still signed in.
        let answer = browser.authorize(&[("prompt", "none")]).await;
        code = crate::support::arrived(&answer)["code"].clone();
    }
    api.get("/user/me", &owner.token).await.expect(200);
    revoke(&owner.token, "", "").await.expect(200);
    let refused = api.get("/user/me", &owner.token).await;
    refused.problem(401, "token_revoked");
}

async fn an_access_token_of_a_machine_client_is_not_revoked(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &["auth_server.user.read"]).await;
    let named = [("client_id", &*id), ("client_secret", &*secret)];
    let form = [&[("grant_type", "client_credentials")], &named[..]].concat();
    let tokens = api.form("/oauth/token", &form).await.expect(200);
    let token = tokens.text("access_token");
    let of_public = api.form("/oauth/revoke", &[("token", &token)]).await;
    of_public.oauth_error(400, "invalid_grant");
    let form = [&[("token", &*token)], &named[..]].concat();
    let refused = api.form("/oauth/revoke", &form).await;
    refused.oauth_error(400, "unsupported_token_type");
    api.get("/user/", &token).await.expect(200);
}
