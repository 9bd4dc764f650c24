//! A person who is in several tenants or organizations chooses one.

use serde_json::{Value, json};

use super::page::{Page, send};
use super::{Side, location, problem, returned};
use crate::support::{assert_members, json_of, start};

/// The tenants of the consultant: the id, what the page calls it, and what the tokens have.
fn of(side: &Side) -> [(&'static str, &'static str, Value); 2] {
    match side.is_auth0() {
        true => [
            (
                "org_2LocalAcme000000",
                "acme",
                json!({ "org_id": "org_2LocalAcme000000", "org_name": "acme" }),
            ),
            (
                "org_2LocalGlobex0000",
                "globex",
                json!({ "org_id": "org_2LocalGlobex0000", "org_name": "globex" }),
            ),
        ],
        false => [
            (
                "T2LocalAcme00000000000000000",
                "T2LocalAcme0",
                json!({ "dct": "T2LocalAcme00000000000000000" }),
            ),
            (
                "T2LocalGlobex000000000000000",
                "T2LocalGlobex",
                json!({ "dct": "T2LocalGlobex000000000000000" }),
            ),
        ],
    }
}

/// The page that comes after a person was chosen.
async fn second_page(side: &Side, first: &Page) -> Page {
    Page::of(send(first.press(side, ("persona", "consultant"))).await).await
}

async fn claims(side: &Side, code: &str) -> Value {
    let (status, tokens) = side.redeem(code, json!({})).await;
    assert_eq!(status, 200, "{tokens}");
    json_of(tokens["access_token"].as_str().unwrap(), 1).into()
}

#[tokio::test]
async fn the_tokens_are_for_the_chosen_one() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        for (id, title, expected) in of(&side) {
            let first = Page::open(&side, json!({})).await;
            let page = second_page(&side, &first).await;
            assert!(page.html().contains(title), "{}", page.html());
            // What is not this person's is refused, and the page stays open.
            for other in ["", "T2Other", "<b>", "org_2Other"] {
                let (status, said) =
                    problem(send(page.press(&side, ("tenant", other))).await).await;
                assert_eq!(status, 400, "{other}: {said}");
                assert!(!said.contains("<b>"), "{said}");
            }
            let sent = returned(&send(page.press(&side, ("tenant", id))).await);
            let found = claims(&side, &sent["code"]).await;
            assert_members(found.as_object().unwrap(), expected);
            let (status, _) = problem(send(page.press(&side, ("tenant", id))).await).await;
            assert_eq!(status, 400, "once only");
        }
    }
}

#[tokio::test]
async fn nobody_is_asked_who_has_no_choice() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let [(id, _, expected), _] = of(&side);
        // Without one, on request; and never with `prompt=none`.
        let first = Page::open(&side, json!({})).await;
        let page = second_page(&side, &first).await;
        let without = returned(&send(page.press(&side, ("without", "1"))).await);
        let silent = side.code(json!({ "login_hint": "consultant" })).await;
        for code in [&without["code"], &silent] {
            let none = json!({ "dct": null, "org_id": null });
            assert_members(claims(&side, code).await.as_object().unwrap(), none);
        }
        // The request names one.
        let name = if side.is_auth0() {
            "organization"
        } else {
            "tenant"
        };
        let page = Page::open(&side, json!({ name: id })).await;
        let sent = returned(&send(page.press(&side, ("persona", "consultant"))).await);
        let found = claims(&side, &sent["code"]).await;
        assert_members(found.as_object().unwrap(), expected);
        // Not in several.
        let page = Page::open(&side, json!({})).await;
        returned(&send(page.press(&side, ("persona", "admin"))).await);
    }
}

#[tokio::test]
async fn a_choice_can_be_cancelled_and_made_in_the_same_browser_only() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let [(id, ..), _] = of(&side);
        let first = Page::open(&side, json!({})).await;
        let page = second_page(&side, &first).await;
        let (status, said) =
            problem(send(page.with_cookies_of(&first).press(&side, ("tenant", id))).await).await;
        assert_eq!(status, 400, "{said}");
        let response = send(page.press(&side, ("cancel", "1"))).await;
        assert!(location(&response).starts_with(super::REDIRECT_URI));
        assert_eq!(&*returned(&response)["error"], "access_denied");
    }
}
