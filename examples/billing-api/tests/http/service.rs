//! A running service and its responses.

use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use service_kit::BoundServer;
use tempfile::TempDir;
use tokio::time::interval;

/// A running service. Stops when dropped.
pub(crate) struct Service {
    base_url: String,
    client: Client,
    /// Set if it runs in this process.
    handle: Option<ServerHandle>,
    /// The folder of its database.
    _folder: Option<Rc<TempDir>>,
}

/// Status, headers and body of a response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Service {
    /// Runs the server in this process.
    pub(crate) fn run_by(server: BoundServer, folder: &Rc<TempDir>) -> Self {
        let (address, handle) = (server.address(), server.handle());
        // It ends when stopped, and no test looks at the outcome.
        drop(actix_web::rt::spawn(server.run()));
        Self {
            base_url: format!("http://{address}"),
            client: client(),
            handle: Some(handle),
            _folder: Some(Rc::clone(folder)),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.base_url
    }

    /// A service that is started and stopped elsewhere.
    pub(crate) fn at(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            client: client(),
            handle: None,
            _folder: None,
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

    /// Repeats the request until the response has this status.
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

    /// Stops the service and waits until its port and its database are free.
    pub(crate) async fn stop(mut self) {
        if let Some(handle) = self.handle.take() {
            handle.stop(false).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The stop command is sent when the future is created, so it need not be polled.
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

    /// Asserts that the response is a problem with exactly this status, code and detail.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str, detail: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let media_type = self.header("content-type");
        assert_eq!(media_type, "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        assert_eq!(self.body["code"], code, "{self:?}");
        assert_eq!(self.body["detail"], detail, "{self:?}");
        assert!(self.body["request_id"].is_string(), "{self:?}");
        let challenged = matches!(status, 401 | 403) || code == "invalid_request";
        let has_challenge = self.headers.contains_key("www-authenticate");
        assert_eq!(has_challenge, challenged, "{self:?}");
    }

    /// Asserts the status and the code alone. `why` is for the failure output.
    #[track_caller]
    pub(crate) fn has_code(&self, status: u16, code: &str, why: &str) {
        let found = (self.status, &self.body["code"]);
        assert_eq!(found, (status, &json!(code)), "{why}: {self:?}");
    }

    /// Returns the fields of a 422 response.
    #[track_caller]
    pub(crate) fn fields(&self) -> Vec<&str> {
        self.has_code(422, "invalid_input", "fields");
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
        // A stopped service must not wait for idle connections.
        .pool_max_idle_per_host(0)
        .tls_certs_only([])
        .build()
        .unwrap()
}
