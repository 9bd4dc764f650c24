//! A request that was tried and its response, as the page shows them.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::provider::Call;
use crate::same_origin::is_asked_as_loopback;
use crate::services::{Operation, Received, Service};
use crate::shell::{is_plain_name, quoted};

/// Those that say why a response is what it is.
const SHOWN: [&str; 6] = [
    "content-type",
    "www-authenticate",
    "location",
    "allow",
    "retry-after",
    "x-request-id",
];
/// Enough of a token to see that it is one.
const SHOWN_OF_TOKEN: usize = 12;

/// A request that is complete.
pub(super) struct Ready {
    pub(super) service: Service,
    pub(super) operation: Operation,
    pub(super) url: Url,
    pub(super) token: Option<String>,
    pub(super) persona: Option<String>,
    pub(super) body: String,
}

pub(super) fn verdict(status: u16) -> &'static str {
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

pub(super) fn request_text(ready: &Ready) -> String {
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
pub(super) fn curl(call: &Call<'_>, ready: &Ready) -> Option<String> {
    let mut line = "curl -gi ".to_owned();
    if ready.operation.method != "GET" {
        line.push_str(&format!("-X {} ", ready.operation.method));
    }
    let address = format!("{}{}", ready.service.url, target(&ready.url));
    line.push_str(&quoted(&address));
    if let Some(persona) = &ready.persona {
        if !is_asked_as_loopback(call.request) || !is_plain_name(persona) {
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
            " \\\n  -H 'content-type: application/json' --data-raw {body}"
        ));
    }
    Some(line)
}

pub(super) fn response_text(received: &Received) -> String {
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
    fn a_shell_takes_a_text_as_one_word() {
        assert_eq!(quoted("http://localhost:8000/a"), "http://localhost:8000/a");
        assert_eq!(quoted("/a?b=$(c)'d"), r"'/a?b=$(c)'\''d'");
    }
}
