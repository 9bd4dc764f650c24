//! Tests of the audit events of service-kit, beside the audit log in the database.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::support::{
    Browser, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, with_clients,
};

on_both_databases! {
    refused_credentials_and_changes_have_events
}

async fn refused_credentials_and_changes_have_events(database: TestDatabase) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut settings = with_clients(&database);
    settings.service.audit.file = Some(path.clone());
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let wrong = "a very wrong password";
    let refused = api.login(&owner.username, wrong, "").await;
    refused.oauth_error(400, "invalid_grant");
    let browser = Browser::at(api);
    let page = browser.sign_in(&[], &owner.username, wrong).await;
    page.expect(400);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "nobody"),
        ("client_secret", wrong),
    ];
    let refused = api.form("/oauth/token", &form).await;
    refused.oauth_error(401, "invalid_client");
    owner.new_permission(api, "a_service.thing.read").await;
    let no_role = json!({"unknown": wrong});
    let refused = api.post("/role/", &owner.token, &no_role).await;
    refused.problem(400, "bad_request");
    let ended = api.post("/user/logout", &owner.token, &json!({})).await;
    ended.expect(204);
    api.get("/user/me", &owner.token)
        .await
        .problem(401, "token_revoked");
    drop(server);

    let text = std::fs::read_to_string(path).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = events.iter().map(|event| {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        (
            text("audit.event"),
            text("audit.code"),
            text("audit.policy"),
            text("http.route"),
        )
    });
    let failed = "authentication_failed";
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (failed, "invalid_grant", "", "/user/login"),
            (failed, "invalid_grant", "", "/oauth/sign-in"),
            (failed, "invalid_client", "", "/oauth/token"),
            ("change_granted", "", "WritePermissions", "/permission/"),
            ("change_failed", "bad_request", "WriteRoles", "/role/"),
            ("change_granted", "", "AnyCaller", "/user/logout"),
            (failed, "token_revoked", "AnyCaller", "/user/me"),
        ]
    );
    for event in events.iter().skip(3) {
        assert_eq!(event["caller.subject"], owner.id, "{event}");
        assert_eq!(event["tenant.id"], owner.org, "{event}");
    }
    for secret in [wrong, PASSWORD, &owner.token, &owner.username] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
