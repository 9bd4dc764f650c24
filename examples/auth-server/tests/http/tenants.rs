//! One organization can neither read nor change the data of another.

use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, Person, TestDatabase, TestServer, number, on_both_databases};

on_both_databases! { every_route_keeps_to_its_organization }

/// Returns everything that the owner of an organization can read.
async fn seen(api: &Api, owner: &Person) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["/user/", "/role/", "/permission/", "/client/"] {
        seen.push(api.get(path, &owner.token).await.expect(200).body);
    }
    seen
}

async fn every_route_keeps_to_its_organization(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let (ours, theirs) = (Person::owner(api).await, Person::owner(api).await);
    let member = theirs.member(api, &[]).await;
    let slug = "their_service.thing.read";
    let permission = theirs.new_permission(api, slug).await;
    let role = theirs.new_role(api, &[slug]).await;
    let client = json!({"name": "their client", "permissions": [slug]});
    let client = api.posted("/client/", &theirs.token, &client).await;
    let client = client.text("client_id");
    let before = seen(api, &theirs).await;

    // The other organization's data gets the same response as data that does not exist.
    let nowhere = "019a2f6e-0000-7000-8000-000000000000";
    for (there, not_there) in [
        (format!("/role/{role}"), "/role/999999999".to_owned()),
        (
            format!("/permission/{permission}"),
            "/permission/999999999".to_owned(),
        ),
        (format!("/user/{}", member.id), format!("/user/{nowhere}")),
        (format!("/client/{client}"), format!("/client/{nowhere}")),
    ] {
        let told = async |path: &str| {
            let answer = api.delete(path, &ours.token).await;
            let id = path.rsplit('/').next().unwrap();
            answer.problem(404, "not_found").replace(id, "ID")
        };
        assert_eq!(told(&there).await, told(&not_there).await);
    }
    api.get(&format!("/user/{}", member.id), &ours.token)
        .await
        .problem(404, "not_found");
    let our_role = ours.role(api, "user").await;
    let user = format!("new_{}", number());
    let bodies = json!([
        ["/role/attach-permission", {"role_id": role, "permission_slug": "auth_server.role.read"}],
        ["/role/attach-permission", {"role_id": our_role, "permission_slug": slug}],
        ["/role/detach-permission", {"role_id": role, "permission_slug": "auth_server.role.read"}],
        ["/role/detach-permission", {"role_id": our_role, "permission_slug": slug}],
        ["/role/assign", {"role_id": role, "user_id": ours.id}],
        ["/role/assign", {"role_id": our_role, "user_id": member.id}],
        ["/role/unassign", {"role_id": role, "user_id": ours.id}],
        ["/role/unassign", {"role_id": our_role, "user_id": member.id}],
        ["/client/", {"name": "ours", "permissions": [slug]}],
        ["/user/", {
            "username": user, "password": PASSWORD, "primary_email": format!("{user}@example.com"), "role_ids": [role],
        }],
    ]);
    api.refuses(&ours.token, 404, "not_found", bodies).await;
    assert_eq!(seen(api, &theirs).await, before, "nothing has changed");

    let ours_seen = format!("{:?}", seen(api, &ours).await);
    for name in [&member.id, &member.username, &theirs.id, &client, slug] {
        assert!(!ours_seen.contains(name), "{name} in {ours_seen}");
    }
    let audit = api.get("/audit/", &ours.token).await.expect(200);
    assert!(!audit.body.to_string().contains(&theirs.id));

    // Other organizations may use the same slug and role names.
    ours.new_permission(api, slug).await;
    assert_eq!(seen(api, &theirs).await, before);
    let tokens = api.login(&ours.username, PASSWORD, slug).await;
    tokens.oauth_error(400, "invalid_scope");
}
