//! Tests of what the events in the audit log say.

use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases};

on_both_databases! {
    events_say_which_rights_were_given_and_who_is_gone
    a_refusal_to_give_a_right_is_on_record
    no_name_looks_like_another_target
    an_event_of_an_earlier_release_is_a_text
}

const READ: &str = "a_service.thing.read";

/// Returns the latest event, which must have this action.
async fn latest(api: &Api, owner: &Person, action: &str) -> Value {
    let events = api.get("/audit/?limit=1", &owner.token).await.expect(200);
    assert_eq!(events.body[0]["action"], action, "{}", events.body);
    events.body[0].clone()
}

async fn events_say_which_rights_were_given_and_who_is_gone(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, READ).await;
    let role = owner.new_role(api, &[READ]).await;
    let body = json!({"username": "somebody", "password": PASSWORD, "primary_email": "somebody@example.com", "role_ids": [role]});
    let user = api.post("/user/", &owner.token, &body).await.expect(200);
    let user = json!({"id": user.text("user_id"), "username": "somebody"});
    let created = latest(api, &owner, "user.create").await["target"].clone();
    assert_eq!(created["user"], user);
    assert_eq!(created["roles"][0]["id"], role);
    assert_eq!(created["roles"][0]["permissions"], json!([READ]));

    let body = json!({"user_id": user["id"], "role_id": owner.role(api, "admin").await});
    api.post("/role/assign", &owner.token, &body)
        .await
        .expect(200);
    let assigned = latest(api, &owner, "role.assign").await["target"].clone();
    assert_eq!(assigned["user"], user);
    assert_eq!(assigned["role"]["name"], "admin");
    let path = format!("/user/{}", user["id"].as_str().unwrap());
    api.delete(&path, &owner.token).await.expect(204);
    let deleted = latest(api, &owner, "user.delete").await["target"].clone();
    assert_eq!(
        deleted["user"], user,
        "its name is known although it is gone"
    );
    assert!(deleted["permissions"].to_string().contains(READ));

    let client = json!({"name": "a client", "permissions": [READ]});
    let client = api
        .post("/client/", &owner.token, &client)
        .await
        .expect(200);
    let target = json!({"client": {"id": client.text("client_id"), "name": "a client"}, "permissions": [READ]});
    let created = latest(api, &owner, "client.create").await;
    assert_eq!(created["target"], target);
    let path = format!("/client/{}", client.text("client_id"));
    api.delete(&path, &owner.token).await.expect(204);
    let deleted = latest(api, &owner, "client.delete").await;
    assert_eq!(deleted["target"], target);
}

async fn a_refusal_to_give_a_right_is_on_record(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, READ).await;
    let readers = owner.new_role(api, &[READ]).await;
    let rights = [
        "auth_server.role.write",
        "auth_server.user.write",
        "auth_server.client.write",
    ];
    let deputies = owner.new_role(api, &rights).await;
    let deputy = owner.member(api, &[deputies]).await;
    for (path, body, action) in [
        (
            "/role/assign",
            json!({"user_id": deputy.id, "role_id": readers}),
            "role.assign_refused",
        ),
        (
            "/role/attach-permission",
            json!({"role_id": deputies, "permission_slug": READ}),
            "role.attach_permission_refused",
        ),
        (
            "/client/",
            json!({"name": "climber", "permissions": [READ]}),
            "client.create_refused",
        ),
        (
            "/user/",
            json!({"username": "climber", "password": PASSWORD, "primary_email": "climber@example.com", "role_ids": [readers]}),
            "user.create_refused",
        ),
    ] {
        let refused = api.post(path, &deputy.token, &body).await;
        refused.problem(403, "missing_permission");
        let event = latest(api, &owner, action).await;
        assert_eq!(event["actor"], deputy.id, "{path}");
        assert_eq!(event["target"]["missing"], json!([READ]), "{path}");
    }
}

async fn no_name_looks_like_another_target(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for name in [
        "owner auth_server.user.write",
        r#"x", "permission": "auth_server.user.write"#,
        r#"{"permission": "auth_server.user.write"}"#,
    ] {
        let role = api
            .post("/role/", &owner.token, &json!({ "name": name }))
            .await;
        let id = role.expect(200).body["id"].clone();
        let path = format!("/role/{id}");
        api.delete(&path, &owner.token).await.expect(204);
        let event = latest(api, &owner, "role.delete").await;
        let expected = json!({"role": {"id": id, "name": name, "permissions": []}});
        assert_eq!(event["target"], expected);
    }
}

async fn an_event_of_an_earlier_release_is_a_text(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let text = r#"{"permission": "a.b.c"}"#;
    database
        .run(&format!(
            "INSERT INTO audit (id, org_id, at, actor, action, target, address) \
             VALUES ('f', '{}', 0, 'a', 'role.delete', '{text}', '')",
            owner.org
        ))
        .await;
    let event = latest(api, &owner, "role.delete").await;
    assert_eq!(event["target"], json!({ "text": text }));
}
