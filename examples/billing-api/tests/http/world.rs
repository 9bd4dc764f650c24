//! What the tests share: an issuer, services that trust it, and callers.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use billing_api::{Settings, server};
use identity_actix::settings::{SettingsReader, Signals};
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, Mint, ProviderHandle};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::time::interval;

pub(crate) const READ: &str = "example_service.billing.read";
pub(crate) const WRITE: &str = "example_service.billing.write";
pub(crate) const DELETE: &str = "example_service.billing.delete";
pub(crate) const ALL: &[&str] = &[READ, WRITE, DELETE];

/// A running service; it stops when it is dropped.
pub(crate) struct Service {
    base_url: String,
    client: Client,
    /// Where it runs in this process.
    handle: Option<ServerHandle>,
}

/// Status, headers and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

/// What a service is told, as pairs, with a database of its own.
pub(crate) struct Environment {
    folder: TempDir,
    pairs: Vec<(&'static str, String)>,
}

/// An issuer and a service that trusts it.
pub(crate) struct World {
    pub(crate) issuer: LocalIssuer,
    pub(crate) service: Service,
    _environment: Environment,
}

pub(crate) fn quick() -> IssuerConfig {
    IssuerConfig {
        keys: KeyOrigin::Shared,
        ..IssuerConfig::default()
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&'static str, &str)]) -> Self {
        let issuer = LocalIssuer::start(quick()).await.unwrap();
        let mut environment = Environment::of(issuer.auth0());
        for (name, value) in settings {
            environment = environment.with(name, value);
        }
        let service = environment.start().await;
        service.until_ready().await;
        Self {
            issuer,
            service,
            _environment: environment,
        }
    }

    /// A token of one organization with these scopes.
    pub(crate) fn token(&self, organization: &str, scopes: &[&str]) -> String {
        good(self.issuer.auth0(), scopes)
            .claim("org_id", organization)
            .token()
            .unwrap()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.service.call("GET", path, Some(token), None).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.service
            .call(method, path, Some(token), Some(body))
            .await
    }

    /// Makes an invoice for 100.00 EUR and answers it.
    pub(crate) async fn invoice(&self, token: &str, number: &str) -> Value {
        let made = self
            .send("POST", "/billing/invoices", token, &new_invoice(number))
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body
    }
}

pub(crate) fn new_invoice(number: &str) -> Value {
    json!({"number": number, "customer": "Ada", "amount": 10_000, "currency": "EUR"})
}

/// A good token with these scopes, for no organization.
pub(crate) fn good(provider: &ProviderHandle, scopes: &[&str]) -> Mint {
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), json!(provider.issuer()));
    claims.insert("aud".to_owned(), json!(provider.audience()));
    claims.insert("sub".to_owned(), json!("U1"));
    claims.insert("scopes".to_owned(), json!(scopes));
    provider.mint_claims(claims).expires_in(600)
}

impl Environment {
    /// A service that trusts this side of an issuer.
    pub(crate) fn of(provider: &ProviderHandle) -> Self {
        Self::for_issuer(&provider.issuer(), provider.audience())
    }

    pub(crate) fn for_issuer(issuer: &str, audience: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}/invoices.db", folder.path().display());
        let pairs = vec![
            ("ISSUER", issuer.to_owned()),
            ("AUDIENCE", audience.to_owned()),
            ("DATABASE_URL", database),
            ("PORT", "0".to_owned()),
            ("WORKERS", "1".to_owned()),
            ("SHUTDOWN_TIMEOUT_SECONDS", "0".to_owned()),
        ];
        Self { folder, pairs }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.pairs.retain(|(known, _)| *known != name);
        self.pairs.push((name, value.to_owned()));
        self
    }

    /// The settings as they stand in an environment.
    pub(crate) fn pairs(&self) -> &[(&'static str, String)] {
        &self.pairs
    }

    pub(crate) fn folder(&self) -> &TempDir {
        &self.folder
    }

    /// Starts a service; whether it is ready is another question.
    pub(crate) async fn start(&self) -> Service {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let reader = SettingsReader::from_values("BILLING_API", pairs);
        let mut settings = Settings::read(reader).unwrap();
        settings.service.signals = Signals::Ignored;
        let server = server::build(settings).await.unwrap();
        let (address, handle) = (server.address(), server.handle());
        // It ends when it is stopped; there is nobody left to tell why.
        drop(actix_web::rt::spawn(server.run()));
        Service {
            base_url: format!("http://{address}"),
            client: client(),
            handle: Some(handle),
        }
    }
}

impl Service {
    /// One that somebody else runs, and stops.
    pub(crate) fn at(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            client: client(),
            handle: None,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        let port = self.base_url.rsplit(':').next().unwrap();
        port.parse().unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client
            .request(method, format!("{}{path}", self.base_url))
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request).await
    }

    pub(crate) async fn until_ready(&self) {
        self.until("/health/ready", None, 200).await;
    }

    /// Asks again until the answer has this status.
    pub(crate) async fn until(&self, path: &str, token: Option<&str>, status: u16) {
        let mut pauses = interval(Duration::from_millis(20));
        let mut last = None;
        for _ in 0..1500 {
            pauses.tick().await;
            let answer = self.call("GET", path, token, None).await;
            if answer.status == status {
                return;
            }
            last = Some(answer);
        }
        panic!("{path} is never answered {status}: {last:?}");
    }

    /// Waits until its port and its database are free.
    pub(crate) async fn stop(mut self) {
        if let Some(handle) = self.handle.take() {
            handle.stop(false).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The command is sent when the future is made.
        drop(self.handle.take().map(|handle| handle.stop(false)));
    }
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        Self {
            status,
            headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    /// A problem with this status, code and detail, and nothing else.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str, detail: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        assert_eq!(self.body["status"], status, "{self:?}");
        assert_eq!(self.body["code"], code, "{self:?}");
        assert_eq!(self.body["detail"], detail, "{self:?}");
        assert!(self.body["request_id"].is_string(), "{self:?}");
        let challenged = matches!(status, 401 | 403) || code == "invalid_request";
        assert_eq!(
            self.headers.contains_key("www-authenticate"),
            challenged,
            "{self:?}"
        );
    }

    /// The fields that a 422 names.
    #[track_caller]
    pub(crate) fn fields(&self) -> Vec<&str> {
        assert_eq!(
            (self.status, &self.body["code"]),
            (422, &json!("invalid_input")),
            "{self:?}"
        );
        let errors = self.body["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
fn client() -> Client {
    Client::builder()
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // A service that was stopped has nothing to wait for.
        .pool_max_idle_per_host(0)
        .tls_certs_only([])
        .build()
        .unwrap()
}
