use local_issuer::LocalIssuer;
use serde_json::{Value, json};

use crate::descope_api::{call_with, exchange, manage, session_call, text, try_manage};
use crate::support::{assert_members, json_of, quick, start, verified};

const ACME: &str = "T2LocalAcme00000000000000000";

/// The session of a user that management signs in.
async fn session_of(issuer: &LocalIssuer, login_id: &str) -> Value {
    let body = json!({ "loginId": login_id });
    manage(issuer, "POST /v1/mgmt/auth/signin", body).await
}

#[tokio::test]
async fn a_created_user_has_sessions_with_its_rights_until_it_is_deleted() {
    let issuer = start().await;
    manage(
        &issuer,
        "POST /v1/mgmt/permission/create",
        json!({ "name": "reports.read" }),
    )
    .await;
    let role = json!({ "name": "auditor", "permissionNames": ["reports.read"] });
    manage(&issuer, "POST /v1/mgmt/role/create", role).await;
    let tenant = json!({ "name": "<b>Tenant</b>" });
    let tenant = text(
        &manage(&issuer, "POST /v1/mgmt/tenant/create", tenant).await,
        "id",
    );
    let body = json!({
        "loginId": "new@example.com", "email": "new@example.com", "displayName": "<script>", "roleNames": ["admin"],
        "userTenants": [{ "tenantId": tenant, "roleNames": ["auditor"] }], "customAttributes": { "seats": 3 },
    });
    let created = manage(&issuer, "POST /v1/mgmt/user/create", body).await;
    let user = created["user"].as_object().unwrap();
    assert_members(
        user,
        json!({ "roleNames": ["admin"], "name": "<script>", "status": "enabled", "password": false }),
    );
    let found = manage(
        &issuer,
        "GET /v1/mgmt/user?loginId=new@example.com",
        Value::Null,
    )
    .await;
    assert_eq!(found, created);

    let session = session_of(&issuer, "new@example.com").await;
    assert_eq!(session["firstSeen"], true);
    let (_, claims) = verified(&text(&session, "sessionJwt"), &issuer.descope().jwks_url()).await;
    let rights = json!({ "roles": ["auditor"], "permissions": ["reports.read"] });
    let expected = json!({
        "sub": user["userId"], "roles": ["admin"], "permissions": ["users.create", "users.delete"], "seats": 3,
        "tenants": { &tenant: { "permissions": rights["permissions"], "roles": rights["roles"] } },
    });
    assert_members(&claims, expected);

    let token = text(&session, "refreshJwt");
    let roles = json!({ "loginId": "new@example.com", "roleNames": ["admin"] });
    manage(&issuer, "POST /v1/mgmt/user/update/role/remove", roles).await;
    manage(
        &issuer,
        "POST /v1/mgmt/tenant/delete",
        json!({ "id": tenant }),
    )
    .await;
    let refreshed = session_call(&issuer, "POST /v1/auth/refresh", &token, json!({})).await;
    let claims = json_of(&text(&refreshed, "sessionJwt"), 1);
    assert_members(
        &claims,
        json!({ "roles": [], "permissions": [], "tenants": null }),
    );

    let delete = json!({ "loginId": "new@example.com" });
    manage(&issuer, "POST /v1/mgmt/user/delete", delete.clone()).await;
    let (status, _) = call_with(
        &issuer,
        "POST /v1/auth/refresh",
        &format!(":{token}"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 401);
    // One of the same name is another user.
    manage(&issuer, "POST /v1/mgmt/user/create", delete).await;
    let (status, _) = call_with(
        &issuer,
        "POST /v1/auth/refresh",
        &format!(":{token}"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn a_user_that_is_not_enabled_loses_its_sessions() {
    let issuer = start().await;
    let token = text(&session_of(&issuer, "viewer").await, "refreshJwt");
    for status in ["disabled", "expired"] {
        let body = json!({ "loginId": "viewer", "status": status });
        manage(&issuer, "POST /v1/mgmt/user/update/status", body).await;
        let (code, answer) = try_manage(
            &issuer,
            "POST /v1/mgmt/auth/signin",
            json!({ "loginId": "viewer" }),
        )
        .await;
        assert_eq!(
            (code, &answer["errorMessage"]),
            (401, &json!("The user is not enabled")),
            "{status}"
        );
    }
    let body = json!({ "loginId": "viewer", "status": "enabled" });
    manage(&issuer, "POST /v1/mgmt/user/update/status", body).await;
    let (status, _) = call_with(
        &issuer,
        "POST /v1/auth/refresh",
        &format!(":{token}"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 401, "it has to sign in again");
    session_of(&issuer, "viewer").await;
}

#[tokio::test]
async fn users_are_found_by_what_they_have() {
    let issuer = start().await;
    manage(
        &issuer,
        "POST /v1/mgmt/user/create/test",
        json!({ "loginId": "robot" }),
    )
    .await;
    let table = [
        (
            json!({ "roleNames": ["admin"] }),
            "admin operator member consultant",
        ),
        (json!({ "tenantIds": [ACME] }), "member consultant"),
        (json!({ "emails": ["vera@example.com"] }), "viewer"),
        (json!({ "loginIds": ["nobody", "viewer"] }), "viewer nobody"),
        (json!({ "text": "MIA" }), "member"),
        (
            json!({ "customAttributes": { "department": "engineering" } }),
            "member",
        ),
        (json!({ "statuses": ["disabled"] }), ""),
        (json!({ "limit": 2, "page": 1 }), "viewer nobody"),
        (json!({ "testUsersOnly": true }), "robot"),
        (
            json!({ "withTestUser": true, "fromCreatedTime": "1000" }),
            "robot",
        ),
    ];
    for (body, expected) in table {
        let found = manage(&issuer, "POST /v2/mgmt/user/search", body.clone()).await;
        let users = found["users"].as_array().unwrap().iter();
        let names = users.map(|user| {
            user["loginIds"]
                .as_array()
                .unwrap()
                .last()
                .unwrap()
                .as_str()
                .unwrap()
        });
        assert_eq!(Vec::from_iter(names).join(" "), expected, "{body}");
    }
}

#[tokio::test]
async fn there_is_room_for_so_many_and_a_reset_forgets_them() {
    let mut config = quick();
    // As many as there are personas, and two.
    let personas = config.personas.descope.len();
    config.descope.directory_entries = personas + 2;
    let issuer = LocalIssuer::start(config).await.unwrap();
    let create = async |name: usize| {
        let body = json!({ "name": format!("key {name}") });
        try_manage(&issuer, "POST /v1/mgmt/accesskey/create", body).await
    };
    let (_, first) = create(1).await;
    assert_eq!(create(2).await.0, 200);
    let (status, answer) = create(3).await;
    let message = format!(
        "This local issuer keeps at most {} of these; delete some",
        personas + 2
    );
    assert_eq!((status, &answer["errorMessage"]), (400, &json!(message)));
    let token = text(&session_of(&issuer, "viewer").await, "refreshJwt");
    issuer.descope().reset().unwrap();
    assert_eq!(exchange(&issuer, &first).await.0, 401);
    let (status, _) = call_with(
        &issuer,
        "POST /v1/auth/refresh",
        &format!(":{token}"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 401);
    assert_eq!(create(4).await.0, 200);
}
