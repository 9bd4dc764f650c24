//! A browser: it keeps cookies, sends forms of pages, and follows no redirect by itself.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use openidconnect::reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use openidconnect::reqwest::{Client, RequestBuilder};
use openidconnect::url::Url;

/// A browser, which shows the last response.
pub struct Browser {
    http: Client,
    cookies: BTreeMap<String, String>,
    address: Option<Url>,
    html: String,
    location: Option<String>,
}

impl Browser {
    pub fn new(http: Client) -> Self {
        Self {
            http,
            cookies: BTreeMap::new(),
            address: None,
            html: String::new(),
            location: None,
        }
    }

    pub async fn open(&mut self, address: Url) -> Result<()> {
        self.send(self.http.get(address)).await
    }

    /// Sends the form of the page with these fields.
    pub async fn press(&mut self, fields: &[(&str, String)]) -> Result<()> {
        let form = self.html.split_once("method=\"post\" action=\"");
        let (_, form) = form.with_context(|| format!("no form: {}", self.html))?;
        let action = form.split('"').next().unwrap_or_default();
        let address = self.address.as_ref().context("no page")?.join(action)?;
        let hidden = form.split("type=\"hidden\" name=\"").skip(1);
        let hidden = hidden.filter_map(|field| {
            let mut parts = field.split('"');
            let name = parts.next()?;
            Some((name, parts.nth(1)?.replace("&#38;", "&")))
        });
        let mut form: Vec<_> = hidden.collect();
        form.extend(fields.iter().cloned());
        let request = self.http.post(address).form(&form);
        self.send(request).await
    }

    /// Returns the address that the last response sends the browser to.
    pub fn location(&self) -> Result<Url> {
        let location = self.location.as_deref();
        let location = location.with_context(|| format!("no redirect: {}", self.html))?;
        Ok(location.parse()?)
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<()> {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let response = request.header(COOKIE, cookies).send().await?;
        for header in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = header.to_str()?.split_once('=').context("a cookie")?;
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(LOCATION);
        self.location = location
            .map(|value| value.to_str().map(str::to_owned))
            .transpose()?;
        self.address = Some(response.url().clone());
        let status = response.status();
        self.html = response.text().await?;
        ensure!(
            !status.is_client_error() && !status.is_server_error(),
            "{status}: {}",
            self.html
        );
        Ok(())
    }
}
