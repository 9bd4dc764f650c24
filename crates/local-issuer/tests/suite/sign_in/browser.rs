use local_issuer::{IssuerConfig, LocalIssuer};
use serde_json::{Value, json};

use super::page::{Page, send};
use super::{Side, cookies, problem, returned};
use crate::support::{json_of, quick, start};

#[tokio::test]
async fn a_browser_that_signed_in_needs_no_page_until_it_is_asked_again() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let page = Page::open(&side, json!({})).await;
        let response = send(page.press(&side, ("persona", "editor"))).await;
        let session = cookies(&response).join("; ");
        assert!(
            session.starts_with(&format!("local_issuer_{}_session=", side.name())),
            "{session}"
        );
        let visit = async |changes: Value| {
            let mut all = json!({ "prompt": null, "login_hint": null });
            all.as_object_mut()
                .unwrap()
                .extend(changes.as_object().unwrap().clone());
            send(side.authorization(all).header("cookie", &session)).await
        };
        side.provider.set_clock_offset(100);
        // No page: the same user, who signed in then.
        for changes in [
            json!({}),
            json!({ "prompt": "none" }),
            json!({ "max_age": "200" }),
            json!({ "login_hint": "editor" }),
        ] {
            let response = visit(changes.clone()).await;
            assert_eq!(cookies(&response), [""; 0]);
            let sent = returned(&response);
            let (_, tokens) = side.redeem(&sent["code"], json!({})).await;
            let claims = json_of(tokens["id_token"].as_str().unwrap(), 1);
            let age = claims["iat"].as_i64().unwrap() - claims["auth_time"].as_i64().unwrap();
            assert!((100..160).contains(&age), "{changes}: {age}");
        }
        // The client knows the user by an ID token: this one, and then another.
        let (own, other) = (
            side.tokens(json!({ "login_hint": "editor" })).await,
            side.tokens(json!({ "login_hint": "viewer" })).await,
        );
        for (tokens, answer) in [(own, "code"), (other, "error")] {
            let hint = &tokens["id_token"];
            let sent = returned(&visit(json!({ "prompt": "none", "id_token_hint": hint })).await);
            assert!(sent.contains_key(answer), "{sent:?}");
        }
        // A page, although there is a session.
        for changes in [
            json!({ "prompt": "login" }),
            json!({ "prompt": "select_account" }),
            json!({ "max_age": "50" }),
            json!({ "login_hint": "admin" }),
        ] {
            assert_eq!(visit(changes.clone()).await.status(), 200, "{changes}");
        }
        let sent = returned(&visit(json!({ "prompt": "none", "max_age": "50" })).await);
        assert_eq!(sent["error"], "login_required");
        // A cookie of the issuer's that names nothing.
        let request = side
            .authorization(json!({ "login_hint": null }))
            .header("cookie", format!("{session}x"));
        assert_eq!(returned(&send(request).await)["error"], "login_required");
        side.provider.set_clock_offset(0);
    }
}

#[tokio::test]
async fn the_oldest_page_is_dropped_for_a_new_one() {
    let config = IssuerConfig {
        open_sign_ins: 3,
        ..quick()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    for side in Side::both(&issuer).await {
        let mut pages = Vec::new();
        for _ in 0..4 {
            pages.push(Page::open(&side, json!({})).await);
        }
        let dropped = send(pages[0].press(&side, ("persona", "viewer"))).await;
        let (status, said) = problem(dropped).await;
        assert_eq!(status, 400);
        assert!(said.contains("start again"), "{said}");
        for page in &pages[1..] {
            let sent = returned(&send(page.press(&side, ("persona", "viewer"))).await);
            assert!(sent.contains_key("code"), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_page_expires_by_the_issuers_clock() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        for (seconds, status) in [(30 * 60, 400), (30 * 60 - 5, 302)] {
            let page = Page::open(&side, json!({})).await;
            side.provider.set_clock_offset(seconds);
            let response = send(page.press(&side, ("persona", "viewer"))).await;
            side.provider.set_clock_offset(0);
            assert_eq!(response.status(), status, "after {seconds} s");
        }
    }
}
