use serde_json::json;

use crate::descope_api::{exchange, manage, text};
use crate::support::{assert_members, json_of, post_form, start};

const ACME: &str = "T2LocalAcme00000000000000000";

#[tokio::test]
async fn an_access_key_is_exchanged_while_it_is_active_and_not_expired() {
    let issuer = start().await;
    let expiry = issuer.descope().now() + 3600;
    let body = json!({
        "name": "deploy", "expireTime": expiry, "roleNames": ["admin"], "customClaims": { "team": "red" },
        "keyTenants": [{ "tenantId": ACME, "roleNames": ["viewer"] }],
    });
    let made = manage(&issuer, "POST /v1/mgmt/accesskey/create", body).await;
    let id = text(&made["key"], "id");
    let (status, answer) = exchange(&issuer, &made).await;
    assert_eq!((status, &answer["keyId"]), (200, &made["key"]["id"]));
    let claims = json_of(&text(&answer, "sessionJwt"), 1);
    let tenants = json!({ ACME: { "roles": ["viewer"] } });
    let expected = json!({ "sub": id, "roles": ["admin"], "team": "red", "drn": "DS", "aud": null, "tenants": tenants });
    assert_members(&claims, expected);

    let client = [
        ("grant_type", "client_credentials"),
        ("client_id", &text(&made["key"], "clientId")),
        ("client_secret", &text(&made, "cleartext")),
        ("scope", "openid descope.claims"),
    ];
    let (_, _, answer) = post_form(&issuer.descope().token_url(), &client).await;
    let claims = json_of(&text(&answer, "access_token"), 1);
    let aud = json!([issuer.descope().project_id()]);
    assert_members(
        &claims,
        json!({ "roles": ["admin"], "sub": id, "aud": aud }),
    );

    manage(
        &issuer,
        "POST /v1/mgmt/accesskey/deactivate",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(exchange(&issuer, &made).await.1["errorCode"], "E062803");
    let (status, _, _) = post_form(&issuer.descope().token_url(), &client).await;
    assert_eq!(status, 401, "deactivated");
    manage(
        &issuer,
        "POST /v1/mgmt/accesskey/activate",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(exchange(&issuer, &made).await.0, 200);
    let rotated = manage(
        &issuer,
        "POST /v1/mgmt/accesskey/rotate",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(exchange(&issuer, &made).await.0, 401, "rotated");
    let made = rotated;
    assert_eq!(exchange(&issuer, &made).await.0, 200);
    issuer.descope().set_clock_offset(3601);
    assert_eq!(exchange(&issuer, &made).await.0, 401, "expired");
    issuer.descope().set_clock_offset(0);
    manage(
        &issuer,
        "POST /v1/mgmt/accesskey/delete",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(exchange(&issuer, &made).await.0, 401, "deleted");
}

#[tokio::test]
async fn an_access_key_of_a_user_has_the_users_rights() {
    let issuer = start().await;
    let user_id = &issuer.descope().persona("viewer").unwrap().subject;
    let body = json!({ "name": "bound", "userId": user_id });
    let made = manage(&issuer, "POST /v1/mgmt/accesskey/create", body).await;
    let roles = json!({ "loginId": "viewer", "roleNames": ["editor"] });
    manage(&issuer, "POST /v2/mgmt/user/update/role/add", roles).await;
    let (_, answer) = exchange(&issuer, &made).await;
    let claims = json_of(&text(&answer, "sessionJwt"), 1);
    assert_members(
        &claims,
        json!({ "sub": made["key"]["id"], "roles": ["viewer", "editor"] }),
    );
    manage(
        &issuer,
        "POST /v1/mgmt/user/delete",
        json!({ "loginId": "viewer" }),
    )
    .await;
    assert_eq!(exchange(&issuer, &made).await.0, 401);
}
