//! An HTTP client that uses none of the server's code.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A test fails after this time instead of waiting without an end.
pub const RESPONSE_WITHIN: Duration = Duration::from_secs(120);

/// A client for one server.
#[derive(Clone)]
pub struct Api {
    pub base: String,
    pub http: reqwest::Client,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Api {
    pub fn at(base: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place in which tests make a client; it asks loopback alone"
        )]
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(RESPONSE_WITHIN)
            .build()
            .unwrap();
        Self {
            base: base.to_owned(),
            http,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        send(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub async fn get_public(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        send(self.request(Method::DELETE, path).bearer_auth(token)).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(token);
        send(request.json(body)).await
    }

    /// Like [`post`](Self::post), and expects 200.
    pub async fn posted(&self, path: &str, token: &str, body: &Value) -> Answer {
        let answer = self.post(path, token, body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
        answer
    }

    /// Deletes, and expects 204.
    pub async fn deleted(&self, path: &str, token: &str) {
        let answer = self.delete(path, token).await;
        assert_eq!(answer.status, 204, "{path}: {}", answer.body);
    }

    /// Posts the body of each row (path and body), and expects this error.
    pub async fn refuses(&self, token: &str, status: u16, code: &str, rows: Value) {
        for row in rows.as_array().unwrap() {
            let refused = self.post(row[0].as_str().unwrap(), token, &row[1]).await;
            assert_eq!(refused.body["code"], code, "{row}");
            refused.problem(status, code);
        }
    }

    pub async fn post_public(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.request(Method::POST, path).form(fields)).await
    }

    pub async fn login(&self, username: &str, password: &str, scope: &str) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("username", username),
            ("password", password),
            ("scope", scope),
        ];
        self.form("/user/login", &fields).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.form("/oauth/token", &fields).await
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        headers,
        body,
    }
}

impl Answer {
    /// Returns the response. Panics if it has another status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// Returns a string member.
    #[track_caller]
    pub fn text(&self, member: &str) -> String {
        let text = self.body[member].as_str();
        text.unwrap_or_else(|| panic!("no text {member} in {}", self.body))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts the headers that every response has. A page has its own policy, and sends the referrer within the server.
    #[track_caller]
    pub fn has_security_headers(&self) {
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        let referrer = self.header("referrer-policy");
        assert!(
            ["no-referrer", "same-origin"].contains(&referrer),
            "{referrer}"
        );
        let policy = self.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-"), "{policy}");
    }

    /// Asserts an error response of the management routes.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["code"], code, "{}", self.body);
        assert_eq!(self.body["status"], status, "{}", self.body);
        self.text("detail")
    }

    /// Returns the names of the fields of an `invalid_input` response.
    #[track_caller]
    pub fn fields(&self) -> Vec<&str> {
        self.problem(422, "invalid_input");
        let errors = self.body["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect()
    }

    /// Asserts an error response of a token endpoint.
    #[track_caller]
    pub fn oauth_error(&self, status: u16, error: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.body["error"], error, "{}", self.body);
        assert_eq!(self.body["error_description"], self.body["detail"]);
        self.text("error_description")
    }
}
