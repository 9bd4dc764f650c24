use serde_json::{Value, json};

use super::{APP, Side, address, location, problem, returned};
use crate::support::{rows, start};

#[tokio::test]
async fn a_wrong_client_or_redirect_uri_is_a_page_and_never_a_redirect() {
    let issuer = start().await;
    // What is wrong, the members that differ from a good request (null: left out), and what the page says.
    let table = json!([
        ["no client", { "client_id": null }, "client_id is missing"],
        ["an unknown client", { "client_id": "other" }, "There is no client other"],
        ["a client that is markup", { "client_id": "<script>" }, "There is no client &#60;script&#62;"],
        ["a persona's client", { "client_id": "local-admin" }, "There is no client local-admin"],
        ["no redirect URI", { "redirect_uri": null }, "redirect_uri is missing"],
        ["an empty one", { "redirect_uri": "" }, "redirect_uri is missing"],
        ["another host", { "redirect_uri": "https://evil.example/callback" }, "is not registered"],
        ["https to this machine", { "redirect_uri": "https://127.0.0.1:5001/callback" }, "is not registered"],
        ["a host that starts alike", { "redirect_uri": "http://127.0.0.1.evil.example/" }, "is not registered"],
        ["a user", { "redirect_uri": "http://127.0.0.1:5001@evil.example/" }, "is not registered"],
        ["a fragment", { "redirect_uri": "http://127.0.0.1:5001/callback#x" }, "is not registered"],
        ["encoded twice", { "redirect_uri": "http%3A%2F%2F127.0.0.1%3A5001%2Fcallback" }, "is not registered"],
        ["a script", { "redirect_uri": "javascript:alert(1)" }, "is not registered"],
        ["a path of another client", { "client_id": "local-web", "redirect_uri": "http://127.0.0.1:5001/other" }, "is not registered"],
        ["a longer path", { "client_id": "local-web", "redirect_uri": "http://127.0.0.1:5001/callback/" }, "is not registered"],
        ["an added query", { "client_id": "local-web", "redirect_uri": "http://127.0.0.1:5001/callback?a=1" }, "is not registered"],
        ["too long", { "state": "x".repeat(9000) }, "longer than 8192 bytes"],
    ]);
    for side in Side::both(&issuer).await {
        for row in rows(table.clone()) {
            // Also a request that would otherwise be refused by a redirect.
            for more in [json!({}), json!({ "response_type": "token" })] {
                let mut changes = row[1].clone();
                changes
                    .as_object_mut()
                    .unwrap()
                    .extend(more.as_object().unwrap().clone());
                let (status, text) = problem(side.authorize(changes).await).await;
                let case = format!("{} {}: {text}", side.name(), row[0]);
                assert_eq!(status, 400, "{case}");
                assert!(text.contains(row[2].as_str().unwrap()), "{case}");
            }
        }
        let mut twice = address(
            side.endpoint("authorization"),
            &side.parameters(json!({})).into(),
        );
        twice
            .query_pairs_mut()
            .append_pair("redirect_uri", "https://evil.example/");
        let (status, text) = problem(side.client.get(twice).send().await.unwrap()).await;
        assert_eq!(status, 400);
        assert!(
            text.contains("Parameter redirect_uri must not be repeated"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn every_other_refusal_goes_back_to_the_client_with_state_and_issuer() {
    let issuer = start().await;
    // What is wrong, the members that differ from a good request, `error`, and a part of the description.
    let table = json!([
        ["no response type", { "response_type": null }, "invalid_request", "response_type is missing"],
        ["implicit", { "response_type": "token" }, "unsupported_response_type", "must be code"],
        ["hybrid", { "response_type": "code id_token" }, "unsupported_response_type", "must be code"],
        ["a fragment", { "response_mode": "fragment" }, "invalid_request", "response_mode must be query"],
        ["a request object", { "request": "e30." }, "request_not_supported", "request is not supported"],
        ["a request by address", { "request_uri": "https://a.example" }, "request_uri_not_supported", "not supported"],
        ["a key for DPoP", { "dpop_jkt": "x" }, "invalid_request", "no DPoP here"],
        ["no challenge", { "code_challenge": null }, "invalid_request", "a public client must use PKCE"],
        ["no method", { "code_challenge_method": null }, "invalid_request", "plain is not allowed"],
        ["plain", { "code_challenge_method": "plain" }, "invalid_request", "plain is not allowed"],
        ["a challenge that is none", { "code_challenge": "short" }, "invalid_request", "SHA-256"],
        ["an unknown prompt", { "prompt": "create" }, "invalid_request", "prompt must be"],
        ["no page and a page", { "prompt": "none login" }, "invalid_request", "must not be combined"],
        ["an age that is none", { "max_age": "soon" }, "invalid_request", "max_age"],
        ["a hint that is no token", { "id_token_hint": "x" }, "invalid_request", "id_token_hint is not"],
        ["nobody signed in", { "login_hint": null }, "login_required", "nobody is signed in"],
        ["an unknown user", { "login_hint": "<b>" }, "login_required", "there is no user <b>"],
        ["a machine", { "login_hint": "machine" }, "login_required", "there is no user machine"],
    ]);
    let descope = json!([
        ["no state", { "state": null }, "invalid_request", "state is missing"],
        ["no openid", { "scope": "profile" }, "invalid_scope", "must contain openid"],
        ["an unknown tenant", { "tenant": "T2Other" }, "invalid_request", "there is no such tenant"],
        ["a tenant of others", { "tenant": "T2LocalAcme00000000000000000" }, "access_denied", "the user is not in the tenant"],
    ]);
    let auth0 = json!([
        ["an unknown audience", { "audience": "https://other" }, "access_denied", "Service not found: https://other"],
        ["no client grant", { "audience": format!("{}api/v2/", issuer.auth0().issuer()) }, "invalid_request", "client-grant"],
        ["an unknown organization", { "organization": "org_other" }, "invalid_request", "there is no such organization"],
        ["an organization of others", { "organization": "acme" }, "access_denied", "the user is not in the organization acme"],
    ]);
    for side in Side::both(&issuer).await {
        let own = if side.is_auth0() { &auth0 } else { &descope };
        for row in rows(table.clone()).into_iter().chain(rows(own.clone())) {
            let response = side.authorize(row[1].clone()).await;
            let case = format!("{} {}", side.name(), row[0]);
            assert!(
                location(&response).starts_with("http://127.0.0.1:5001/callback?error="),
                "{case}"
            );
            let mut sent = returned(&response);
            let description = sent.remove("error_description").unwrap();
            assert!(
                description.contains(row[3].as_str().unwrap()),
                "{case}: {description}"
            );
            let mut expected =
                json!({ "error": row[2], "iss": side.document["issuer"], "state": "the state" });
            if row[1].get("state") == Some(&Value::Null) {
                expected.as_object_mut().unwrap().remove("state");
            }
            assert_eq!(json!(sent), expected, "{case}");
        }
    }
}

#[tokio::test]
async fn state_with_markup_comes_back_encoded() {
    let issuer = start().await;
    let state = "<script>alert(\"1\")</script>&error=x\r\nset-cookie: a=b";
    for side in Side::both(&issuer).await {
        for changes in [
            json!({ "state": state }),
            json!({ "state": state, "prompt": "x" }),
        ] {
            let response = side.authorize(changes).await;
            let location = location(&response);
            assert!(!location.contains(['<', '"', '\r', '\n']), "{location}");
            assert_eq!(returned(&response)["state"], state);
            assert!(
                super::cookies(&response)
                    .iter()
                    .all(|cookie| cookie != "a=b")
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_scope_is_left_out_as_at_the_providers() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let scope = "openid no:such:scope delete:messages read:messages";
        let tokens = side.tokens(json!({ "scope": scope })).await;
        assert_eq!(tokens["scope"], "openid read:messages", "{}", side.name());
    }
}

#[tokio::test]
async fn a_form_post_is_read_as_the_query_is() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let address = side.endpoint("authorization");
        let post = |changes| {
            side.client
                .post(address)
                .form(&side.parameters(changes))
                .send()
        };
        let (status, _) = problem(post(json!({ "client_id": "x" })).await.unwrap()).await;
        assert_eq!(status, 400);
        let sent = returned(&post(json!({ "client_id": APP })).await.unwrap());
        assert!(sent.contains_key("code"), "{sent:?}");
    }
}
