use local_issuer::ProviderHandle;

use super::Browser;
use crate::support::{CONTROL_TOKEN, controlled, get};

async fn unlocked(provider: &ProviderHandle) -> Browser {
    let mut browser = Browser::open(provider).await;
    let token = [("control_token", CONTROL_TOKEN)];
    assert_eq!(browser.submit("unlock", &token).await, 200);
    assert!(
        browser.html.contains("This browser may change"),
        "{}",
        browser.html
    );
    browser
}

#[tokio::test]
async fn keys_are_rotated_revoked_withheld_and_restored() {
    let issuer = controlled().await;
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        let mut browser = unlocked(provider).await;
        let first = provider.key_ids().current;
        assert_eq!(browser.submit("rotate", &[]).await, 200);
        let second = provider.key_ids().current;
        assert_ne!(first, second);
        for (action, kid, listed) in [
            ("withdraw", &first, false),
            ("restore", &first, true),
            ("withhold", &second, false),
            ("restore", &second, true),
        ] {
            assert_eq!(browser.submit(action, &[("kid", kid)]).await, 200);
            let keys = get(&provider.jwks_url()).await.text().await.unwrap();
            assert_eq!(keys.contains(&**kid), listed, "{action} {kid}");
        }
        assert_eq!(browser.submit("withhold", &[("kid", "<b>")]).await, 422);
        assert!(browser.html.contains("There is no such key &#60;b&#62;"));
        assert_eq!(browser.submit("rotate", &[("revoke", "1")]).await, 200);
        assert!(provider.key_ids().previous.is_empty());
        assert_eq!(browser.submit("reset", &[]).await, 200);
        assert_eq!(provider.key_ids().current, first);
    }
}

#[tokio::test]
async fn a_fault_is_set_and_cleared_and_never_spoils_the_page() {
    let issuer = controlled().await;
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        let mut browser = unlocked(provider).await;
        for wrong in [
            [
                ("endpoint", "nowhere"),
                ("fault", "close"),
                ("requests", ""),
            ],
            [("endpoint", "jwks"), ("fault", "worse"), ("requests", "")],
            [("endpoint", "jwks"), ("fault", "close"), ("requests", "0")],
            [
                ("endpoint", "jwks"),
                ("fault", "close"),
                ("requests", "many"),
            ],
        ] {
            assert_eq!(browser.submit("fault", &wrong).await, 422, "{wrong:?}");
            assert_eq!(provider.faults(), [], "{wrong:?}");
        }
        let once = [
            ("endpoint", "jwks"),
            ("fault", "unavailable"),
            ("requests", "1"),
        ];
        assert_eq!(browser.submit("fault", &once).await, 200);
        assert!(browser.html.contains("1 responses"));
        assert_eq!(get(&provider.jwks_url()).await.status(), 503);
        assert_eq!(get(&provider.jwks_url()).await.status(), 200);

        let all = [("endpoint", "all"), ("fault", "close"), ("requests", "")];
        assert_eq!(browser.submit("fault", &all).await, 200);
        assert!(
            browser
                .client
                .get(provider.jwks_url())
                .send()
                .await
                .is_err()
        );
        assert_eq!(browser.submit("clear", &[]).await, 200);
        assert_eq!(get(&provider.jwks_url()).await.status(), 200);
        let (_, requests) = browser.html.split_once("id=\"requests\"").unwrap();
        assert!(requests.contains("<td>none</td>"), "no response was sent");
    }
}

#[tokio::test]
async fn the_clock_is_moved_and_the_page_can_move_it_back() {
    let issuer = controlled().await;
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        let mut browser = unlocked(provider).await;
        for wrong in ["", "soon", "9999999999"] {
            let moved = [("offset_seconds", wrong)];
            assert_eq!(browser.submit("clock", &moved).await, 422, "{wrong}");
        }
        for offset in ["3153600000", "0"] {
            assert_eq!(
                browser.submit("clock", &[("offset_seconds", offset)]).await,
                200
            );
            assert_eq!(provider.clock_offset().to_string(), offset);
        }
        let lock = browser.csrf("lock");
        let mut other = Browser::open(provider).await;
        assert!(
            !other.html.contains("This browser may change"),
            "another browser"
        );
        let stolen = other.post("lock", &[("csrf", lock)]);
        assert_eq!(other.take(stolen).await.status, 403);
        assert_eq!(browser.submit("lock", &[]).await, 200);
        assert!(!browser.html.contains("This browser may change"));
    }
}
