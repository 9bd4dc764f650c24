//! A request that a person tries: to a route of a listed service, as a persona, shown beside the response.

use actix_web::http::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use serde_json::Value;

use super::one_token;
use super::services::operations_of;
use super::show::Outcome;
use crate::client_request::Parameters;
use crate::http_client;
use crate::provider::Call;
use crate::same_origin::is_asked_as_loopback;
use crate::services::{Operation, Received, Service, receive};

/// Those that say why a response is what it is.
const SHOWN: [&str; 6] = [
    "content-type",
    "www-authenticate",
    "location",
    "allow",
    "retry-after",
    "x-request-id",
];
const LONGEST_PATH: usize = 2_000;
/// Enough of a token to see that it is one.
const SHOWN_OF_TOKEN: usize = 12;

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

/// A request that is complete.
struct Ready {
    service: Service,
    operation: Operation,
    url: Url,
    token: Option<String>,
    persona: Option<String>,
    body: String,
}

/// Sends what the form asks for.
pub(super) async fn attempt(call: &Call<'_>, form: &Parameters) -> Outcome {
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
    Outcome::tried(asked, tried)
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
    let client = http_client::build().map_err(|error| failed(error.to_string()))?;
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

fn verdict(status: u16) -> &'static str {
    match status {
        200..=299 => "Allowed",
        401 => "Refused: no token that is accepted",
        403 => "Refused: the token is good, and lacks the right",
        _ => "Neither allowed nor refused for a right",
    }
}

/// The path and the query.
fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn request_text(ready: &Ready) -> String {
    let host = ready.service.url.trim_start_matches("http://");
    let mut text = format!(
        "{} {} HTTP/1.1\nhost: {host}",
        ready.operation.method,
        target(&ready.url)
    );
    if let Some(token) = &ready.token {
        let start: String = token.chars().take(SHOWN_OF_TOKEN).collect();
        text.push_str(&format!("\nauthorization: Bearer {start}…"));
    }
    if !ready.body.is_empty() {
        text.push_str(&format!(
            "\ncontent-type: application/json\n\n{}",
            ready.body
        ));
    }
    text
}

/// A line that gets its own token, as the playground prints it.
fn curl(call: &Call<'_>, ready: &Ready) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let mut line = "curl -i ".to_owned();
    if ready.operation.method != "GET" {
        line.push_str(&format!("-X {} ", ready.operation.method));
    }
    let address = format!("{}{}", ready.service.url, target(&ready.url));
    line.push_str(&quoted(&address));
    if let Some(persona) = &ready.persona {
        if !is_asked_as_loopback(call.request) || !persona.chars().all(is_plain) {
            return None;
        }
        let issuer = call.base_url();
        line.push_str(&format!(
            " \\\n  -H \"Authorization: Bearer $(curl -s {issuer}/_token/{persona})\""
        ));
    }
    if !ready.body.is_empty() {
        let body = quoted(&ready.body);
        line.push_str(&format!(
            " \\\n  -H 'content-type: application/json' -d {body}"
        ));
    }
    Some(line)
}

/// One word for a shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/".contains(letter);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

fn response_text(received: &Received) -> String {
    let mut text = format!("HTTP/1.1 {}", received.status);
    for name in SHOWN {
        for value in values(&received.headers, name) {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    let body = match serde_json::from_slice::<Value>(&received.body) {
        Ok(json) => format!("{json:#}"),
        Err(_) => String::from_utf8_lossy(&received.body).into_owned(),
    };
    if !body.is_empty() {
        text.push_str(&format!("\n\n{body}"));
    }
    text
}

fn values<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = String> + use<'h> {
    let values = headers.get_all(name).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
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

    #[test]
    fn a_shell_takes_a_text_as_one_word() {
        assert_eq!(quoted("http://localhost:8000/a"), "http://localhost:8000/a");
        assert_eq!(quoted("/a?b=$(c)'d"), r"'/a?b=$(c)'\''d'");
    }
}
