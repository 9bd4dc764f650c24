//! Tests of who may assign which rights.

use serde_json::json;

use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases};

on_both_databases! {
    the_last_owner_stays_one
    two_owners_cannot_remove_each_other
    nobody_gives_away_what_they_do_not_have
    what_is_built_in_stays
    a_right_that_was_taken_away_ends_the_token_here
}

async fn the_last_owner_stays_one(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let role = owner.role(api, "owner").await;
    let me = json!({"user_id": owner.id, "role_id": role});
    let unassign = api.post("/role/unassign", &owner.token, &me).await;
    unassign.problem(409, "conflict");
    let path = format!("/user/{}", owner.id);
    let delete = api.delete(&path, &owner.token).await;
    delete.problem(409, "conflict");
    for right in ["role.write", "user.write", "audit.read"] {
        let body = json!({"role_id": role, "permission_slug": format!("auth_server.{right}")});
        let detach = api.post("/role/detach-permission", &owner.token, &body);
        detach.await.problem(409, "conflict");
    }
    let me_now = api.get("/user/me", &owner.token).await.expect(200);
    assert_eq!(me_now.body["roles"], json!(["owner"]));

    let second = owner.member(api, &[role]).await;
    api.posted("/role/unassign", &owner.token, &me).await;
    let other = json!({"user_id": second.id, "role_id": role});
    let last = api.post("/role/unassign", &second.token, &other).await;
    last.problem(409, "conflict");
}

async fn two_owners_cannot_remove_each_other(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    for _ in 0..5 {
        let one = Person::owner(api).await;
        let role = one.role(api, "owner").await;
        let other = one.member(api, &[role]).await;
        let [of_one, of_other] =
            [&one, &other].map(|user| json!({"user_id": user.id, "role_id": role}));
        let (first, second) = tokio::join!(
            api.post("/role/unassign", &one.token, &of_other),
            api.post("/role/unassign", &other.token, &of_one),
        );
        let done = [&first, &second].map(|answer| answer.status.as_u16() == 200);
        assert_eq!(
            done.iter().filter(|done| **done).count(),
            1,
            "{} {}",
            first.body,
            second.body
        );
    }
}

async fn nobody_gives_away_what_they_do_not_have(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let owners = owner.role(api, "owner").await;
    let admins = owner.role(api, "admin").await;
    let slugs = [
        "auth_server.role.write",
        "auth_server.user.write",
        "auth_server.client.write",
    ];
    let role = owner.new_role(api, &slugs).await;
    let deputy = owner.member(api, &[role]).await;
    let member = owner.member(api, &[]).await;
    let right = "auth_server.audit.read";
    let new_user = json!({"username": "climber", "password": PASSWORD, "primary_email": "climber@example.com", "role_ids": [owners]});
    for (path, body) in [
        (
            "/role/attach-permission",
            json!({"role_id": role, "permission_slug": right}),
        ),
        (
            "/role/detach-permission",
            json!({"role_id": admins, "permission_slug": right}),
        ),
        (
            "/role/assign",
            json!({"role_id": owners, "user_id": deputy.id}),
        ),
        (
            "/role/assign",
            json!({"role_id": admins, "user_id": member.id}),
        ),
        (
            "/role/unassign",
            json!({"role_id": owners, "user_id": owner.id}),
        ),
        (
            "/client/",
            json!({"name": "climber", "permissions": [right]}),
        ),
        ("/user/", new_user),
    ] {
        let refused = api.post(path, &deputy.token, &body).await;
        let detail = refused.problem(403, "missing_permission");
        assert!(detail.contains(right), "{path}: {detail}");
        let challenge = refused.header("www-authenticate");
        assert!(challenge.starts_with("Bearer realm=\"auth-server\""));
    }
    let refused = api
        .delete(&format!("/user/{}", owner.id), &deputy.token)
        .await;
    refused.problem(403, "missing_permission");

    let slug = "auth_server.user.write";
    let body = json!({"role_id": role, "permission_slug": slug});
    api.posted("/role/attach-permission", &deputy.token, &body)
        .await;
    let body = json!({"role_id": role, "user_id": member.id});
    api.posted("/role/assign", &deputy.token, &body).await;
    api.deleted(&format!("/user/{}", member.id), &deputy.token)
        .await;
}

async fn what_is_built_in_stays(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for name in ["owner", "admin", "user"] {
        let id = owner.role(api, name).await;
        let refused = api.delete(&format!("/role/{id}"), &owner.token).await;
        refused.problem(409, "conflict");
    }
    let permissions = api.get("/permission/", &owner.token).await.expect(200);
    let permissions = permissions.body.as_array().unwrap().clone();
    assert_eq!(permissions.len(), 10);
    for permission in permissions {
        let path = format!("/permission/{}", permission["id"]);
        let refused = api.delete(&path, &owner.token).await;
        refused.problem(409, "conflict");
    }
    let slug = "a_service.thing.read";
    let permission = owner.new_permission(api, slug).await;
    let role = owner.new_role(api, &[slug]).await;
    let member = owner.member(api, &[role]).await;
    let of_member = async || {
        let tokens = api.login(&member.username, PASSWORD, "").await.expect(200);
        tokens.text("scope")
    };
    assert_eq!(of_member().await, slug);
    let path = format!("/permission/{permission}");
    api.deleted(&path, &owner.token).await;
    assert_eq!(of_member().await, "", "the role lost it");
    api.delete(&path, &owner.token)
        .await
        .problem(404, "not_found");
    let path = format!("/role/{role}");
    api.deleted(&path, &owner.token).await;
    let user = api.get(&format!("/user/{}", member.id), &owner.token).await;
    assert_eq!(user.expect(200).body["roles"], json!([]));
}

async fn a_right_that_was_taken_away_ends_the_token_here(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let role = owner.new_role(api, &["auth_server.role.write"]).await;
    let member = owner.member(api, &[role]).await;
    let name = json!({"name": "another"});
    api.posted("/role/", &member.token, &name).await;
    let body = json!({"role_id": role, "user_id": member.id});
    api.posted("/role/unassign", &owner.token, &body).await;
    let refused = api
        .post("/role/", &member.token, &json!({"name": "third"}))
        .await;
    refused.problem(401, "token_revoked");
    assert!(
        refused
            .header("www-authenticate")
            .contains(r#"error="invalid_token""#)
    );
    api.deleted(&format!("/user/{}", member.id), &owner.token)
        .await;
    let refused = api.get("/user/me", &member.token).await;
    refused.problem(401, "token_revoked");
    api.refresh(&member.refresh_token)
        .await
        .oauth_error(400, "invalid_grant");
}
