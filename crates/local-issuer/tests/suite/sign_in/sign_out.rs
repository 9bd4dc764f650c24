use reqwest::Response;
use serde_json::{Value, json};

use super::{APP, Side, address, cookies, field, location, problem, returned};
use crate::support::start;

/// A browser that signed in, and the tokens that its application got.
struct SignedIn {
    cookie: String,
    tokens: Value,
}

async fn sign_in(side: &Side) -> SignedIn {
    let response = side.authorize(json!({})).await;
    let cookie = cookies(&response).join("; ");
    let (_, tokens) = side.redeem(&returned(&response)["code"], json!({})).await;
    SignedIn { cookie, tokens }
}

async fn sign_out(side: &Side, cookie: &str, query: Value) -> Response {
    let request = side
        .client
        .get(address(side.endpoint("end_session"), &query));
    request.header("cookie", cookie).send().await.unwrap()
}

#[tokio::test]
async fn a_sign_out_that_leads_elsewhere_is_a_page() {
    let issuer = start().await;
    let good = "http://127.0.0.1:5001/";
    for side in Side::both(&issuer).await {
        let SignedIn { cookie, tokens } = sign_in(&side).await;
        let hint = &tokens["id_token"];
        let rows = [
            (
                "not registered",
                json!({ "client_id": APP, "post_logout_redirect_uri": "https://evil.example/" }),
                "not registered",
            ),
            (
                "of another client",
                json!({ "client_id": "local-web", "post_logout_redirect_uri": good }),
                "not registered",
            ),
            (
                "no client",
                json!({ "post_logout_redirect_uri": good }),
                "needs a client_id or an id_token_hint",
            ),
            (
                "an unknown client",
                json!({ "client_id": "x" }),
                "There is no client x",
            ),
            (
                "a token that is none",
                json!({ "id_token_hint": "x" }),
                "is not an ID token of this issuer",
            ),
            (
                "another client's token",
                json!({ "id_token_hint": hint, "client_id": "local-web" }),
                "issued to another client",
            ),
        ];
        for (case, query, text) in rows {
            let (status, said) = problem(sign_out(&side, &cookie, query).await).await;
            assert_eq!(status, 400, "{case}");
            assert!(said.contains(text), "{case}: {said}");
        }
        // Nobody was signed out.
        let token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(side.refresh(token, json!({})).await.0, 200);
    }
}

#[tokio::test]
async fn signing_out_ends_the_browsers_session_and_those_of_its_applications() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let SignedIn { cookie, tokens } = sign_in(&side).await;
        let elsewhere = sign_in(&side).await;
        let open = side.authorization(json!({})).header("cookie", &cookie);
        let code = returned(&open.send().await.unwrap())
            .remove("code")
            .unwrap();
        let query = json!({
            "id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "http://127.0.0.1:5001/bye?from=here",
            "state": "<b>",
        });
        // An expired ID token is good enough.
        side.provider.set_clock_offset(40_000);
        let response = sign_out(&side, &cookie, query).await;
        side.provider.set_clock_offset(0);
        let expected = "http://127.0.0.1:5001/bye?from=here&state=%3Cb%3E";
        assert_eq!(location(&response), expected);
        let removed = response.headers()["set-cookie"].to_str().unwrap();
        assert!(removed.ends_with("; Max-Age=0"), "{removed}");

        let silent = side.authorization(json!({ "login_hint": null }));
        let silent = silent.header("cookie", &cookie).send().await.unwrap();
        assert_eq!(returned(&silent)["error"], "login_required");
        let token = tokens["refresh_token"].as_str().unwrap();
        let refused = side.wrong_refresh_token();
        assert_eq!(side.refresh(token, json!({})).await, refused);
        let (status, body) = side.redeem(&code, json!({})).await;
        assert_ne!(status, 200, "a code of that browser: {body}");
        let token = elsewhere.tokens["refresh_token"].as_str().unwrap();
        let (status, _) = side.refresh(token, json!({})).await;
        assert_eq!(status, 200, "another browser");
    }
}

#[tokio::test]
async fn without_an_id_token_the_person_is_asked() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let SignedIn { cookie, tokens } = sign_in(&side).await;
        let query =
            json!({ "client_id": APP, "post_logout_redirect_uri": "http://127.0.0.1:5001/bye" });
        let page = sign_out(&side, &cookie, query).await;
        assert_eq!(page.status(), 200);
        let cookie = format!("{cookie}; {}", cookies(&page).join("; "));
        let html = page.text().await.unwrap();
        assert!(html.contains("Sign out?"), "{html}");
        let token = tokens["refresh_token"].as_str().unwrap();
        let (status, tokens) = side.refresh(token, json!({})).await;
        assert_eq!(status, 200, "{tokens}");

        let form = [
            ("request", field(&html, "request")),
            ("csrf", field(&html, "csrf")),
        ];
        let request = side
            .client
            .post(format!("{}/_signin", side.provider.base_url()))
            .form(&form);
        let response = request.header("cookie", &cookie).send().await.unwrap();
        assert_eq!(location(&response), "http://127.0.0.1:5001/bye");
        let token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(
            side.refresh(token, json!({})).await,
            side.wrong_refresh_token()
        );
        // Nobody is signed in any more, so nobody is asked.
        let page = sign_out(&side, &cookie, json!({})).await;
        assert!(page.text().await.unwrap().contains("Signed out"));
    }
}

#[tokio::test]
async fn auth0s_older_address_asks_nobody() {
    let issuer = start().await;
    let side = Side::of(issuer.auth0()).await;
    let SignedIn { cookie, tokens } = sign_in(&side).await;
    let base = format!("{}/v2/logout", side.provider.base_url());
    let request = |return_to: &str| {
        let query = json!({ "client_id": APP, "returnTo": return_to });
        side.client
            .get(address(&base, &query))
            .header("cookie", &cookie)
    };
    let (status, _) = problem(request("https://evil.example/").send().await.unwrap()).await;
    assert_eq!(status, 400);
    let response = request("http://localhost:3000/").send().await.unwrap();
    assert_eq!(location(&response), "http://localhost:3000/");
    let token = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(
        side.refresh(token, json!({})).await,
        side.wrong_refresh_token()
    );
}
