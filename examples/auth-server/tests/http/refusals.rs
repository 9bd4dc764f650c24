//! Tests of invalid input and its error responses.

use serde_json::{Value, json};

use crate::support::{
    PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings, signup_body,
};

on_both_databases! {
    what_is_taken_is_409_and_named
    who_exists_elsewhere_is_asked_with_a_trace_or_not_at_all
    an_organization_asks_for_a_bounded_number_of_taken_names
    what_is_not_allowed_is_422_and_every_field_is_named
    what_there_is_not_is_404
}

/// Returns the body with one member replaced; the path `a.b` means `b` in `a`.
fn with(mut body: Value, path: &str, value: Value) -> Value {
    let pointer = format!("/{}", path.replace('.', "/"));
    *body.pointer_mut(&pointer).unwrap() = value;
    body
}

async fn what_is_taken_is_409_and_named(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let first = signup_body();
    api.post_public("/user/signup", &first).await.expect(200);
    for (path, field) in [
        ("user.username", "username"),
        ("user.primary_email", "primary_email"),
        ("org.domain", "domain"),
    ] {
        let pointer = format!("/{}", path.replace('.', "/"));
        let taken = first.pointer(&pointer).unwrap().as_str().unwrap();
        for taken in [taken.to_owned(), taken.to_uppercase()] {
            let body = with(signup_body(), path, json!(taken));
            let refused = api.post_public("/user/signup", &body).await;
            let detail = refused.problem(409, "conflict");
            assert_eq!(detail, format!("The {field} is taken"), "{taken}");
        }
    }

    let owner = Person::owner(api).await;
    let username = first["user"]["username"].as_str().unwrap();
    let body =
        json!({"username": username, "password": "12345678", "primary_email": "new@example.com"});
    let refused = api.post("/user/", &owner.token, &body).await;
    assert_eq!(refused.problem(409, "conflict"), "The username is taken");

    owner.new_permission(api, "a_service.thing.read").await;
    let body = json!({"service": "a_service", "resource": "thing", "action": "read"});
    let refused = api.post("/permission/", &owner.token, &body).await;
    assert!(refused.problem(409, "conflict").contains("slug"));

    for name in ["owner", "OWNER", "Admin"] {
        let refused = api
            .post("/role/", &owner.token, &json!({"name": name}))
            .await;
        assert!(refused.problem(409, "conflict").contains("name"));
    }
    let client = json!({"name": "a client"});
    api.posted("/client/", &owner.token, &client).await;
    let refused = api.post("/client/", &owner.token, &client).await;
    assert!(refused.problem(409, "conflict").contains("name"));
    let texts = database
        .texts("SELECT domain FROM orgs ORDER BY domain")
        .await;
    assert_eq!(texts.len(), 2, "nothing of what was refused was stored");
}

async fn what_is_not_allowed_is_422_and_every_field_is_named(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let long = "a".repeat(257);
    for (path, value) in [
        ("user.username", json!("a b")),
        ("user.username", json!("nul\u{0}nul")),
        ("user.password", json!("1234567")),
        ("user.password", json!(long)),
        ("user.primary_email", json!("no address")),
        ("org.name", json!(" ")),
        ("org.domain", json!("no domain")),
        ("org.type", json!("family")),
        ("org.mfa_enabled", json!(true)),
    ] {
        let body = with(signup_body(), path, value);
        let refused = api.post_public("/user/signup", &body).await;
        assert_eq!(refused.fields(), [path]);
    }
    let body = signup_body();
    let same = body["user"]["username"].clone();
    let refused = api
        .post_public("/user/signup", &with(body, "user.password", same))
        .await;
    assert_eq!(
        refused.fields(),
        ["user.password"],
        "the username as password"
    );
    let all = json!({
        "user": {"username": "", "password": "", "primary_email": ""},
        "org": {"name": "", "domain": "", "type": "", "mfa_enabled": true},
    });
    let refused = api.post_public("/user/signup", &all).await;
    assert_eq!(refused.fields().len(), 7, "all at once");

    let owner = Person::owner(api).await;
    for (service, resource, action, fields) in [
        ("A Service", "b", "c", vec!["service"]),
        ("a", "b.b", "c", vec!["resource"]),
        ("a", "b", "*", vec!["action"]),
        ("auth_server", "b", "c", vec!["service"]),
        ("", "", "", vec!["action", "resource", "service"]),
    ] {
        let body = json!({"service": service, "resource": resource, "action": action});
        let refused = api.post("/permission/", &owner.token, &body).await;
        assert_eq!(refused.fields(), fields);
    }
    let bad = json!({"name": "", "description": "a\u{0}b"});
    let refused = api.post("/role/", &owner.token, &bad).await;
    assert_eq!(refused.fields(), ["description", "name"]);
    let refused = api
        .post("/client/", &owner.token, &json!({"name": ""}))
        .await;
    assert_eq!(refused.fields(), ["name"]);
    let bad = json!({"username": "a", "password": "b", "primary_email": "c"});
    let refused = api.post("/user/", &owner.token, &bad).await;
    assert_eq!(refused.fields(), ["password", "primary_email", "username"]);
    for (path, field) in [
        ("/user/?limit=0", "limit"),
        ("/user/?limit=all", "limit"),
        ("/user/?after=x", "after"),
        ("/role/?limit=1001", "limit"),
        ("/role/?after=0", "after"),
        ("/permission/?limit=-1", "limit"),
        (
            "/permission/?after=019a2f6e-0000-7000-8000-000000000000",
            "after",
        ),
        ("/client/?limit=1.5", "limit"),
        ("/client/?after=1", "after"),
        ("/audit/?limit=1001", "limit"),
        ("/audit/?before=x", "before"),
    ] {
        assert_eq!(api.get(path, &owner.token).await.fields(), [field]);
    }
}

async fn what_there_is_not_is_404(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let token = &owner.token;
    let role = owner.role(api, "user").await;
    let nobody = "019a2f6e-0000-7000-8000-000000000000";
    for path in [
        "/role/999999999".to_owned(),
        "/role/-1".to_owned(),
        "/permission/999999999".to_owned(),
        format!("/user/{nobody}"),
        "/user/no-id".to_owned(),
        "/user/%00".to_owned(),
        format!("/client/{nobody}"),
        "/client/%00".to_owned(),
    ] {
        let refused = api.delete(&path, token).await;
        refused.problem(404, "not_found");
    }
    api.get(&format!("/user/{nobody}"), token)
        .await
        .problem(404, "not_found");
    let bodies = json!([
        ["/role/attach-permission", {"role_id": 999999999, "permission_slug": "auth_server.role.read"}],
        ["/role/attach-permission", {"role_id": role, "permission_slug": "no.such.slug"}],
        ["/role/attach-permission", {"role_id": role, "permission_slug": "nul\u{0}"}],
        ["/role/detach-permission", {"role_id": role, "permission_slug": "no.such.slug"}],
        ["/role/assign", {"role_id": 999999999, "user_id": owner.id}],
        ["/role/assign", {"role_id": role, "user_id": nobody}],
        ["/role/unassign", {"role_id": role, "user_id": "nul\u{0}"}],
        ["/client/", {"name": "c", "permissions": ["no.such.slug"]}],
    ]);
    api.refuses(token, 404, "not_found", bodies).await;
    let clients = api.get("/client/", token).await.expect(200);
    assert_eq!(clients.body, json!([]), "nothing of it was stored");
    api.get("/nowhere", token).await.problem(404, "not_found");
    api.get("/role/x", token)
        .await
        .problem(405, "method_not_allowed");
}

async fn who_exists_elsewhere_is_asked_with_a_trace_or_not_at_all(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let (owner, other) = (Person::owner(api).await, Person::owner(api).await);
    let owners = owner.role(api, "owner").await;
    let admin = owner.role(api, "admin").await;
    let admin = owner.member(api, &[admin]).await;
    let ask = async |username: &str, role: i64| {
        let body = json!({"username": username, "password": PASSWORD, "primary_email": "new@example.com", "role_ids": [role]});
        api.post("/user/", &admin.token, &body).await
    };
    let audit = async || api.get("/audit/", &owner.token).await.expect(200).body;
    // A role that does not exist, or that the caller cannot give, hides whether the name does.
    for name in [other.username.as_str(), "free_name"] {
        ask(name, 999_999_999).await.problem(404, "not_found");
        ask(name, owners).await.problem(403, "missing_permission");
    }
    let before = audit().await.as_array().unwrap().len();
    let user = owner.role(api, "user").await;
    let refused = ask(&other.username.to_uppercase(), user).await;
    refused.problem(409, "conflict");
    let events = audit().await;
    assert_eq!(events.as_array().unwrap().len(), before + 1, "{events}");
    assert_eq!(events[0]["action"], "user.create_refused");
    assert_eq!(events[0]["actor"], admin.id);
    let taken = json!({"username": other.username.to_uppercase()});
    assert_eq!(events[0]["target"]["taken"], taken);

    let body = with(signup_body(), "user.username", json!(other.username));
    let refused = api.post_public("/user/signup", &body).await;
    refused.problem(409, "conflict");
    let refused = "SELECT details FROM audit WHERE action = 'org.signup_refused'";
    let expected = json!({"taken": {"username": other.username}}).to_string();
    assert_eq!(database.texts(refused).await, [expected]);
}

async fn an_organization_asks_for_a_bounded_number_of_taken_names(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.limits.failures_per_address = 2;
    let server = TestServer::with(settings);
    let api = &server.api;
    let (owner, other) = (Person::owner(api).await, Person::owner(api).await);
    let create = async |person: &Person, username: &str| {
        let email = format!("{username}@example.net");
        let body = json!({"username": username, "password": PASSWORD, "primary_email": email});
        api.post("/user/", &person.token, &body).await
    };
    for _ in 0..3 {
        create(&owner, &other.username)
            .await
            .problem(409, "conflict");
    }
    for name in [other.username.as_str(), "a_free_name"] {
        let refused = create(&owner, name).await;
        refused.problem(429, "too_many_requests");
        assert_ne!(refused.header("retry-after"), "");
    }
    create(&other, "another_free_name").await.expect(200);
}
