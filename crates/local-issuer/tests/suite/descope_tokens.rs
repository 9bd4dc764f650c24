use serde_json::{Value, json};

use crate::support::{
    Form, assert_members, client, facts, form, json_of, names, post_form, post_json, start,
    verified,
};

#[tokio::test]
async fn both_content_types_and_both_ways_to_authenticate_give_a_token() {
    let issuer = start().await;
    let url = issuer.descope().token_url();
    let form = form("viewer", &[]);
    let json = Value::from_iter(form.iter().cloned());
    let basic = async |user: &str| {
        let request = client()
            .post(&url)
            .basic_auth(user, Some("local-viewer-secret"));
        let request = request.form(&[("grant_type", "client_credentials")]);
        facts(request.send().await.unwrap()).await
    };
    let answers = [
        ("form", post_form(&url, &form).await),
        ("json", post_json(&url, &json).await),
        ("basic", basic("local-viewer").await),
        (
            "basic, project id",
            basic(issuer.descope().project_id()).await,
        ),
    ];
    for (case, (status, cache_control, body)) in answers {
        assert_eq!(
            (status, cache_control.as_str()),
            (200, "no-store"),
            "{case}"
        );
        let body = body.as_object().unwrap();
        assert_eq!(
            names(body),
            "access_token token_type expires_in scope",
            "{case}"
        );
        let scope = "openid profile email descope.claims read:messages";
        assert_members(
            body,
            json!({ "token_type": "Bearer", "expires_in": 600, "scope": scope }),
        );
        let token = body["access_token"].as_str().unwrap();
        let (_, claims) = verified(token, &issuer.descope().jwks_url()).await;
        assert_eq!(claims["scope"], body["scope"], "{case}");
    }
}

#[tokio::test]
async fn an_access_token_has_descopes_shape() {
    let issuer = start().await;
    let descope = issuer.descope();
    let form = form("admin", &[("scope", "openid email")]);
    let (_, _, body) = post_form(&descope.token_url(), &form).await;
    let token = body["access_token"].as_str().unwrap();
    let (header, claims) = verified(token, &descope.jwks_url()).await;
    assert_eq!(names(&header), "alg kid typ");
    let kid = descope.key_ids().current;
    assert_members(&header, json!({ "alg": "RS256", "typ": "JWT", "kid": kid }));
    assert_eq!(
        names(&json_of(token, 1)),
        "amr aud azp email email_verified exp iat iss rexp scope sub token_type"
    );
    let expected = json!({
        "aud": [descope.project_id()], "azp": descope.project_id(), "iss": descope.issuer(),
        "sub": descope.persona("admin").unwrap().subject, "token_type": "access_token",
        "email": "ada@example.com", "exp": claims["iat"].as_i64().unwrap() + 600,
    });
    assert_members(&claims, expected);
    let rexp = claims["rexp"].as_str().unwrap();
    assert!(rexp.ends_with('Z'), "{rexp}");
}

#[tokio::test]
async fn claims_follow_the_scopes() {
    let issuer = start().await;
    let tenants = json!({
        "T2LocalAcme00000000000000000": { "permissions": ["users.create", "users.delete"], "roles": ["admin"] },
        "T2LocalGlobex000000000000000": {},
    });
    // The persona, the scopes asked for, and claims; null is for a claim that is not there.
    let table = json!([
        ["admin", "openid", { "roles": null, "permissions": null, "tenants": null, "name": null, "email": null, "department": null }],
        // An empty scope is still a scope claim.
        ["nobody", "no:such read:messages", { "scope": "" }],
        ["claims-less", "openid descope.claims read:messages", { "scope": "openid read:messages", "roles": null }],
        ["viewer", "openid delete:messages", { "scope": "openid" }],
        ["admin", "openid descope.claims profile", { "roles": ["admin"], "permissions": ["users.create", "users.delete"] }],
        ["admin", "openid descope.claims profile", { "name": "Ada Admin", "tenants": null }],
        ["member", "descope.claims descope.custom_claims", { "department": "engineering", "seats": 5, "tenants": tenants }],
        ["member", "descope.claims descope.custom_claims", { "roles": [], "permissions": [] }],
        ["machine", "", { "scope": "openid descope.claims", "permissions": ["users.create"], "amr": null }],
    ]);
    let mut machine = String::new();
    for row in crate::support::rows(table) {
        let more: Form = &[("scope", row[1].as_str().unwrap())];
        let form = form(row[0].as_str().unwrap(), more);
        let (status, _, body) = post_form(&issuer.descope().token_url(), &form).await;
        assert_eq!(status, 200, "{row:?}: {body}");
        let claims = json_of(body["access_token"].as_str().unwrap(), 1);
        assert_members(&claims, row[2].clone());
        machine = claims["sub"].as_str().unwrap().to_owned();
    }
    assert!(machine.starts_with('K'), "a machine is its access key");
}

#[tokio::test]
async fn inbound_applications_have_their_own_issuer() {
    let issuer = start().await;
    let (base, project) = (issuer.descope().base_url(), issuer.descope().project_id());
    for path in [
        "/oauth2/v1/apps/token".to_owned(),
        format!("/oauth2/v1/apps/{project}/token"),
    ] {
        let (_, _, body) = post_form(&format!("{base}{path}"), &form("viewer", &[])).await;
        let token = body["access_token"].as_str().unwrap();
        let (_, claims) = verified(token, &issuer.descope().jwks_url()).await;
        let expected = json!({ "iss": format!("{base}/v1/apps/{project}"), "aud": [project] });
        assert_members(&claims, expected);
    }
}

#[tokio::test]
async fn a_token_is_for_the_tenant_that_was_chosen() {
    let issuer = start().await;
    let tenant = "T2LocalGlobex000000000000000";
    for parameter in ["tenant", "tenantId"] {
        let more = [(parameter, tenant)];
        let (status, _, body) =
            post_form(&issuer.descope().token_url(), &form("member", &more)).await;
        assert_eq!(status, 200, "{body}");
        let claims = json_of(body["access_token"].as_str().unwrap(), 1);
        assert_eq!(claims["dct"], tenant, "{parameter}");
    }
}
