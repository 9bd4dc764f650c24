//! A request that a person tries: to a route of a listed service, as a persona, shown beside the response.

use actix_web::http::StatusCode;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Url};

use super::attempt_text::{Ready, curl, request_text, response_text, verdict};
use super::one_token;
use super::services::operations_of;
use crate::client_request::Parameters;
use crate::http_client;
use crate::provider::Call;
use crate::services::{Service, receive};

const LONGEST_PATH: usize = 2_000;
/// What was asked for: the fields of the form, to show them again.
#[derive(Default)]
pub(super) struct Asked {
    /// A service, a method and a path, as the page offers them.
    pub(super) request: String,
    /// Another path, with its query.
    pub(super) path: String,
    /// JSON.
    pub(super) body: String,
}

/// A request and its response.
pub(super) struct Attempt {
    pub(super) service: String,
    pub(super) persona: Option<String>,
    pub(super) rule: Option<String>,
    /// What the status means, in words.
    pub(super) verdict: &'static str,
    pub(super) good: bool,
    /// The head and the body, with the token shortened.
    pub(super) request: String,
    /// The same for a shell; `None` if it would not take the persona's name as it is.
    pub(super) curl: Option<String>,
    pub(super) response: String,
    pub(super) is_cut: bool,
}

/// Why there is no response to show: the status and the text of the page.
pub(super) type Refused = (StatusCode, String);

/// Sends what the form asks for.
pub(super) async fn attempt(
    call: &Call<'_>,
    form: &Parameters,
) -> (Asked, Result<Attempt, Refused>) {
    let field = |name| form.get(name).unwrap_or_default().to_owned();
    let asked = Asked {
        request: field("request"),
        path: field("path"),
        body: field("body"),
    };
    let tried = match read(call, &asked, form.get("persona")).await {
        Ok(ready) => send(call, ready).await,
        Err(refused) => Err(refused),
    };
    (asked, tried)
}

async fn read(call: &Call<'_>, asked: &Asked, persona: Option<&str>) -> Result<Ready, Refused> {
    let unknown = || wrong("There is no such request on this page.");
    let mut words = asked.request.splitn(3, ' ');
    let (Some(name), Some(method), Some(path)) = (words.next(), words.next(), words.next()) else {
        return Err(unknown());
    };
    let services = &call.provider.services;
    let service = services
        .find(name, call.provider.dialect.kind())
        .ok_or_else(unknown)?;
    let operations = operations_of(&service, &services.limits).await;
    let mut operations = operations
        .map_err(|reason| unavailable(&service, &reason))?
        .into_iter();
    let operation = operations
        .find(|operation| operation.method == method && operation.path == path)
        .ok_or_else(unknown)?;
    let path = match &*asked.path {
        "" => path,
        other => other,
    };
    let url = url_at(&service.internal_url, path).map_err(wrong)?;
    let token = match persona {
        None => None,
        Some(name) => {
            let token = one_token::of(call.provider, name);
            Some(token.ok_or_else(|| wrong(format!("There is no persona {name}.")))?)
        }
    };
    Ok(Ready {
        service,
        operation,
        url,
        token,
        persona: persona.map(str::to_owned),
        body: asked.body.clone(),
    })
}

fn wrong(text: impl Into<String>) -> Refused {
    (StatusCode::UNPROCESSABLE_ENTITY, text.into())
}

fn unavailable(service: &Service, reason: &str) -> Refused {
    let text = format!("{}: {reason}.", service.name);
    (StatusCode::BAD_GATEWAY, text)
}

/// A path of a service, and of no other: it cannot lead to another host.
fn url_at(base: &str, path: &str) -> Result<Url, String> {
    if path.contains('{') {
        return Err(format!(
            "The path {path} has a parameter: write it with a value under \"Another path\"."
        ));
    }
    let is_path = path.starts_with('/')
        && path.len() <= LONGEST_PATH
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = || {
        format!("The path: expected a slash first, at most {LONGEST_PATH} letters, and no spaces.")
    };
    if !is_path {
        return Err(wrong());
    }
    // The base ends with its host, so that a slash ends the host.
    Url::parse(&format!("{base}{path}")).map_err(|_| wrong())
}

async fn send(call: &Call<'_>, ready: Ready) -> Result<Attempt, Refused> {
    let failed = |reason: String| unavailable(&ready.service, &reason);
    let client =
        http_client::build(ready.url.as_str()).map_err(|error| failed(error.to_string()))?;
    let method = Method::from_bytes(ready.operation.method.as_bytes());
    let limits = &call.provider.services.limits;
    let mut request = client
        .request(method.unwrap_or_default(), ready.url.clone())
        .timeout(limits.request);
    if let Some(token) = &ready.token {
        request = request.bearer_auth(token);
    }
    if !ready.body.is_empty() {
        request = request
            .header(CONTENT_TYPE, "application/json")
            .body(ready.body.clone());
    }
    let received = receive(request, limits.shown_bytes).await.map_err(failed)?;
    tracing::info!(
        service = %ready.service.name,
        status = received.status.as_u16(),
        "sent a request of the page: {}", received.status
    );
    Ok(Attempt {
        verdict: verdict(received.status.as_u16()),
        good: received.status.is_success(),
        request: request_text(&ready),
        curl: curl(call, &ready),
        response: response_text(&received),
        is_cut: received.is_cut,
        service: ready.service.name,
        persona: ready.persona,
        rule: ready.operation.rule,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_at_its_service() {
        let base = "http://localhost:8000";
        for wrong in [
            "api",
            "http://evil.example/",
            "@evil.example/",
            ":9/",
            "/a b",
            "/a\r\nhost: evil",
            "/ü",
            "/items/{id}",
            &format!("/{}", "a".repeat(LONGEST_PATH)),
        ] {
            assert!(url_at(base, wrong).is_err(), "{wrong}");
        }
        for (path, expected) in [
            ("//evil.example/", "http://localhost:8000//evil.example/"),
            ("/../../a?b=c", "http://localhost:8000/a?b=c"),
            ("/\\evil.example", "http://localhost:8000//evil.example"),
            ("/@evil.example", "http://localhost:8000/@evil.example"),
        ] {
            assert_eq!(url_at(base, path).unwrap().as_str(), expected);
        }
    }
}
