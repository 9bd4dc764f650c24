//! What only one of the providers has.

use serde_json::{Value, json};

use super::{Side, cookies, field, returned};
use crate::descope_api::manage;
use crate::support::{assert_members, form, json_of, post_form, start};

fn claims(tokens: &Value, name: &str) -> serde_json::Map<String, Value> {
    json_of(tokens[name].as_str().unwrap(), 1)
}

#[tokio::test]
async fn an_auth0_organization_is_in_both_tokens() {
    let issuer = start().await;
    let side = Side::of(issuer.auth0()).await;
    for organization in ["acme", "org_2LocalAcme000000"] {
        let asked = json!({ "organization": organization, "login_hint": "member" });
        let tokens = side.tokens(asked).await;
        let expected = json!({ "org_id": "org_2LocalAcme000000", "org_name": "acme" });
        assert_members(&claims(&tokens, "access_token"), expected.clone());
        assert_members(&claims(&tokens, "id_token"), expected);
    }
    // The page lists its three members, and nobody else.
    let asked = json!({ "organization": "acme", "prompt": "login", "login_hint": null });
    let html = side.authorize(asked).await.text().await.unwrap();
    assert_eq!(html.matches("<span class=\"name\">").count(), 3, "{html}");
    assert!(html.contains("Only members of the organization acme"));
}

#[tokio::test]
async fn without_an_audience_auth0s_access_token_is_opaque_and_for_userinfo() {
    let issuer = start().await;
    let side = Side::of(issuer.auth0()).await;
    let asked = json!({ "audience": null, "scope": "openid email read:messages" });
    let tokens = side.tokens(asked).await;
    assert_eq!(tokens["scope"], "openid email", "no scope of an API");
    assert_eq!(
        tokens.get("refresh_token"),
        None,
        "offline_access was not asked for"
    );
    assert!(!tokens["access_token"].as_str().unwrap().contains('.'));
    let (status, user) = side.user_info(&tokens["access_token"]).await;
    assert_eq!((status, &user["email"]), (200, &json!("vera@example.com")));
    side.provider.set_clock_offset(86_400);
    assert_eq!(side.user_info(&tokens["access_token"]).await.0, 401);
    side.provider.set_clock_offset(0);
    // For an API alone, without `openid`: neither an ID token nor userinfo.
    let tokens = side.tokens(json!({ "scope": "read:messages" })).await;
    assert_eq!(tokens.get("id_token"), None);
    assert_eq!(side.user_info(&tokens["access_token"]).await.0, 401);
}

#[tokio::test]
async fn a_descope_tenant_is_the_current_one() {
    let issuer = start().await;
    let side = Side::of(issuer.descope()).await;
    let tenant = "T2LocalAcme00000000000000000";
    let asked =
        json!({ "tenant": tenant, "login_hint": "member", "scope": "openid descope.claims" });
    let tokens = side.tokens(asked).await;
    let access = claims(&tokens, "access_token");
    assert_members(&access, json!({ "dct": tenant }));
    assert_eq!(access["tenants"][tenant]["roles"], json!(["admin"]));
    let token = tokens["refresh_token"].as_str().unwrap();
    let (_, tokens) = side.refresh(token, json!({})).await;
    assert_members(&claims(&tokens, "access_token"), json!({ "dct": tenant }));
}

#[tokio::test]
async fn tokens_of_a_descope_user_have_the_rights_that_management_left() {
    let issuer = start().await;
    let side = Side::of(issuer.descope()).await;
    let asked = json!({ "scope": "openid email descope.claims" });
    let tokens = side.tokens(asked.clone()).await;
    let roles = json!({ "loginId": "viewer", "roleNames": ["admin"] });
    manage(&issuer, "POST /v1/mgmt/user/update/role/set", roles).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let (_, tokens) = side.refresh(token, json!({})).await;
    let expected = json!({ "roles": ["admin"], "permissions": ["users.create", "users.delete"] });
    assert_members(&claims(&tokens, "access_token"), expected);
    assert_eq!(side.user_info(&tokens["access_token"]).await.0, 200);

    let code = side.code(asked).await;
    manage(
        &issuer,
        "POST /v1/mgmt/user/delete",
        json!({ "loginId": "viewer" }),
    )
    .await;
    let token = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(side.refresh(token, json!({})).await.0, 401, "deleted");
    assert_eq!(side.redeem(&code, json!({})).await.0, 400, "deleted");
    assert_eq!(side.user_info(&tokens["access_token"]).await.0, 401);
}

#[tokio::test]
async fn descopes_project_id_is_its_default_application() {
    let issuer = start().await;
    let side = Side::of(issuer.descope()).await;
    let project = issuer.descope().project_id();
    let code = side.code(json!({ "client_id": project })).await;
    let (status, tokens) = side.redeem(&code, json!({ "client_id": project })).await;
    assert_eq!(status, 200, "{tokens}");
    for token in ["access_token", "id_token", "refresh_token"] {
        assert_members(
            &claims(&tokens, token),
            json!({ "aud": [project], "azp": project }),
        );
    }
    // Its secret is an access key, and it may be left out.
    for (secret, expected) in [("local-admin-secret", 200), ("local-web-secret", 401)] {
        let code = side.code(json!({ "client_id": project })).await;
        let changes = json!({ "client_id": project, "client_secret": secret });
        assert_eq!(side.redeem(&code, changes).await.0, expected, "{secret}");
    }
}

#[tokio::test]
async fn an_inbound_application_of_descope_asks_for_consent() {
    let issuer = start().await;
    let base = issuer.descope().base_url();
    let project = issuer.descope().project_id();
    let mut side = Side::of(issuer.descope()).await;
    let document = format!("{base}/v1/apps/{project}/.well-known/openid-configuration");
    side.document = crate::support::get_json(&document).await;

    // With a hint nobody is asked, so that tests need no clicks. The issuer is the inbound applications' own.
    let asked = json!({ "scope": "read:messages" });
    let tokens = side.tokens(asked.clone()).await;
    let expected = json!({ "iss": issuer.descope().session_issuer(), "scope": "read:messages" });
    assert_members(&claims(&tokens, "access_token"), expected);

    let page = side
        .authorize(json!({ "prompt": null, "login_hint": null }))
        .await;
    let cookie = cookies(&page).join("; ");
    let html = page.text().await.unwrap();
    let press = async |html: &str, cookie: &str, button: (&str, &str)| {
        let (request, csrf) = (field(html, "request"), field(html, "csrf"));
        let form = [("request", &*request), ("csrf", &*csrf), button];
        let request = side.client.post(format!("{base}/_signin")).form(&form);
        request.header("cookie", cookie).send().await.unwrap()
    };
    let consent = press(&html, &cookie, ("persona", "viewer")).await;
    assert_eq!(consent.status(), 200);
    let session = cookies(&consent)
        .into_iter()
        .find(|one| one.contains("_session="));
    let session = session.expect("signed in");
    let cookie = format!("{cookie}; {session}");
    let html = consent.text().await.unwrap();
    assert!(
        html.contains("Allow Local app?") && html.contains("<code>read:messages</code>"),
        "{html}"
    );

    let silent = json!({ "login_hint": null });
    let visit = async || {
        let request = side
            .authorization(silent.clone())
            .header("cookie", &session);
        returned(&request.send().await.unwrap())
    };
    assert_eq!(visit().await["error"], "consent_required");
    let sent = returned(&press(&html, &cookie, ("decision", "allow")).await);
    assert_eq!(side.redeem(&sent["code"], json!({})).await.0, 200);
    assert!(visit().await.contains_key("code"), "the person has agreed");
    // Other scopes are another question, and the person may say no.
    let request =
        side.authorization(json!({ "prompt": null, "login_hint": null, "scope": "openid" }));
    let html = request
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let sent = returned(&press(&html, &cookie, ("decision", "deny")).await);
    assert_eq!(sent["error"], "access_denied");
}

#[tokio::test]
async fn a_client_credentials_token_is_as_before() {
    let issuer = start().await;
    let (status, _, body) = post_form(&issuer.descope().token_url(), &form("admin", &[])).await;
    assert_eq!(status, 200);
    let project = issuer.descope().project_id();
    assert_members(
        &claims(&body, "access_token"),
        json!({ "azp": project, "aud": [project] }),
    );
}
