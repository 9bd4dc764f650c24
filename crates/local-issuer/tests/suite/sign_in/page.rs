use local_issuer::{LocalIssuer, Personas};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use super::{Side, cookies, field, problem, returned};
use crate::support::{quick, start};

/// A sign-in page that a browser has open.
pub(super) struct Page {
    html: String,
    cookies: String,
}

impl Page {
    /// The page that a response shows.
    pub(super) async fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        let cookies = cookies(&response).join("; ");
        let html = response.text().await.unwrap();
        Self { html, cookies }
    }

    /// Opens the sign-in page.
    pub(super) async fn open(side: &Side, changes: Value) -> Self {
        let mut all = json!({ "prompt": null, "login_hint": null });
        all.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        Self::of(side.authorize(all).await).await
    }

    pub(super) fn html(&self) -> &str {
        &self.html
    }

    /// This page in a browser that has the cookies of another one.
    pub(super) fn with_cookies_of(&self, other: &Self) -> Self {
        Self {
            html: self.html.clone(),
            cookies: other.cookies.clone(),
        }
    }

    /// The form as a browser sends it, with this button.
    pub(super) fn press(&self, side: &Side, button: (&str, &str)) -> RequestBuilder {
        let (request, csrf) = (field(&self.html, "request"), field(&self.html, "csrf"));
        let fields = [("request", &*request), ("csrf", &*csrf), button];
        self.send(side, &fields)
    }

    fn send(&self, side: &Side, fields: &[(&str, &str)]) -> RequestBuilder {
        let address = format!("{}/_signin", side.provider.base_url());
        let request = side.client.post(address).form(fields);
        request.header("cookie", &self.cookies)
    }
}

pub(super) async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_form_is_refused_unless_the_issuers_own_page_sent_it() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let page = Page::open(&side, json!({})).await;
        let other = Page::open(&side, json!({})).await;
        let (request, csrf) = (field(&page.html, "request"), field(&page.html, "csrf"));
        let other_csrf = field(&other.html, "csrf");
        let admin = ("persona", "admin");
        let good = || page.press(&side, admin);
        let host = side.provider.base_url();
        let no_cookie = Page {
            html: page.html.clone(),
            cookies: String::new(),
        };
        let other_browser = Page {
            html: page.html.clone(),
            cookies: other.cookies.clone(),
        };
        // What is wrong, the request, the status, and what the page says.
        let rows = [
            (
                "no CSRF token",
                page.send(&side, &[("request", &request), admin]),
                403,
                "not sent by the browser",
            ),
            (
                "another page's CSRF token",
                page.send(
                    &side,
                    &[("request", &request), ("csrf", &other_csrf), admin],
                ),
                403,
                "not sent by the browser",
            ),
            (
                "no cookie",
                no_cookie.press(&side, admin),
                403,
                "not sent by the browser",
            ),
            (
                "another browser",
                other_browser.press(&side, admin),
                403,
                "not sent by the browser",
            ),
            (
                "no request",
                page.send(&side, &[("csrf", &csrf), admin]),
                400,
                "expired or was used already",
            ),
            (
                "cross-site",
                good().header("sec-fetch-site", "cross-site"),
                403,
                "a page of another site",
            ),
            (
                "another port of this host",
                good().header("sec-fetch-site", "same-site"),
                403,
                "a page of another site",
            ),
            (
                "another origin",
                good().header("origin", "http://evil.example"),
                403,
                "a page of another site",
            ),
            (
                "an opaque origin",
                good().header("origin", "null"),
                403,
                "a page of another site",
            ),
            (
                "an unknown user",
                page.press(&side, ("persona", "<b>nobody")),
                400,
                "There is no user &#60;b&#62;nobody",
            ),
            (
                "a machine",
                page.press(&side, ("persona", "machine")),
                400,
                "There is no user machine",
            ),
            (
                "no choice",
                page.press(&side, ("x", "y")),
                400,
                "There is no user",
            ),
        ];
        for (case, request, status, text) in rows {
            let response = send(request).await;
            assert_eq!(cookies(&response), [""; 0], "{case}");
            let (found, said) = problem(response).await;
            assert_eq!(found, status, "{case}: {said}");
            assert!(said.contains(text), "{case}: {said}");
        }
        let good = good()
            .header("sec-fetch-site", "same-origin")
            .header("origin", host);
        let sent = returned(&send(good).await);
        assert_eq!(
            (&*sent["state"], &*sent["iss"]),
            ("the state", side.document["issuer"].as_str().unwrap())
        );
        let (status, body) = side.redeem(&sent["code"], json!({})).await;
        assert_eq!(status, 200, "{body}");
        let (status, said) = problem(send(page.press(&side, admin)).await).await;
        assert_eq!(status, 400, "{said}");
    }
}

#[tokio::test]
async fn a_page_cannot_be_framed_read_from_elsewhere_or_run_a_script() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let open = side
            .authorization(json!({ "prompt": "login" }))
            .header("origin", "http://localhost:8000");
        let response = send(open).await;
        let headers = response.headers().clone();
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:5001; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(headers.get("access-control-allow-origin"), None);
        let cookie = header("set-cookie");
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        let html = response.text().await.unwrap();
        for word in ["<script", "style=", "onclick", "http:", "https:"] {
            assert!(!html.contains(word), "{word}: {html}");
        }
        let style = format!("{}/_signin/style.css", side.provider.base_url());
        let style = send(side.client.get(style)).await;
        assert_eq!(style.status(), 200);
        assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");

        let secure = side
            .authorization(json!({ "prompt": "login" }))
            .header("x-forwarded-proto", "https");
        let secure = send(secure).await;
        let cookie = secure.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.ends_with("; Secure"), "{cookie}");
    }
}

#[tokio::test]
async fn a_persona_that_is_markup_is_text() {
    let mut config = quick();
    config.personas = Personas::from_toml(
        r#"
        [[persona]]
        name = "<script>alert(1)</script>"
        description = "\"><img src=x>"
        kind = "user"
        profile = { name = "<b>Bold</b>", email = "'<i>'@example.com" }
        descope = { client_id = "c", access_key = "k", roles = ["<u>"], scopes = ["openid"] }
        auth0 = { client_id = "c", client_secret = "k", roles = ["<u>"], scopes = ["openid"] }
        "#,
    )
    .unwrap();
    let issuer = LocalIssuer::start(config).await.unwrap();
    for side in Side::both(&issuer).await {
        let page = Page::open(&side, json!({})).await;
        for markup in ["<script", "<img", "<b>", "<i>", "<u>"] {
            assert!(!page.html.contains(markup), "{markup}: {}", page.html);
        }
        assert!(page.html.contains("&#60;b&#62;Bold&#60;/b&#62;"));
        let chosen = page.press(&side, ("persona", "<script>alert(1)</script>"));
        let sent = returned(&send(chosen).await);
        let (status, body) = side.redeem(&sent["code"], json!({})).await;
        assert_eq!(status, 200, "{body}");
    }
}

#[tokio::test]
async fn the_page_lists_users_with_their_rights_and_the_expected_one_first() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let page = Page::open(&side, json!({ "login_hint": "vera@example.com" })).await;
        let names: Vec<_> = page.html.split("<span class=\"name\">").skip(1).collect();
        assert!(names[0].starts_with("viewer<"), "{}", names[0]);
        assert!(names[0].contains("the application expects this one"));
        assert!(names[1].starts_with("admin<"), "{}", names[1]);
        for right in ["write:messages", "delete:messages", "openid"] {
            assert!(
                names[1].contains(&format!("<code>{right}</code>")),
                "{right}"
            );
        }
        assert!(!page.html.contains("machine"), "a machine does not sign in");
        assert!(page.html.contains("<html lang=\"en\">"));
        assert!(page.html.contains("Sign in to Local app"));
    }
}

#[tokio::test]
async fn cancelling_is_access_denied() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let page = Page::open(&side, json!({})).await;
        let sent = returned(&send(page.press(&side, ("cancel", "1"))).await);
        assert_eq!(
            (&*sent["error"], &*sent["state"]),
            ("access_denied", "the state")
        );
    }
}
