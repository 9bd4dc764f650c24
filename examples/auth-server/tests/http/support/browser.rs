//! A browser: it keeps cookies, sends forms of pages, and follows no redirect by itself.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder};
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Answer, Api, PASSWORD, TestDatabase, send, settings};

/// The verifier of RFC 7636, appendix B, and its challenge.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "https://shop.example.com/callback";

/// A browser at one server.
pub struct Browser {
    api: Api,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// Settings with three clients.
pub fn with_clients(database: &TestDatabase) -> auth_server::Settings {
    let mut settings = settings(database);
    let clients = format!("shop={CALLBACK}, other={CALLBACK}, cli=http://127.0.0.1/cb");
    settings.public_clients = clients.parse().unwrap();
    settings
}

/// The query of an authorization request of the client `shop`, with these parameters in place of its own; one without a
/// value is left out.
pub fn query(changes: &[(&str, &str)]) -> String {
    let mut parameters = BTreeMap::from([
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "a state"),
    ]);
    parameters.extend(changes.iter().copied());
    let parameters = parameters.iter().filter(|(_, value)| !value.is_empty());
    Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// The parameters that a redirect brings to the client. Panics if it goes elsewhere.
#[track_caller]
pub fn arrived(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let location = answer.header("location");
    assert!(location.starts_with(&format!("{CALLBACK}?")), "{location}");
    let url = Url::parse(location).unwrap();
    url.query_pairs().into_owned().collect()
}

impl Browser {
    pub fn at(api: &Api) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a client of tests that follows no redirects; it asks loopback alone"
        )]
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(super::api::RESPONSE_WITHIN)
            .build()
            .unwrap();
        Self {
            api: Api {
                http,
                base: api.base.clone(),
            },
            cookies: Mutex::default(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.api.request(Method::GET, path)).await
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.api.request(Method::POST, path).form(fields)
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let cookies: Vec<_> = self.cookies.lock().unwrap().clone().into_iter().collect();
        let cookies: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = send(request.header("cookie", cookies.join("; "))).await;
        for header in answer.headers.get_all(SET_COOKIE) {
            let (name, rest) = header.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies
                .lock()
                .unwrap()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub async fn authorize(&self, changes: &[(&str, &str)]) -> Answer {
        self.get(&format!("/oauth/authorize?{}", query(changes)))
            .await
    }

    /// Opens the sign-in page and sends its form.
    pub async fn sign_in(
        &self,
        changes: &[(&str, &str)],
        username: &str,
        password: &str,
    ) -> Answer {
        let page = self.authorize(changes).await.expect(200);
        let fields = hidden(&page);
        let mut form: Vec<_> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        form.extend([("username", username), ("password", password)]);
        self.send(self.post("/oauth/sign-in", &form)).await
    }

    /// Signs in, and returns the code.
    pub async fn code(&self, changes: &[(&str, &str)], username: &str) -> String {
        let answer = self.sign_in(changes, username, PASSWORD).await;
        arrived(&answer)["code"].clone()
    }
}

/// The hidden fields of the form of a page.
pub fn hidden(page: &Answer) -> Vec<(String, String)> {
    let html = page.body.as_str().unwrap();
    let fields = html.split(r#"type="hidden" name=""#).skip(1);
    let fields = fields.map(|field| {
        let mut parts = field.split('"');
        let (name, value) = (parts.next().unwrap(), parts.nth(1).unwrap());
        (name.to_owned(), value.replace("&#38;", "&"))
    });
    fields.collect()
}

/// Redeems a code as the client `shop`, with these parameters in place of its own.
pub async fn redeem(api: &Api, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut form = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("code", code),
    ]);
    form.extend(changes.iter().copied());
    let form: Vec<_> = form
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    api.form("/oauth/token", &form).await
}
