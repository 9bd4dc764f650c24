//! The page at `/`, as a browser without script uses it.

mod changes;
mod one_token;
mod refusals;
mod services;
mod tokens;

use std::collections::BTreeMap;

use local_issuer::{IssuerConfig, LocalIssuer, ProviderHandle};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Response};

use crate::support::{client_without_redirects, quick, start};

const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A browser that has the page open.
struct Browser {
    client: Client,
    base: String,
    cookies: BTreeMap<String, String>,
    html: String,
}

/// What a form leads to.
struct Seen {
    status: u16,
    headers: HeaderMap,
}

impl Browser {
    async fn open(provider: &ProviderHandle) -> Self {
        let mut browser = Self {
            client: client_without_redirects(),
            base: provider.base_url().to_owned(),
            cookies: BTreeMap::new(),
            html: String::new(),
        };
        assert_eq!(browser.load().await.status, 200);
        browser
    }

    async fn load(&mut self) -> Seen {
        let request = self.client.get(format!("{}/", self.base));
        self.take(request.header("accept", ACCEPT)).await
    }

    /// The form of this action as the page has it, with these fields.
    fn form(&self, action: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut all = vec![("csrf", self.csrf(action))];
        all.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        self.post(action, &all)
    }

    fn post(&self, action: &str, fields: &[(&str, String)]) -> RequestBuilder {
        let address = format!("{}/_page/{action}", self.base);
        self.client.post(address).form(fields)
    }

    fn csrf(&self, action: &str) -> String {
        let start = format!("action=\"/_page/{action}\"");
        let (_, form) = self
            .html
            .split_once(&start)
            .unwrap_or_else(|| panic!("no form {action}"));
        let (_, value) = form.split_once("name=\"csrf\" value=\"").unwrap();
        value.split('"').next().unwrap().to_owned()
    }

    /// Sends the form, and follows to the page if it leads there.
    async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> u16 {
        let request = self.form(action, fields);
        let seen = self.take(request).await;
        if seen.status != 303 {
            return seen.status;
        }
        let place = seen.headers["location"].to_str().unwrap();
        assert!(place == "/" || place.starts_with("/#"), "{place}");
        self.load().await.status
    }

    /// Sends a request as this browser, which keeps the cookies and shows the page of the response.
    async fn take(&mut self, request: RequestBuilder) -> Seen {
        let sent = self.as_this_browser(request).send().await.unwrap();
        let (status, headers) = (sent.status().as_u16(), sent.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("; Path=/; HttpOnly; SameSite=Lax"),
                "{cookie}"
            );
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.html = sent.text().await.unwrap();
        Seen { status, headers }
    }

    fn as_this_browser(&self, request: RequestBuilder) -> RequestBuilder {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        request.header("cookie", Vec::from_iter(pairs).join("; "))
    }
}

async fn both(issuer: &LocalIssuer) -> [Browser; 2] {
    [
        Browser::open(issuer.descope()).await,
        Browser::open(issuer.auth0()).await,
    ]
}

async fn with_personas(toml: &str) -> LocalIssuer {
    let config = IssuerConfig {
        personas: local_issuer::Personas::from_toml(toml).unwrap(),
        ..quick()
    };
    LocalIssuer::start(config).await.unwrap()
}

#[tokio::test]
async fn a_program_gets_at_the_root_what_any_unknown_path_gives() {
    let issuer = start().await;
    for base in [issuer.descope().base_url(), issuer.auth0().base_url()] {
        let client = client_without_redirects();
        for accept in ["*/*", "application/json"] {
            let ask = |path: &str| {
                client
                    .get(format!("{base}{path}"))
                    .header("accept", accept)
                    .send()
            };
            let (root, unknown) = (ask("/").await.unwrap(), ask("/nowhere").await.unwrap());
            let status = |response: &Response| response.status().as_u16();
            assert_eq!((status(&root), status(&unknown)), (404, 404));
            let unknown = unknown.text().await.unwrap().replace("/nowhere", "/");
            assert_eq!(root.text().await.unwrap(), unknown);
        }
        let posted = client
            .post(base)
            .header("accept", ACCEPT)
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), 404);
    }
}

#[tokio::test]
async fn the_page_shows_who_there_is_and_cannot_be_framed_read_from_elsewhere_or_run_a_script() {
    let issuer = start().await;
    for mut browser in both(&issuer).await {
        let request = browser.client.get(&browser.base).header("accept", ACCEPT);
        let seen = browser
            .take(request.header("origin", "http://localhost:8000"))
            .await;
        let header = |name: &str| seen.headers[name].to_str().unwrap();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        let mut varies = seen.headers.get_all("vary").iter();
        assert!(varies.any(|names| names.to_str().unwrap().contains("accept")));
        assert_eq!(seen.headers.get("access-control-allow-origin"), None);
        for word in ["<script", "style=", "onclick", " src="] {
            assert!(!browser.html.contains(word), "{word}");
        }
        for word in [
            "local-app",
            "delete:messages",
            "RS256",
            "openid-configuration",
            "Acme",
            "machine",
        ] {
            let found = browser.html.to_lowercase().contains(&word.to_lowercase());
            assert!(found, "{word}: {}", browser.html);
        }
        assert!(
            browser.html.contains("LOCAL_ISSUER_CONTROL_TOKEN"),
            "how to switch it on"
        );
        assert!(!browser.html.contains("-secret"), "no secret");
        for sheet in ["base", "front"] {
            let sheet = format!("{}/_page/{sheet}.css", browser.base);
            assert_eq!(
                browser.client.get(sheet).send().await.unwrap().status(),
                200
            );
        }
    }
}

#[tokio::test]
async fn markup_in_a_persona_is_text() {
    let issuer = with_personas(
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
    .await;
    for mut browser in both(&issuer).await {
        let minted = [("persona", "<script>alert(1)</script>")];
        assert_eq!(browser.submit("mint", &minted).await, 200);
        assert!(browser.html.contains("&#60;b&#62;Bold"));
        for markup in ["<script", "<img", "<b>", "<i>", "<u>"] {
            assert!(!browser.html.contains(markup), "{markup}");
        }
        assert!(!browser.html.contains("curl -s"), "not for a shell");
    }
}

#[tokio::test]
async fn requests_are_shown_with_path_and_status_and_without_the_query() {
    let issuer = start().await;
    for mut browser in both(&issuer).await {
        assert!(
            browser.html.contains("0 since the start"),
            "its own are not counted"
        );
        let asked = format!("{}/nowhere/%3Cb%3E?code=told-to-none", browser.base);
        browser.client.get(asked).send().await.unwrap();
        browser.load().await;
        assert!(browser.html.contains("1 since the start"));
        let (_, row) = browser.html.split_once("<code>/nowhere/").unwrap();
        assert!(row.contains("<td>404</td>"), "{row}");
        assert!(!browser.html.contains("told-to-none") && !browser.html.contains("<b>"));
    }
}
