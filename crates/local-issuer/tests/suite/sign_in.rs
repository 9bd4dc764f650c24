//! People sign in, at both providers, over real HTTP.

mod browser;
mod codes;
mod device;
mod flow;
mod page;
mod providers;
mod refusals;
mod sign_out;
mod tenants;

use std::collections::BTreeMap;

use local_issuer::{LocalIssuer, ProviderHandle, ProviderKind};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Map, Value, json};
use url::Url;

use crate::support::{client_without_redirects, get_json, post_form};

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT_URI: &str = "http://127.0.0.1:5001/callback";
const APP: &str = "local-app";

/// A client at one provider, which knows it by its discovery document.
struct Side {
    provider: ProviderHandle,
    document: Value,
    client: Client,
}

impl Side {
    async fn of(provider: &ProviderHandle) -> Self {
        Self {
            provider: provider.clone(),
            document: get_json(&provider.discovery_url()).await,
            client: client_without_redirects(),
        }
    }

    async fn both(issuer: &LocalIssuer) -> [Self; 2] {
        [
            Self::of(issuer.descope()).await,
            Self::of(issuer.auth0()).await,
        ]
    }

    fn name(&self) -> &'static str {
        self.provider.kind().name()
    }

    fn is_auth0(&self) -> bool {
        self.provider.kind() == ProviderKind::Auth0
    }

    fn endpoint(&self, name: &str) -> &str {
        self.document[format!("{name}_endpoint")].as_str().unwrap()
    }

    /// A good authorization request that needs no click, with these members instead; `null` leaves one out.
    fn parameters(&self, changes: Value) -> Map<String, Value> {
        let mut parameters = json!({
            "response_type": "code", "client_id": APP, "redirect_uri": REDIRECT_URI, "state": "the state",
            "scope": "openid profile offline_access read:messages", "nonce": "the nonce", "prompt": "none",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256", "login_hint": "viewer",
        });
        let parameters = parameters.as_object_mut().unwrap();
        if self.is_auth0() {
            let audience = self.provider.audience().into();
            parameters.insert("audience".to_owned(), audience);
        }
        parameters.extend(changes.as_object().unwrap().clone());
        parameters.retain(|_, value| !value.is_null());
        parameters.clone()
    }

    fn authorization(&self, changes: Value) -> RequestBuilder {
        let query = Value::Object(self.parameters(changes));
        self.client
            .get(address(self.endpoint("authorization"), &query))
    }

    async fn authorize(&self, changes: Value) -> Response {
        self.authorization(changes).send().await.unwrap()
    }

    async fn code(&self, changes: Value) -> String {
        let sent = returned(&self.authorize(changes).await);
        sent.get("code")
            .unwrap_or_else(|| panic!("{sent:?}"))
            .clone()
    }

    /// A token request with a code, with these members instead.
    async fn redeem(&self, code: &str, changes: Value) -> (u16, Value) {
        let mut form = json!({
            "grant_type": "authorization_code", "code": code, "client_id": APP, "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        });
        self.token_request(&mut form, changes).await
    }

    async fn refresh(&self, token: &str, changes: Value) -> (u16, Value) {
        let mut form =
            json!({ "grant_type": "refresh_token", "refresh_token": token, "client_id": APP });
        self.token_request(&mut form, changes).await
    }

    async fn token_request(&self, form: &mut Value, changes: Value) -> (u16, Value) {
        let form = form.as_object_mut().unwrap();
        form.extend(changes.as_object().unwrap().clone());
        form.retain(|_, value| !value.is_null());
        let (status, cache_control, body) = post_form(self.endpoint("token"), form).await;
        assert_eq!(cache_control, "no-store", "{body}");
        (status, body)
    }

    /// The tokens of a sign-in.
    async fn tokens(&self, changes: Value) -> Value {
        let code = self.code(changes).await;
        let (status, tokens) = self.redeem(&code, json!({})).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn user_info(&self, token: &Value) -> (u16, Value) {
        let request = self.client.get(self.endpoint("userinfo"));
        let request = request.bearer_auth(token.as_str().unwrap());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The refusal of a refresh token: the same, whatever is wrong with it.
    fn wrong_refresh_token(&self) -> (u16, Value) {
        if self.is_auth0() {
            (
                403,
                json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." }),
            )
        } else {
            (
                401,
                json!({
                    "errorCode": "E061005", "errorDescription": "Invalid token",
                    "errorMessage": "Failed to validate refresh token",
                }),
            )
        }
    }
}

/// An address with a query.
fn address(base: &str, query: &Value) -> Url {
    let query = query.as_object().unwrap().iter();
    Url::parse_with_params(
        base,
        query.map(|(name, value)| (name, value.as_str().unwrap())),
    )
    .unwrap()
}

/// Where a response sends the browser, without the query.
fn location(response: &Response) -> String {
    let location = response.headers().get("location");
    let location = location.map(|location| location.to_str().unwrap().to_owned());
    location.unwrap_or_else(|| panic!("no redirect: {}", response.status()))
}

/// What a redirect brings back to the client.
fn returned(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 302);
    let location = Url::parse(&location(response)).unwrap();
    location.query_pairs().into_owned().collect()
}

/// The cookies that a response sets, as the browser sends them back.
fn cookies(response: &Response) -> Vec<String> {
    let set = response.headers().get_all("set-cookie").iter();
    set.map(|cookie| {
        cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    })
    .collect()
}

/// The value of a hidden field.
fn field(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = html
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {name}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The text of a page that says what is wrong.
async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("location"), None);
    let html = response.text().await.unwrap();
    let (_, rest) = html.split_once("class=\"lead\">").unwrap();
    (status, rest.split("</p>").next().unwrap().to_owned())
}
