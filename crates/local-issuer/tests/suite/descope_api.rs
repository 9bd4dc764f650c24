//! Calls to Descope's session and management API.

use local_issuer::{DEFAULT_MANAGEMENT_KEY, LocalIssuer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{client, facts};

/// A call with `Authorization: Bearer <project id><credentials>`: status and body.
pub(crate) async fn call_with(
    issuer: &LocalIssuer,
    operation: &str,
    credentials: &str,
    body: &Value,
) -> (u16, Value) {
    let (method, path) = operation.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let url = format!("{}{path}", issuer.descope().base_url());
    let bearer = format!("{}{credentials}", issuer.descope().project_id());
    let mut request = client().request(method, url).bearer_auth(bearer);
    if !body.is_null() {
        request = request.json(body);
    }
    let (status, _, body) = facts(request.send().await.unwrap()).await;
    (status, body)
}

/// A session call with this token that must succeed.
pub(crate) async fn session_call(
    issuer: &LocalIssuer,
    operation: &str,
    token: &str,
    body: Value,
) -> Value {
    let credentials = format!(":{token}");
    let (status, answer) = call_with(issuer, operation, &credentials, &body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// A management call that must succeed.
pub(crate) async fn manage(issuer: &LocalIssuer, operation: &str, body: Value) -> Value {
    let (status, answer) = try_manage(issuer, operation, body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// A management call.
pub(crate) async fn try_manage(issuer: &LocalIssuer, operation: &str, body: Value) -> (u16, Value) {
    let credentials = format!(":{DEFAULT_MANAGEMENT_KEY}");
    call_with(issuer, operation, &credentials, &body).await
}

/// The exchange of an access key, from the response that created it.
pub(crate) async fn exchange(issuer: &LocalIssuer, created: &Value) -> (u16, Value) {
    let credentials = format!(":{}", text(created, "cleartext"));
    call_with(
        issuer,
        "POST /v1/auth/accesskey/exchange",
        &credentials,
        &json!({}),
    )
    .await
}

/// One of the texts of a response.
pub(crate) fn text(answer: &Value, member: &str) -> String {
    let text = answer[member].as_str();
    text.unwrap_or_else(|| panic!("{member} in {answer}"))
        .to_owned()
}
