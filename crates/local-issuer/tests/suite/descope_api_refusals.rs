use serde_json::{Value, json};

use crate::descope_api::{call_with, session_call, text, try_manage};
use crate::support::{client, facts, start};

const README: &str = include_str!("../../README.md");
const ACME: &str = "T2LocalAcme00000000000000000";

#[tokio::test]
async fn every_refusal_of_the_session_endpoints_has_descopes_form() {
    let issuer = start().await;
    let body = json!({ "loginId": "admin", "password": "local-admin-secret" });
    let (_, signed_in) = call_with(&issuer, "POST /v1/auth/password/signin", "", &body).await;
    let session = format!(":{}", text(&signed_in, "sessionJwt"));
    let refresh = format!(":{}", text(&signed_in, "refreshJwt"));
    let forged = format!("{refresh}x");
    // What is wrong, the operation, what follows the project id, the body, status, code and message.
    let table = [
        [
            "another project",
            "POST /v1/auth/password/signin",
            "x",
            "{}",
            "401 E061005",
            "Expected \"Authorization: Bearer P2LocalIssuerDevelopment0000\"",
        ],
        [
            "no login id",
            "POST /v1/auth/password/signin",
            "",
            "{}",
            "400 E011003",
            "The loginId field is required",
        ],
        [
            "no object",
            "POST /v1/auth/password/signin",
            "",
            "[]",
            "400 E011001",
            "The request body is no JSON object",
        ],
        [
            "a wrong password",
            "POST /v1/auth/password/signin",
            "",
            r#"{"loginId":"admin","password":"x"}"#,
            "401 E011004",
            "Failed to sign in with this login id and password",
        ],
        [
            "no such user",
            "POST /v1/auth/password/signin",
            "",
            r#"{"loginId":"x","password":"x"}"#,
            "401 E011004",
            "Failed to sign in with this login id and password",
        ],
        [
            "a machine",
            "POST /v1/auth/password/signin",
            "",
            r#"{"loginId":"machine","password":"local-machine-secret"}"#,
            "401 E011004",
            "Failed to sign in with this login id and password",
        ],
        [
            "an unknown link",
            "POST /v1/auth/magiclink/verify",
            "",
            r#"{"token":"x"}"#,
            "401 E061005",
            "The link is unknown, expired, or was used before",
        ],
        [
            "no token",
            "POST /v1/auth/refresh",
            "",
            "{}",
            "401 E061005",
            "The request has no token",
        ],
        [
            "a session token",
            "POST /v1/auth/refresh",
            &session,
            "{}",
            "401 E061005",
            "Failed to validate the refresh token",
        ],
        [
            "a forged token",
            "GET /v1/auth/me",
            &forged,
            "null",
            "401 E061005",
            "Failed to validate the refresh token",
        ],
        [
            "a forged token",
            "POST /v1/auth/logout",
            &forged,
            "{}",
            "401 E061005",
            "Failed to validate the refresh token",
        ],
        [
            "a forged token",
            "POST /v1/auth/logoutall",
            &forged,
            "{}",
            "401 E061005",
            "Failed to validate the refresh token",
        ],
        [
            "a refresh token",
            "POST /v1/auth/validate",
            &refresh,
            "{}",
            "401 E061005",
            "Failed to validate the session token",
        ],
        [
            "another's tenant",
            "POST /v1/auth/tenant/select",
            &refresh,
            r#"{"tenant":"T2LocalAcme00000000000000000"}"#,
            "400 E011004",
            "The user is not in the tenant T2LocalAcme00000000000000000",
        ],
        [
            "both selections",
            "POST /v1/auth/me/tenants",
            &refresh,
            r#"{"dct":true,"ids":["x"]}"#,
            "400 E011003",
            "Expected either dct or ids",
        ],
        [
            "a method that is not sent",
            "POST /v1/auth/otp/signin/email",
            "",
            r#"{"loginId":"admin"}"#,
            "501 E011004",
            "This local issuer does not do POST /v1/auth/otp/signin/email yet",
        ],
        [
            "another HTTP method",
            "GET /v1/auth/refresh",
            &refresh,
            "null",
            "501 E011004",
            "This local issuer does not do GET /v1/auth/refresh yet",
        ],
        [
            "what is not done",
            "POST /v1/auth/refresh",
            &refresh,
            r#"{"externalToken":"x"}"#,
            "501 E011004",
            "This local issuer does not do the field externalToken yet",
        ],
    ];
    for [wrong, operation, credentials, body, expected, message] in table {
        let body = serde_json::from_str(body).unwrap();
        let (status, answer) = call_with(&issuer, operation, credentials, &body).await;
        let found = format!("{status} {}", text(&answer, "errorCode"));
        assert_eq!(
            (found.as_str(), &*text(&answer, "errorMessage")),
            (expected, message),
            "{wrong}"
        );
        assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
    }
    // None of it ended the session.
    session_call(&issuer, "GET /v1/auth/me", &refresh[1..], Value::Null).await;
}

#[tokio::test]
async fn every_management_operation_asks_for_the_key_and_takes_no_page() {
    let issuer = start().await;
    let rows = README.lines().filter_map(|line| line.strip_prefix("| `"));
    let operations = rows.filter_map(|row| row.split('`').next());
    let management = operations.filter(|operation| operation.contains("/mgmt/"));
    let management: Vec<_> = management.collect();
    assert!(management.len() > 40, "{management:?}");
    for operation in management {
        for credentials in ["", ":", ":wrong", ":local-management-key:x"] {
            let (status, answer) = call_with(&issuer, operation, credentials, &json!({})).await;
            assert_eq!(
                (status, &answer["errorCode"]),
                (401, &json!("E061005")),
                "{operation} {credentials}"
            );
        }
        let (method, path) = operation.split_once(' ').unwrap();
        let url = format!("{}{path}", issuer.descope().base_url());
        let key = format!("{}:local-management-key", issuer.descope().project_id());
        let request = client()
            .request(method.parse().unwrap(), url)
            .bearer_auth(key);
        let request = request
            .header("origin", "http://localhost:3000")
            .json(&json!({}));
        let (status, _, answer) = facts(request.send().await.unwrap()).await;
        let message = "Pages cannot use the management API";
        assert_eq!(
            (status, &answer["errorMessage"]),
            (401, &json!(message)),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn every_refusal_of_management_has_descopes_form() {
    let issuer = start().await;
    let attributes = |count: usize| -> Value {
        let members = (0..count).map(|index| (format!("a{index}"), index.into()));
        Value::Object(members.collect())
    };
    let large = "x".repeat(40_000);
    let table = json!([
        ["POST /v1/mgmt/user/create", {}, "400 E011003", "The loginId field is required"],
        ["POST /v1/mgmt/user/create", { "loginId": "admin" }, "400 E062107", "Another user has this login id"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "additionalLoginIds": ["viewer"] }, "400 E062107", "Another user has this login id"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "roleNames": "admin" }, "400 E011003", "The roleNames field must be a list of strings"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "roleNames": ["owner"] }, "400 E011004", "There is no role owner"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "userTenants": [{ "tenantId": "T2" }] }, "400 E011004", "There is no tenant T2"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "status": "asleep" }, "400 E011003", "The status field must be one of: enabled, disabled, invited, expired"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "customAttributes": { "sub": "admin" } }, "400 E011003", "The customAttributes field must not have sub, a claim of Descope's own"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "customAttributes": attributes(101) }, "400 E011003", "The customAttributes field must have at most 100 members"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "displayName": large }, "400 E011004", "This local issuer keeps at most 32768 bytes of it"],
        ["POST /v1/mgmt/user/create", { "loginId": "new", "invite": true }, "501 E011004", "This local issuer does not do the field invite yet"],
        ["GET /v1/mgmt/user", null, "400 E011003", "The loginId field is required"],
        ["GET /v1/mgmt/user?loginId=new", null, "404 E112102", "There is no such user"],
        ["POST /v1/mgmt/user/delete", { "userId": "U2" }, "404 E112102", "There is no such user"],
        ["POST /v1/mgmt/user/update/role/add", { "loginId": "viewer", "tenantId": ACME, "roleNames": ["admin"] }, "400 E011004", format!("The user is not in the tenant {ACME}")],
        ["POST /v2/mgmt/user/search", { "limit": -1 }, "400 E011003", "The limit field must be a whole number, 0 or more"],
        ["POST /v2/mgmt/user/search", { "sort": [{ "field": "name" }] }, "501 E011004", "This local issuer does not do the field sort yet"],
        ["POST /v1/mgmt/user/signin/embeddedlink", { "loginId": "new" }, "404 E112102", "There is no such user"],
        ["POST /v1/mgmt/user/signin/embeddedlink", { "loginId": "viewer", "customClaims": { "dct": ACME } }, "400 E011003", "The customClaims field must not have dct, a claim of Descope's own"],
        ["POST /v1/mgmt/tests/generate/magiclink", { "loginId": "viewer", "URI": "https://app.example.com" }, "400 E011004", "The user was not created for tests"],
        ["POST /v1/mgmt/accesskey/create", {}, "400 E011003", "The name field is required"],
        ["POST /v1/mgmt/accesskey/create", { "name": "k", "userId": "U2" }, "404 E112102", "There is no such user"],
        ["POST /v1/mgmt/accesskey/create", { "name": "k", "permittedIps": ["10.0.0.1"] }, "501 E011004", "This local issuer does not do the field permittedIps yet"],
        ["GET /v1/mgmt/accesskey", null, "400 E011003", "The id field is required"],
        ["POST /v1/mgmt/accesskey/delete", { "id": "K2" }, "404 E011004", "There is no such access key"],
        ["POST /v1/mgmt/tenant/create", { "name": "" }, "400 E011003", "The name field is required"],
        ["POST /v1/mgmt/tenant/create", { "name": "Acme", "id": ACME }, "400 E011004", format!("There is a tenant {ACME} already")],
        ["POST /v1/mgmt/tenant/delete", { "id": "T2", "cascade": true }, "501 E011004", "This local issuer does not do the field cascade yet"],
        ["GET /v1/mgmt/tenant?id=T2", null, "404 E011004", "There is no tenant T2"],
        ["POST /v1/mgmt/role/create", { "name": "r", "permissionNames": ["p"] }, "400 E011004", "There is no permission p"],
        ["POST /v1/mgmt/flow/list", {}, "501 E011004", "This local issuer does not do POST /v1/mgmt/flow/list yet"],
        ["POST /v1/mgmt/user/create", { "loginId": "x".repeat(70_000) }, "413 E011001", "The request body is too large"],
    ]);
    let table: Vec<(String, Value, String, String)> = serde_json::from_value(table).unwrap();
    for (operation, body, expected, message) in table {
        let (status, answer) = try_manage(&issuer, &operation, body).await;
        let found = format!("{status} {}", text(&answer, "errorCode"));
        assert_eq!(
            (found, text(&answer, "errorMessage")),
            (expected, message),
            "{operation}"
        );
    }
    let (_, users) = try_manage(&issuer, "POST /v2/mgmt/user/search", json!({})).await;
    assert_eq!(users["total"], 7, "none of it created anything");
}
