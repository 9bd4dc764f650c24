use serde_json::Value;

use super::Browser;
use super::services::start_with_services;
use crate::support::{CONTROL_TOKEN, controlled, start};

/// The forms that the control token is for.
const CHANGES: [&str; 7] = [
    "rotate", "withhold", "withdraw", "restore", "fault", "clear", "clock",
];

fn state(provider: &local_issuer::ProviderHandle) -> Value {
    let state = provider.control_state();
    serde_json::json!([state.keys, state.faults, state.clock_offset_seconds])
}

#[tokio::test]
async fn a_form_is_refused_unless_the_page_itself_sent_it() {
    let issuer = start_with_services().await;
    let (descope, auth0) = (&**issuer.descope(), &**issuer.auth0());
    // Both put a token on the page.
    for (provider, action, request) in [
        (descope, "mint", ""),
        (auth0, "mint", ""),
        (descope, "try", "fake GET /guarded"),
        (auth0, "try", "of-auth0 GET /guarded"),
    ] {
        let mut browser = Browser::open(provider).await;
        let other = Browser::open(provider).await;
        let (persona, request) = (("persona", "admin"), ("request", request));
        let good = || browser.form(action, &[persona, request]);
        let with = |csrf: String| {
            let [persona, request] =
                [persona, request].map(|(name, value)| (name, value.to_owned()));
            browser.post(action, &[("csrf", csrf), persona, request])
        };
        // What is wrong, the request, the status, and what the page says.
        let rows = [
            (
                "no CSRF token",
                with(String::new()),
                403,
                "not sent by the browser",
            ),
            (
                "that of another form",
                with(browser.csrf("inspect")),
                403,
                "not sent by the browser",
            ),
            (
                "that of another browser",
                with(other.csrf(action)),
                403,
                "not sent by the browser",
            ),
            (
                "cross-site",
                good().header("sec-fetch-site", "cross-site"),
                403,
                "another site",
            ),
            (
                "another port",
                good().header("sec-fetch-site", "same-site"),
                403,
                "another site",
            ),
            (
                "another origin",
                good().header("origin", "http://evil.example"),
                403,
                "another site",
            ),
            (
                "an opaque origin",
                good().header("origin", "null"),
                403,
                "another site",
            ),
            (
                "a rebound name",
                good().header("host", "evil.example"),
                403,
                "control token",
            ),
            (
                "twice the field",
                browser.form(action, &[persona, persona, request]),
                400,
                "must not be repeated",
            ),
            (
                "no such form",
                browser.post("explode", &[]),
                404,
                "no such form",
            ),
        ];
        let mut stranger = Browser::open(provider).await;
        stranger.cookies.clear();
        let seen = stranger.take(good()).await;
        assert_eq!(seen.status, 403, "no cookie");
        let sent: Vec<_> = rows.into_iter().collect();
        for (case, request, status, text) in sent {
            let mut as_browser = Browser::open(provider).await;
            as_browser.cookies = browser.cookies.clone();
            assert_eq!(
                as_browser.take(request).await.status,
                status,
                "{action}: {case}"
            );
            assert!(
                as_browser.html.contains(text),
                "{case}: {}",
                as_browser.html
            );
            assert!(!as_browser.html.contains("eyJ"), "{case}");
        }
        let good = good()
            .header("sec-fetch-site", "same-origin")
            .header("origin", provider.base_url());
        assert_eq!(browser.take(good).await.status, 200);
        assert!(browser.html.contains("eyJ"));
    }
}

#[tokio::test]
async fn changes_need_the_control_token() {
    let (open, closed) = (start().await, controlled().await);
    for issuer in [&open, &closed] {
        for provider in [&**issuer.descope(), &**issuer.auth0()] {
            let mut browser = Browser::open(provider).await;
            let before = state(provider);
            for action in CHANGES {
                assert!(
                    !browser.html.contains(&format!("/_page/{action}\"")),
                    "{action}"
                );
                // Even with a good CSRF token, which a browser gets that was unlocked once.
                let csrf = csrf_of(&closed, provider, &browser, action).await;
                let fields = [
                    ("csrf", csrf.unwrap_or_default()),
                    ("kid", provider.key_ids().current),
                    ("endpoint", "jwks".to_owned()),
                    ("fault", "close".to_owned()),
                    ("offset_seconds", "60".to_owned()),
                ];
                let request = browser.post(action, &fields);
                assert_eq!(browser.take(request).await.status, 403, "{action}");
            }
            assert_eq!(state(provider), before);
        }
    }
    let mut browser = Browser::open(closed.auth0()).await;
    for wrong in ["", "let-me-ou", "LET-ME-IN"] {
        assert_eq!(
            browser.submit("unlock", &[("control_token", wrong)]).await,
            403
        );
        assert!(browser.html.contains("This is not the control token"));
    }
}

/// The CSRF token of a form for a browser that has locked the page again; `None` without a control token.
async fn csrf_of(
    controlled: &local_issuer::LocalIssuer,
    provider: &local_issuer::ProviderHandle,
    browser: &Browser,
    action: &str,
) -> Option<String> {
    let sides = [
        controlled.descope().base_url(),
        controlled.auth0().base_url(),
    ];
    if !sides.contains(&provider.base_url()) {
        return None;
    }
    let mut once = Browser::open(provider).await;
    once.cookies = browser.cookies.clone();
    once.load().await;
    once.submit("unlock", &[("control_token", CONTROL_TOKEN)])
        .await;
    if matches!(action, "restore" | "withdraw" | "clear") {
        // Their forms appear only when there is something to do.
        return None;
    }
    Some(once.csrf(action))
}
