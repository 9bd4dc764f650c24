//! The trail of what happened.

use serde_json::json;

use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases};

on_both_databases! { sign_ins_and_changes_of_rights_are_on_record }

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
        api.post(path, &owner.token, &body).await.expect(200);
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
        .texts("SELECT actor || ' ' || target || ' ' || address FROM audit")
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
