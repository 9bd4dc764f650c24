//! A browser: it keeps cookies, sends forms of pages, and follows no redirect by itself.

use std::collections::BTreeMap;
use std::sync::Mutex;

use identity_core::http::client_builder;
use identity_core::http::reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use identity_core::http::reqwest::redirect::Policy;
use identity_core::http::reqwest::{Client, RequestBuilder};
use serde_json::Value;
use url::Url;

/// A browser without cookies.
pub struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What it shows.
pub struct Page {
    pub address: Url,
    pub status: u16,
    pub html: String,
    location: Option<String>,
}

impl Browser {
    pub fn new() -> Self {
        let client = client_builder().no_proxy().redirect(Policy::none());
        Self {
            client: client.build().unwrap(),
            cookies: Mutex::default(),
        }
    }

    pub async fn get(&self, address: &str) -> Page {
        self.send(self.client.get(address)).await
    }

    pub async fn get_with(&self, address: &str, token: &str) -> Page {
        self.send(self.client.get(address).bearer_auth(token)).await
    }

    pub async fn post_json(&self, address: &str, body: &Value) -> Page {
        let request = self.client.post(address);
        let request = request.header(CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// Sends the form of a page with these fields.
    pub async fn press(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let (_, action) = page.html.split_once("method=\"post\" action=\"").unwrap();
        let action = page
            .address
            .join(action.split('"').next().unwrap())
            .unwrap();
        let hidden = page.html.split("type=\"hidden\" name=\"").skip(1);
        let hidden = hidden.map(|field| {
            let mut parts = field.split('"');
            let (name, value) = (parts.next().unwrap(), parts.nth(1).unwrap());
            (name, value.replace("&#38;", "&"))
        });
        let mut form: Vec<_> = hidden.collect();
        form.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        self.send(self.client.post(action).form(&form)).await
    }

    async fn send(&self, request: RequestBuilder) -> Page {
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let response = request.header(COOKIE, cookies).send().await.unwrap();
        for header in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = header.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(LOCATION);
        let location = location.map(|location| location.to_str().unwrap().to_owned());
        Page {
            address: response.url().clone(),
            status: response.status().as_u16(),
            location,
            html: response.text().await.unwrap(),
        }
    }
}

/// Returns where the browser is sent.
pub fn location(page: &Page) -> String {
    page.location
        .clone()
        .unwrap_or_else(|| panic!("{}", page.html))
}
