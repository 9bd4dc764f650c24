//! Tests that nobody gives a right of another service that they do not have.

use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, Person, TestDatabase, TestServer, number, on_both_databases};

on_both_databases! {
    an_admin_creates_nobody_who_may_do_more
    only_an_owner_makes_owners_and_takes_away_from_them
    lists_are_bounded_and_name_each_once
    a_client_gets_no_permission_that_its_creator_lacks
    a_right_of_an_old_token_is_not_given_on
    an_owner_s_token_for_one_scope_gives_nothing_beyond_it
}

const WRITE: &str = "example_service.billing.write";

fn user(roles: &[i64]) -> Value {
    let username = format!("given_{}", number());
    json!({"username": username, "password": PASSWORD, "primary_email": format!("{username}@example.com"), "role_ids": roles})
}

/// Asserts that the caller is refused for the lack of [`WRITE`].
async fn refused(api: &Api, token: &str, path: &str, body: &Value) {
    let refused = api.post(path, token, body).await;
    let detail = refused.problem(403, "missing_permission");
    assert_eq!(
        detail,
        format!("You can give or take only rights that you have; missing: {WRITE}"),
        "{path}"
    );
}

async fn an_admin_creates_nobody_who_may_do_more(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, WRITE).await;
    let writers = owner.new_role(api, &[WRITE]).await;
    let admins = owner.role(api, "admin").await;
    let admin = owner.member(api, &[admins]).await;
    refused(api, &admin.token, "/user/", &user(&[writers])).await;
    refused(api, &admin.token, "/user/", &user(&[admins, writers])).await;
    let list = api.get("/user/", &admin.token).await.expect(200);
    assert_eq!(list.body.as_array().unwrap().len(), 2, "nobody was created");
    let plain = api.post("/user/", &admin.token, &user(&[])).await;
    plain.expect(200);

    // With the right to change roles, but without the permission, neither works.
    let managers = owner.new_role(api, &["auth_server.role.write"]).await;
    let manager = owner.member(api, &[managers]).await;
    let assign = json!({"user_id": manager.id, "role_id": writers});
    refused(api, &manager.token, "/role/assign", &assign).await;
    let attach = json!({"role_id": managers, "permission_slug": WRITE});
    refused(api, &manager.token, "/role/attach-permission", &attach).await;

    // Who has the permission can give it.
    let both = owner.member(api, &[managers, writers]).await;
    for (path, body) in [
        ("/role/assign", &assign),
        ("/role/attach-permission", &attach),
    ] {
        api.post(path, &both.token, body).await.expect(200);
    }
}

async fn only_an_owner_makes_owners_and_takes_away_from_them(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let owners = owner.role(api, "owner").await;
    let admins = owner.role(api, "admin").await;
    let roles = api.get("/role/", &owner.token).await.expect(200);
    let roles = roles.body.as_array().unwrap();
    let own = roles.iter().find(|role| role["name"] == "owner").unwrap()["permissions"].clone();
    let own = own.as_array().unwrap();
    let own: Vec<_> = own.iter().map(|slug| slug.as_str().unwrap()).collect();
    // A deputy has every permission that the role `owner` has.
    let all = owner.new_role(api, &own).await;
    let deputy = owner.member(api, &[admins, all]).await;
    let second = owner.member(api, &[owners]).await;
    let detail = "You can give or take only rights that you have; missing: role:owner";
    for (path, body) in [
        (
            "/role/assign",
            json!({"user_id": deputy.id, "role_id": owners}),
        ),
        (
            "/role/unassign",
            json!({"user_id": second.id, "role_id": owners}),
        ),
        ("/user/", user(&[owners])),
    ] {
        let refused = api.post(path, &deputy.token, &body).await;
        assert_eq!(refused.problem(403, "missing_permission"), detail, "{path}");
    }
    let refused = api
        .delete(&format!("/user/{}", second.id), &deputy.token)
        .await;
    assert_eq!(refused.problem(403, "missing_permission"), detail);

    let assign = json!({"user_id": deputy.id, "role_id": owners});
    api.post("/role/assign", &owner.token, &assign)
        .await
        .expect(200);
}

async fn lists_are_bounded_and_name_each_once(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let admins = owner.role(api, "admin").await;
    let many: Vec<i64> = (1..=101).collect();
    let client = |slugs: Value| json!({"name": "nightly", "permissions": slugs});
    let slugs: Vec<_> = (0..1001).map(|n| format!("a.b.c{n}")).collect();
    for (path, body) in [
        ("/user/", user(&[admins, admins])),
        ("/user/", user(&many)),
        ("/client/", client(json!(["a.b.c", "a.b.c"]))),
        ("/client/", client(json!(slugs))),
    ] {
        api.post(path, &owner.token, &body)
            .await
            .problem(422, "invalid_input");
    }
    api.post("/user/", &owner.token, &user(&[admins]))
        .await
        .expect(200);
}

async fn a_client_gets_no_permission_that_its_creator_lacks(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, WRITE).await;
    let makers = owner.new_role(api, &["auth_server.client.write"]).await;
    let maker = owner.member(api, &[makers]).await;
    let client =
        |slugs: &[&str]| json!({"name": format!("client {}", number()), "permissions": slugs});
    refused(api, &maker.token, "/client/", &client(&[WRITE])).await;
    let body = client(&["auth_server.client.write"]);
    let made = api.post("/client/", &maker.token, &body).await.expect(200);

    // The same for a client that creates clients.
    let (id, secret) = (made.text("client_id"), made.text("client_secret"));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    let tokens = api.form("/oauth/token", &form).await.expect(200);
    let token = tokens.text("access_token");
    refused(api, &token, "/client/", &client(&[WRITE])).await;
    api.post("/client/", &token, &body_named(&body))
        .await
        .expect(200);
}

/// Returns the same client under another name.
fn body_named(body: &Value) -> Value {
    json!({"name": format!("client {}", number()), "permissions": body["permissions"]})
}

async fn a_right_of_an_old_token_is_not_given_on(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, WRITE).await;
    let writers = owner.new_role(api, &[WRITE]).await;
    let makers = owner.new_role(api, &["auth_server.client.write"]).await;
    let maker = owner.member(api, &[makers, writers]).await;
    let client = || json!({"name": format!("client {}", number()), "permissions": [WRITE]});
    api.post("/client/", &maker.token, &client())
        .await
        .expect(200);
    let body = json!({"user_id": maker.id, "role_id": writers});
    api.post("/role/unassign", &owner.token, &body)
        .await
        .expect(200);
    refused(api, &maker.token, "/client/", &client()).await;
}

async fn an_owner_s_token_for_one_scope_gives_nothing_beyond_it(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, WRITE).await;
    let client = json!({"name": "a client", "permissions": [WRITE]});
    let scope = "auth_server.client.write";
    let narrow = api.login(&owner.username, PASSWORD, scope).await;
    let narrow = narrow.expect(200).text("access_token");
    refused(api, &narrow, "/client/", &client).await;
    // The owner's own token was issued before the permission was created, and no role has it.
    api.post("/client/", &owner.token, &client)
        .await
        .expect(200);
}
