use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{APP, Side};
use crate::support::{assert_members, facts, json_of, names, start, verified};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn the_tokens_of_a_sign_in_have_each_providers_shape() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let jwks = side.provider.jwks_url();
        let tokens = side.tokens(json!({})).await;
        let (_, access) = verified(text(&tokens["access_token"]), &jwks).await;
        let (header, id) = verified(text(&tokens["id_token"]), &jwks).await;
        assert_eq!(header["typ"], "JWT");
        let hash = digest(&SHA256, text(&tokens["access_token"]).as_bytes());
        let expected = json!({
            "iss": side.document["issuer"], "sub": access["sub"], "nonce": "the nonce",
            "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]), "auth_time": id["iat"], "name": "Vera Viewer",
        });
        assert_members(&id, expected);
        assert_eq!(text(&id["sid"]).len(), 27);
        let persona = side.provider.persona("viewer").unwrap();
        assert_eq!(access["sub"], *persona.subject);
        let audience = side.provider.audience();
        if side.is_auth0() {
            assert_eq!(
                names(tokens.as_object().unwrap()),
                "id_token access_token token_type expires_in scope refresh_token"
            );
            let issuer = side.provider.issuer();
            let expected = json!({
                "azp": APP, "aud": [audience, format!("{issuer}userinfo")], "permissions": ["read:messages"], "gty": null,
                "scope": "openid profile offline_access read:messages",
            });
            assert_members(&access, expected);
            assert_members(&id, json!({ "aud": APP, "email": null }));
            assert!(text(&tokens["refresh_token"]).starts_with("v1.M"));
        } else {
            assert_eq!(
                names(tokens.as_object().unwrap()),
                "access_token token_type refresh_token id_token expires_in scope"
            );
            let own = json!({ "azp": APP, "aud": [APP, audience], "scope": "openid profile read:messages" });
            for (claims, token_type) in [(&access, "access_token"), (&id, "id_token")] {
                assert_members(claims, own.clone());
                assert_members(claims, json!({ "token_type": token_type, "email": null }));
            }
            let (_, refresh) = verified(text(&tokens["refresh_token"]), &jwks).await;
            assert_members(
                &refresh,
                json!({ "token_type": "refresh_token", "azp": APP }),
            );
            let lifetime = refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap();
            assert_eq!(lifetime, 28 * 24 * 60 * 60);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_rotates_and_a_second_use_ends_the_session() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let first = side.tokens(json!({})).await;
        let token = text(&first["refresh_token"]);
        let refused = side.wrong_refresh_token();
        let web = json!({ "client_id": "local-web", "client_secret": "local-web-secret" });
        assert_eq!(side.refresh("x", json!({})).await, refused);
        assert_eq!(side.refresh(token, web).await, refused, "another client");
        assert_eq!(
            side.refresh(text(&first["access_token"]), json!({})).await,
            refused
        );
        let (status, wider) = side
            .refresh(token, json!({ "scope": "write:messages" }))
            .await;
        assert_eq!(status, 400, "{wider}");

        let (status, second) = side.refresh(token, json!({})).await;
        assert_eq!(status, 200, "{second}");
        let (before, after) = (
            json_of(text(&first["id_token"]), 1),
            json_of(text(&second["id_token"]), 1),
        );
        for claim in ["sub", "sid", "auth_time", "aud", "iss"] {
            assert_eq!(before[claim], after[claim], "{claim}");
        }
        assert_eq!(after.get("nonce"), None);
        assert_eq!(first["scope"], second["scope"]);
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        let next = text(&second["refresh_token"]);
        let (status, third) = side
            .refresh(next, json!({ "scope": "write:messages openid" }))
            .await;
        assert_eq!((status, &third["scope"]), (200, &json!("openid")));

        assert_eq!(side.refresh(token, json!({})).await, refused, "used twice");
        let newest = text(&third["refresh_token"]);
        assert_eq!(
            side.refresh(newest, json!({})).await,
            refused,
            "the session has ended"
        );
    }
}

#[tokio::test]
async fn a_session_expires_by_the_issuers_clock_and_a_refresh_does_not_extend_it() {
    let issuer = start().await;
    for (side, days) in Side::both(&issuer).await.into_iter().zip([28, 30]) {
        let tokens = side.tokens(json!({})).await;
        side.provider.set_clock_offset(days * 86_400 - 60);
        let (status, tokens) = side
            .refresh(text(&tokens["refresh_token"]), json!({}))
            .await;
        assert_eq!(status, 200, "{tokens}");
        side.provider.set_clock_offset(days * 86_400);
        let refused = side
            .refresh(text(&tokens["refresh_token"]), json!({}))
            .await;
        assert_eq!(refused, side.wrong_refresh_token());
    }
}

#[tokio::test]
async fn a_revoked_token_ends_its_session() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let tokens = side.tokens(json!({})).await;
        let token = text(&tokens["refresh_token"]);
        let revoke = async |form: Value| {
            let request = side.client.post(side.endpoint("revocation")).form(&form);
            request.send().await.unwrap()
        };
        let refused = [
            ("no token", json!({ "client_id": APP }), 400),
            ("no client", json!({ "token": token }), 400),
            (
                "an unknown client",
                json!({ "client_id": "x", "token": token }),
                401,
            ),
            (
                "another client",
                json!({ "client_id": "local-web", "client_secret": "local-web-secret", "token": token }),
                400,
            ),
        ];
        for (case, form, status) in refused {
            assert_eq!(facts(revoke(form).await).await.0, status, "{case}");
        }
        let unknown = revoke(json!({ "client_id": APP, "token": "x" })).await;
        assert_eq!(
            unknown.status(),
            200,
            "an unknown token cannot be used anyway"
        );

        let (_, tokens) = side.refresh(token, json!({})).await;
        let token = text(&tokens["refresh_token"]);
        let revoked =
            revoke(json!({ "client_id": APP, "token": token, "token_type_hint": "refresh_token" }))
                .await;
        assert_eq!(
            (revoked.status().as_u16(), &*revoked.text().await.unwrap()),
            (200, "")
        );
        assert_eq!(
            side.refresh(token, json!({})).await,
            side.wrong_refresh_token()
        );
    }
}

#[tokio::test]
async fn userinfo_tells_what_the_scopes_tell_and_takes_access_tokens_only() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let tokens = side
            .tokens(json!({ "scope": "openid email", "login_hint": "member" }))
            .await;
        let (status, user) = side.user_info(&tokens["access_token"]).await;
        assert_eq!(status, 200, "{user}");
        let subject = &side.provider.persona("member").unwrap().subject;
        let expected = json!({ "sub": subject, "email": "mia@example.com", "email_verified": true, "name": null });
        assert_members(user.as_object().unwrap(), expected);

        let mut wrong = vec![json!("x"), tokens["id_token"].clone(), json!("a.b.c")];
        wrong.extend(tokens.get("refresh_token").cloned());
        let expired = side
            .provider
            .mint("member", local_issuer::TokenKind::Access)
            .unwrap();
        wrong.push(expired.expires_in(-1).token().unwrap().into());
        for token in wrong {
            let (status, body) = side.user_info(&token).await;
            assert_eq!(status, 401, "{token}: {body}");
        }
        let none = side.client.post(side.endpoint("userinfo"));
        assert_eq!(none.send().await.unwrap().status(), 401);
        let form = [("access_token", text(&tokens["access_token"]))];
        let posted = side.client.post(side.endpoint("userinfo")).form(&form);
        assert_eq!(posted.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_page_at_another_origin_can_use_what_a_browser_client_needs() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        for (endpoint, method) in [
            ("token", "POST"),
            ("userinfo", "GET"),
            ("revocation", "POST"),
        ] {
            let address = side.endpoint(endpoint);
            let request = side.client.request(reqwest::Method::OPTIONS, address);
            let request = request
                .header("origin", "http://localhost:8000")
                .header("access-control-request-method", method)
                .header(
                    "access-control-request-headers",
                    "authorization,content-type,x-requested-with",
                );
            let preflight = request.send().await.unwrap();
            assert_eq!(preflight.status(), 200, "{endpoint}");
            assert_eq!(
                preflight.headers()["access-control-allow-origin"],
                "*",
                "{endpoint}"
            );
        }
        // As Swagger UI asks for its token.
        let redirect_uri = "http://localhost:8000/docs/oauth2-redirect.html";
        let code = side.code(json!({ "redirect_uri": redirect_uri })).await;
        let form = json!({
            "grant_type": "authorization_code", "code": code, "client_id": APP, "client_secret": "", "redirect_uri": redirect_uri,
            "code_verifier": super::VERIFIER,
        });
        let request = side.client.post(side.endpoint("token")).form(&form);
        let request = request.header("origin", "http://localhost:8000");
        let response = request
            .header("x-requested-with", "XMLHttpRequest")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
    }
}
