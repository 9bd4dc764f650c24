//! Tests of the audit log.

use serde_json::json;

use crate::growth::events;
use crate::support::{
    Browser, PASSWORD, Person, TestDatabase, TestServer, arrived, on_both_databases, redeem,
    with_clients,
};

on_both_databases! {
    sign_ins_and_changes_of_rights_are_on_record
    every_other_change_is_on_record_too
    each_step_of_signing_in_with_a_browser_is_on_record
}

async fn sign_ins_and_changes_of_rights_are_on_record(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let wrong = "a very wrong password";
    api.login(&owner.username, wrong, "")
        .await
        .oauth_error(400, "invalid_grant");
    api.login("nobody_of_that_name", wrong, "")
        .await
        .oauth_error(400, "invalid_grant");
    owner.new_permission(api, "a_service.thing.read").await;
    let role = owner.new_role(api, &["a_service.thing.read"]).await;
    let member = owner.member(api, &[]).await;
    for path in ["/role/assign", "/role/unassign"] {
        let body = json!({"role_id": role, "user_id": member.id});
        api.posted(path, &owner.token, &body).await;
    }
    let all = api.get("/audit/", &owner.token).await.expect(200);
    let events = all.body.as_array().unwrap();
    let actions: Vec<_> = events
        .iter()
        .rev()
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "org.signup",
            "user.login",
            "user.login_failed",
            "permission.create",
            "role.create",
            "role.attach_permission",
            "user.create",
            "user.login",
            "role.assign",
            "role.unassign",
        ]
    );
    assert!(
        events
            .iter()
            .filter(|event| event["action"] != "user.login")
            .all(|event| event["actor"] == owner.id && event["address"] == "127.0.0.1")
    );
    let everything = database
        .texts("SELECT actor || ' ' || target || ' ' || details || ' ' || address FROM audit")
        .await;
    assert_eq!(
        everything.len(),
        11,
        "the unknown one too, for nobody to see"
    );
    for secret in [wrong, PASSWORD, "nobody_of_that_name", &member.token] {
        assert!(everything.iter().all(|text| !text.contains(secret)));
    }

    let mut paged = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("/audit/?limit=3{before}");
        let page = api.get(&path, &owner.token).await.expect(200);
        let page = page.body.as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        before = format!("&before={}", last["id"].as_str().unwrap());
        paged.extend(page);
    }
    assert_eq!(&paged, events, "page by page");
}

async fn every_other_change_is_on_record_too(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let token = &owner.token;
    let slug = "a_service.thing.read";
    let permission = owner.new_permission(api, slug).await;
    let role = owner.new_role(api, &[slug]).await;
    let body = json!({"role_id": role, "permission_slug": slug});
    api.posted("/role/detach-permission", token, &body).await;
    let client = json!({"name": "a client", "permissions": [slug]});
    let client = api.posted("/client/", token, &client).await;
    let (id, secret) = (client.text("client_id"), client.text("client_secret"));
    for (secret, status) in [(secret.as_str(), 200), ("wrong", 401)] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &id),
            ("client_secret", secret),
        ];
        api.form("/oauth/token", &form).await.expect(status);
    }
    let member = owner.member(api, &[]).await;
    let body = json!({"old_password": PASSWORD, "new_password": "another password"});
    api.post("/user/password", &member.token, &body)
        .await
        .expect(204);
    api.post("/user/logout", &member.token, &json!({}))
        .await
        .expect(204);
    for path in [
        format!("/user/{}", member.id),
        format!("/client/{id}"),
        format!("/role/{role}"),
        format!("/permission/{permission}"),
    ] {
        api.deleted(&path, token).await;
    }
    let all = api.get("/audit/", token).await.expect(200);
    let events = all.body.as_array().unwrap().iter().rev();
    let actions: Vec<_> = events
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions[5..],
        [
            "role.detach_permission",
            "client.create",
            "client.token",
            "client.token_refused",
            "user.create",
            "user.login",
            "user.password_changed",
            "user.logout",
            "user.delete",
            "client.delete",
            "role.delete",
            "permission.delete",
        ]
    );
}

async fn each_step_of_signing_in_with_a_browser_is_on_record(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let browser = Browser::at(api);
    let next_code = async || arrived(&browser.authorize(&[]).await)["code"].clone();
    browser
        .sign_in(&[], &owner.username, "wrong password")
        .await
        .expect(400);
    let code = browser.code(&[], &owner.username).await;
    let tokens = redeem(api, &code, &[]).await.expect(200);
    redeem(api, &code, &[])
        .await
        .oauth_error(400, "invalid_grant");
    let refused = redeem(api, &next_code().await, &[("client_id", "other")]).await;
    refused.oauth_error(400, "invalid_grant");
    let tokens_of_now = redeem(api, &next_code().await, &[]).await.expect(200);
    for status in [200, 400] {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "shop"),
            ("refresh_token", &tokens_of_now.text("refresh_token")),
        ];
        api.form("/oauth/token", &form).await.expect(status);
    }
    let tokens_of_now = redeem(api, &next_code().await, &[]).await.expect(200);
    let refresh_token = tokens_of_now.text("refresh_token");
    let form = [("client_id", "shop"), ("token", &*refresh_token)];
    api.form("/oauth/revoke", &form).await.expect(200);
    let all = api.get("/audit/", &owner.token).await.expect(200);
    let actions = all.body.as_array().unwrap().iter().rev();
    let actions: Vec<_> = actions
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions[2..],
        [
            "user.login_failed",
            "user.login",
            "user.code_redeemed",
            "user.code_reused",
            "user.code_refused",
            "user.code_redeemed",
            "user.refresh_reused",
            "user.code_redeemed",
            "user.logout",
        ]
    );
    let redeemed = &events(api, &owner, "user.code_redeemed").await[2];
    let own = crate::walk_through::claims(&tokens.text("access_token"));
    assert_eq!(redeemed["target"]["client"], "shop");
    assert_eq!(redeemed["target"]["session"]["id"], own["sid"]);
    let refused = &events(api, &owner, "user.code_refused").await[0]["target"];
    let reason = "The code was issued to another client";
    assert_eq!(*refused, json!({"client": "other", "reason": reason}));

    // However often it happens, there is a bounded number of events.
    for _ in 0..25 {
        redeem(api, &next_code().await, &[]).await.expect(200);
    }
    let redeemed = events(api, &owner, "user.code_redeemed").await;
    assert_eq!(redeemed.len(), 21);
    assert_eq!(redeemed[0]["target"], json!({"further": true}));
    assert_eq!(redeemed[0]["times"], 8);
}
