//! A demo organization at the auth-server, created over HTTP like any other. Its owner may read and write billing.

use anyhow::{Context, Result, ensure};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

const USERNAME: &str = "demo";
const PASSWORD: &str = "demo-password";
/// Without `billing.delete`, to demonstrate a 403.
const ACTIONS: [&str; 2] = ["read", "write"];

/// Signs up the organization, and creates the permissions of its owner.
pub async fn create(auth_server: &str) -> Result<()> {
    let demo = Demo {
        url: auth_server,
        client: client()?,
    };
    demo.sign_up().await?;
    let token = demo.log_in().await?;
    let owner = demo.owner(&token).await?;
    for action in ACTIONS {
        demo.permit(&token, &owner, action).await?;
    }
    Ok(())
}

/// Returns the username and password of the demo user.
pub fn credentials() -> (&'static str, &'static str) {
    (USERNAME, PASSWORD)
}

struct Demo<'u> {
    url: &'u str,
    client: Client,
}

impl Demo<'_> {
    async fn sign_up(&self) -> Result<()> {
        let body = json!({
            "user": {"username": USERNAME, "password": PASSWORD, "primary_email": "demo@example.com"},
            "org": {"name": "demo", "domain": "demo.example.com", "type": "teams", "mfa_enabled": false},
        });
        self.post("/user/signup", &body, None).await.map(drop)
    }

    async fn log_in(&self) -> Result<String> {
        let form = [
            ("grant_type", "password"),
            ("username", USERNAME),
            ("password", PASSWORD),
            ("scope", ""),
        ];
        let request = self.client.post(format!("{}/user/login", self.url));
        let answer = answered(request.form(&form)).await?;
        let token = answer.get("access_token").and_then(Value::as_str);
        Ok(token.context("a login without a token")?.to_owned())
    }

    async fn owner(&self, token: &str) -> Result<Value> {
        let request = self.client.get(format!("{}/role/", self.url));
        let roles = answered(request.bearer_auth(token)).await?;
        let roles = roles.as_array().context("the roles are not a list")?;
        let named = |role: &&Value| role.get("name").and_then(Value::as_str) == Some("owner");
        let owner = roles.iter().find(named);
        let id = owner.and_then(|role| role.get("id")).cloned();
        id.context("there is no role owner")
    }

    async fn permit(&self, token: &str, role: &Value, action: &str) -> Result<()> {
        let permission = json!({
            "service": "example_service", "resource": "billing", "action": action,
            "description": format!("Example service {action}"),
        });
        self.post("/permission/", &permission, Some(token)).await?;
        let slug = format!("example_service.billing.{action}");
        let attach = json!({"role_id": role, "permission_slug": slug});
        let path = "/role/attach-permission";
        self.post(path, &attach, Some(token)).await.map(drop)
    }

    async fn post(&self, path: &str, body: &Value, token: Option<&str>) -> Result<Value> {
        let request = self.client.post(format!("{}{path}", self.url)).json(body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        answered(request).await
    }
}

async fn answered(request: RequestBuilder) -> Result<Value> {
    let answer = request.send().await.context("auth-server")?;
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    // Only an error body is shown: a success body may contain a token.
    ensure!(status.is_success(), "{url} answered {status} with {text}");
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
fn client() -> Result<Client> {
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        // Everything runs on this machine, so the playground also works without a CA bundle.
        .tls_certs_only([]);
    Ok(client.build()?)
}
