use reqwest::Response;
use serde_json::{Value, json};

use super::{APP, Side, cookies, field, problem};
use crate::support::{facts, json_of, start};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Asks for the codes of a device.
async fn ask(side: &Side, changes: Value) -> (u16, Value) {
    let mut form = json!({ "client_id": APP, "scope": "openid profile read:messages" });
    if side.is_auth0() {
        form["audience"] = side.provider.audience().into();
    }
    form.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    let request = side
        .client
        .post(side.endpoint("device_authorization"))
        .form(&form);
    let (status, _, body) = facts(request.send().await.unwrap()).await;
    (status, body)
}

async fn poll(side: &Side, code: &Value, client: &str) -> (u16, Value) {
    let mut form = json!({ "grant_type": GRANT, "device_code": code, "client_id": client });
    if client == "local-web" {
        form["client_secret"] = "local-web-secret".into();
    }
    side.token_request(&mut form, json!({})).await
}

/// What the poll is told: status and `error`.
async fn told(side: &Side, code: &Value) -> (u16, Value) {
    let (status, body) = poll(side, code, APP).await;
    (status, body.get("error").cloned().unwrap_or_default())
}

/// A browser at the page for devices.
struct Browser<'a> {
    side: &'a Side,
    cookies: Vec<String>,
    html: String,
}

impl<'a> Browser<'a> {
    async fn open(side: &'a Side, address: &Value) -> Self {
        let response = side
            .client
            .get(address.as_str().unwrap())
            .send()
            .await
            .unwrap();
        let mut browser = Self {
            side,
            cookies: Vec::new(),
            html: String::new(),
        };
        browser.shown(response).await;
        browser
    }

    async fn press(&self, button: (&str, &str)) -> Response {
        let (request, csrf) = (field(&self.html, "request"), field(&self.html, "csrf"));
        let form = [("request", &*request), ("csrf", &*csrf), button];
        let address = format!("{}/_signin", self.side.provider.base_url());
        let request = self.side.client.post(address).form(&form);
        request
            .header("cookie", self.cookies.join("; "))
            .send()
            .await
            .unwrap()
    }

    async fn shown(&mut self, response: Response) {
        assert_eq!(response.status(), 200);
        self.cookies.extend(cookies(&response));
        self.html = response.text().await.unwrap();
    }

    /// Signs in, and presses this button on the page that asks.
    async fn decide(&mut self, user_code: &str, decision: &str) {
        for button in [
            ("user_code", user_code),
            ("persona", "viewer"),
            ("decision", decision),
        ] {
            let response = self.press(button).await;
            self.shown(response).await;
        }
    }
}

#[tokio::test]
async fn a_device_waits_for_a_person_and_gets_its_tokens_once() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let (status, started) = ask(&side, json!({})).await;
        assert_eq!(
            (status, &started["expires_in"], &started["interval"]),
            (200, &json!(900), &json!(5))
        );
        let (code, user_code) = (
            &started["device_code"],
            started["user_code"].as_str().unwrap(),
        );
        let base = side.provider.base_url();
        assert_eq!(started["verification_uri"], format!("{base}/activate"));
        let complete = format!("{base}/activate?user_code={user_code}");
        assert_eq!(started["verification_uri_complete"], complete);

        let (pending, slow) = if side.is_auth0() {
            (403, 429)
        } else {
            (400, 400)
        };
        assert_eq!(
            told(&side, code).await,
            (pending, "authorization_pending".into())
        );
        assert_eq!(told(&side, code).await, (slow, "slow_down".into()));
        side.provider.set_clock_offset(6);
        assert_eq!(
            told(&side, code).await,
            (pending, "authorization_pending".into())
        );
        let (foreign, _) = poll(&side, code, "local-web").await;
        assert!((400..500).contains(&foreign), "another client: {foreign}");

        let mut browser = Browser::open(&side, &started["verification_uri_complete"]).await;
        assert!(
            browser.html.contains(&format!("value=\"{user_code}\"")),
            "{}",
            browser.html
        );
        let (status, said) = problem(browser.press(("user_code", "BBBB-<b>")).await).await;
        assert_eq!(status, 400);
        assert!(
            said.contains("No device waits for the code BBBB-&#60;b&#62;"),
            "{said}"
        );
        // However a person types it.
        let typed = user_code.to_lowercase().replace('-', " ");
        browser.decide(&typed, "allow").await;
        assert!(
            browser.html.contains("Device connected"),
            "{}",
            browser.html
        );

        let (status, tokens) = poll(&side, code, APP).await;
        assert_eq!(
            (status, &tokens["scope"]),
            (200, &json!("openid profile read:messages"))
        );
        let id = json_of(tokens["id_token"].as_str().unwrap(), 1);
        assert_eq!(id["name"], "Vera Viewer");
        let (status, again) = poll(&side, code, APP).await;
        assert!((400..500).contains(&status), "{again}");
        side.provider.set_clock_offset(0);
    }
}

#[tokio::test]
async fn a_device_that_is_denied_or_too_late_is_told_once() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let status = if side.is_auth0() { 403 } else { 400 };
        let (_, started) = ask(&side, json!({})).await;
        let mut browser = Browser::open(&side, &started["verification_uri"]).await;
        browser
            .decide(started["user_code"].as_str().unwrap(), "deny")
            .await;
        assert!(
            browser.html.contains("Device not connected"),
            "{}",
            browser.html
        );
        let code = &started["device_code"];
        assert_eq!(told(&side, code).await, (status, "access_denied".into()));
        assert_ne!(told(&side, code).await, (status, "access_denied".into()));

        let (_, started) = ask(&side, json!({})).await;
        let browser = Browser::open(&side, &started["verification_uri"]).await;
        side.provider.set_clock_offset(900);
        let late = browser
            .press(("user_code", started["user_code"].as_str().unwrap()))
            .await;
        assert_eq!(problem(late).await.0, 400);
        let code = &started["device_code"];
        assert_eq!(told(&side, code).await, (status, "expired_token".into()));
        assert_ne!(told(&side, code).await, (status, "expired_token".into()));
        side.provider.set_clock_offset(0);
    }
}

#[tokio::test]
async fn a_device_must_be_a_client_and_ask_for_what_is_there() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let refused = if side.is_auth0() {
            json!({ "audience": "https://other" })
        } else {
            json!({ "scope": "profile" })
        };
        for (changes, statuses) in [
            (json!({ "client_id": "" }), 400..401),
            (json!({ "client_id": "x" }), 401..402),
            (json!({ "client_id": "local-web" }), 401..402),
            (refused, 400..404),
        ] {
            let (status, body) = ask(&side, changes.clone()).await;
            assert!(statuses.contains(&status), "{changes}: {body}");
        }
    }
}
