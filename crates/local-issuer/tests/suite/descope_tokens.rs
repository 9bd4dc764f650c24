use serde_json::{Value, json};

use crate::support::{client, facts, json_of, names, post_form, post_json, start, verified};

const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn both_content_types_and_both_ways_to_authenticate_give_a_token() {
    let issuer = start().await;
    let url = issuer.descope().token_url();
    let form = [
        CLIENT_CREDENTIALS,
        ("client_id", "local-viewer"),
        ("client_secret", "local-viewer-secret"),
    ];
    let basic = |user: &str| {
        client()
            .post(&url)
            .basic_auth(user, Some("local-viewer-secret"))
            .form(&[CLIENT_CREDENTIALS])
    };
    let answers = [
        ("form", post_form(&url, &form).await),
        (
            "json",
            post_json(
                &url,
                &Value::Object(
                    form.iter()
                        .map(|(name, value)| ((*name).to_owned(), json!(value)))
                        .collect(),
                ),
            )
            .await,
        ),
        (
            "basic",
            facts(basic("local-viewer").send().await.unwrap()).await,
        ),
        (
            "basic, project id",
            facts(basic(issuer.descope().project_id()).send().await.unwrap()).await,
        ),
    ];
    for (case, (status, cache_control, body)) in answers {
        assert_eq!(
            (status, cache_control.as_str()),
            (200, "no-store"),
            "{case}"
        );
        assert_eq!(
            names(body.as_object().unwrap()),
            ["access_token", "token_type", "expires_in", "scope"],
            "{case}"
        );
        assert_eq!(
            (&body["token_type"], &body["expires_in"]),
            (&json!("Bearer"), &json!(600)),
            "{case}"
        );
        assert_eq!(
            body["scope"], "openid profile email descope.claims read:messages",
            "{case}"
        );
        let (_, claims) = verified(
            body["access_token"].as_str().unwrap(),
            &issuer.descope().jwks_url(),
        )
        .await;
        assert_eq!(claims["scope"], body["scope"], "{case}");
    }
}

#[tokio::test]
async fn an_access_token_has_descopes_shape() {
    let issuer = start().await;
    let descope = issuer.descope();
    let form = [
        CLIENT_CREDENTIALS,
        ("client_id", "local-admin"),
        ("client_secret", "local-admin-secret"),
        ("scope", "openid email"),
    ];
    let (_, _, body) = post_form(&descope.token_url(), &form).await;
    let token = body["access_token"].as_str().unwrap();
    let (header, claims) = verified(token, &descope.jwks_url()).await;
    assert_eq!(names(&header), ["alg", "kid", "typ"]);
    assert_eq!(
        (&header["alg"], &header["typ"], &header["kid"]),
        (
            &json!("RS256"),
            &json!("JWT"),
            &json!(descope.key_ids().current)
        )
    );
    assert_eq!(
        names(&json_of(token, 1)),
        [
            "amr",
            "aud",
            "azp",
            "email",
            "email_verified",
            "exp",
            "iat",
            "iss",
            "rexp",
            "scope",
            "sub",
            "token_type"
        ]
    );
    assert_eq!(claims["aud"], json!([descope.project_id()]));
    assert_eq!(claims["azp"], descope.project_id());
    assert_eq!(claims["iss"], descope.issuer());
    assert_eq!(claims["sub"], descope.persona("admin").unwrap().subject);
    assert_eq!(
        (&claims["token_type"], &claims["email"]),
        (&json!("access_token"), &json!("ada@example.com"))
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        600
    );
    assert!(
        claims["rexp"].as_str().unwrap().ends_with('Z'),
        "{}",
        claims["rexp"]
    );
}

#[tokio::test]
async fn claims_follow_the_scopes() {
    let issuer = start().await;
    let token = async |client: &str, scope: &str| {
        let (id, secret) = (format!("local-{client}"), format!("local-{client}-secret"));
        let form = [
            CLIENT_CREDENTIALS,
            ("client_id", &id),
            ("client_secret", &secret),
            ("scope", scope),
        ];
        let (status, _, body) = post_form(&issuer.descope().token_url(), &form).await;
        assert_eq!(status, 200, "{client}: {body}");
        json_of(body["access_token"].as_str().unwrap(), 1)
    };

    let plain = token("admin", "openid").await;
    for absent in [
        "roles",
        "permissions",
        "tenants",
        "name",
        "email",
        "department",
    ] {
        assert_eq!(plain.get(absent), None, "{absent}");
    }
    let nothing = token("nobody", "no:such read:messages").await;
    assert_eq!(
        nothing["scope"], "",
        "an empty scope is still a scope claim"
    );
    let withheld = token("claims-less", "openid descope.claims read:messages").await;
    assert_eq!(
        (&withheld["scope"], withheld.get("roles")),
        (&json!("openid read:messages"), None)
    );
    let unheld = token("viewer", "openid delete:messages").await;
    assert_eq!(unheld["scope"], "openid");

    let admin = token("admin", "openid descope.claims profile").await;
    assert_eq!(
        (&admin["roles"], &admin["permissions"]),
        (&json!(["admin"]), &json!(["users.create", "users.delete"]))
    );
    assert_eq!(
        (&admin["name"], admin.get("tenants")),
        (&json!("Ada Admin"), None)
    );
    let member = token("member", "descope.claims descope.custom_claims").await;
    assert_eq!(
        (&member["department"], &member["seats"]),
        (&json!("engineering"), &json!(5))
    );
    assert_eq!(
        (&member["roles"], &member["permissions"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        member["tenants"],
        json!({
            "T2LocalAcme00000000000000000": { "permissions": ["users.create", "users.delete"], "roles": ["admin"] },
            "T2LocalGlobex000000000000000": {},
        })
    );
    let machine = token("machine", "").await;
    assert_eq!(
        (
            &machine["scope"],
            &machine["permissions"],
            machine.get("amr")
        ),
        (
            &json!("openid descope.claims"),
            &json!(["users.create"]),
            None
        )
    );
    assert!(
        machine["sub"].as_str().unwrap().starts_with('K'),
        "a machine is its access key"
    );
}

#[tokio::test]
async fn inbound_applications_have_their_own_issuer() {
    let issuer = start().await;
    let (base, project) = (issuer.descope().base_url(), issuer.descope().project_id());
    let form = [
        CLIENT_CREDENTIALS,
        ("client_id", "local-viewer"),
        ("client_secret", "local-viewer-secret"),
    ];
    for path in [
        "/oauth2/v1/apps/token".to_owned(),
        format!("/oauth2/v1/apps/{project}/token"),
    ] {
        let (_, _, body) = post_form(&format!("{base}{path}"), &form).await;
        let (_, claims) = verified(
            body["access_token"].as_str().unwrap(),
            &issuer.descope().jwks_url(),
        )
        .await;
        assert_eq!(claims["iss"], format!("{base}/v1/apps/{project}"), "{path}");
        assert_eq!(claims["aud"], json!([project]), "{path}");
    }
}
