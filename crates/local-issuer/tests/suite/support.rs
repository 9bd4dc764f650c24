//! What the tests share: an issuer, a client, and verification by a library the issuer does not sign with.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, ProviderHandle, Secret, TokenKind};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Response};
use serde_json::{Map, Value};

pub(crate) type HeaderAndClaims = (Map<String, Value>, Map<String, Value>);

/// Parameters of a token request.
pub(crate) type Form<'a> = &'a [(&'a str, &'a str)];

/// An issuer whose keys other tests may have too, for tests that are not about keys.
pub(crate) async fn start() -> LocalIssuer {
    LocalIssuer::start(quick()).await.unwrap()
}

/// An issuer with keys of its own.
pub(crate) async fn start_with_own_keys() -> LocalIssuer {
    LocalIssuer::start(IssuerConfig::default()).await.unwrap()
}

/// The token of the control plane of [`controlled`].
pub(crate) const CONTROL_TOKEN: &str = "let-me-in";

/// An issuer with a control plane.
pub(crate) async fn controlled() -> LocalIssuer {
    let config = IssuerConfig {
        control_token: Some(Secret::new(CONTROL_TOKEN)),
        ..quick()
    };
    LocalIssuer::start(config).await.unwrap()
}

/// A call to the control plane: status and body.
pub(crate) async fn control(provider: &ProviderHandle, name: &str, body: &Value) -> (u16, Value) {
    control_at(provider.base_url(), name, body).await
}

/// As [`control`], of whatever issuer listens there.
pub(crate) async fn control_at(base: &str, name: &str, body: &Value) -> (u16, Value) {
    let request = client()
        .post(format!("{base}/_control/{name}"))
        .bearer_auth(CONTROL_TOKEN)
        .json(body);
    let (status, _, body) = facts(request.send().await.unwrap()).await;
    (status, body)
}

/// The refusal of a call whose member is wrong: the member and the description.
pub(crate) async fn refused(
    provider: &ProviderHandle,
    name: &str,
    body: &Value,
) -> (Value, String) {
    let (status, answer) = control(provider, name, body).await;
    assert_eq!(
        (status, &answer["error"]),
        (422, &"invalid_input".into()),
        "{body}: {answer}"
    );
    let description = answer["error_description"].as_str().unwrap().to_owned();
    (answer["member"].clone(), description)
}

pub(crate) fn quick() -> IssuerConfig {
    IssuerConfig {
        keys: KeyOrigin::Shared,
        ..IssuerConfig::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
fn builder() -> ClientBuilder {
    Client::builder()
        .timeout(Duration::from_secs(60))
        .no_proxy()
        .tls_certs_only([])
}

pub(crate) fn client() -> Client {
    builder().build().unwrap()
}

/// A client that trusts this certificate authority alone.
pub(crate) fn client_that_trusts(root: &[u8]) -> Client {
    let root = Certificate::from_der(root).unwrap();
    builder().tls_certs_only([root]).build().unwrap()
}

pub(crate) fn client_without_redirects() -> Client {
    builder().redirect(Policy::none()).build().unwrap()
}

pub(crate) async fn get(url: &str) -> Response {
    client().get(url).send().await.unwrap()
}

pub(crate) async fn get_json(url: &str) -> Value {
    get(url).await.json().await.unwrap()
}

/// Status, `Cache-Control` and body of an answer.
pub(crate) async fn facts(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let header = response
        .headers()
        .get("cache-control")
        .map(|value| value.to_str().unwrap().to_owned());
    (
        status,
        header.unwrap_or_default(),
        response.json().await.unwrap(),
    )
}

pub(crate) async fn post_form(url: &str, form: &impl serde::Serialize) -> (u16, String, Value) {
    facts(client().post(url).form(form).send().await.unwrap()).await
}

/// Status and body of the refusal of a good token request with some members changed; `null` leaves a member out.
pub(crate) async fn refused_token(url: &str, mut form: Value, changes: &Value) -> (u16, Value) {
    let members = form.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    let (status, cache_control, body) = post_form(url, &form).await;
    assert_eq!(cache_control, "no-store", "{form}");
    (status, body)
}

pub(crate) async fn post_json(url: &str, body: &Value) -> (u16, String, Value) {
    facts(client().post(url).json(body).send().await.unwrap()).await
}

/// The header and the claims of a token whose signature a key of this key set verifies.
pub(crate) async fn verified(token: &str, jwks_url: &str) -> HeaderAndClaims {
    try_verify(token, &get_json(jwks_url).await).unwrap_or_else(|error| panic!("{token}: {error}"))
}

/// As [`verified`], but tells why not.
pub(crate) fn try_verify(token: &str, jwks: &Value) -> Result<HeaderAndClaims, String> {
    let header = decode_header(token).map_err(|error| error.to_string())?;
    let kid = header.kid.ok_or("no kid")?;
    let keys = jwks["keys"].as_array().ok_or("no keys")?;
    let jwk = keys
        .iter()
        .find(|jwk| jwk["kid"] == kid.as_str())
        .ok_or(format!("no key {kid}"))?;
    let jwk: Jwk = serde_json::from_value(jwk.clone()).map_err(|error| error.to_string())?;
    let mut validation = Validation::new(header.alg);
    // Signature and expiry are what is asked here; each test looks at the claims itself.
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(&jwk).map_err(|error| error.to_string())?;
    let data = decode::<Map<String, Value>>(token, &key, &validation)
        .map_err(|error| error.to_string())?;
    Ok((json_of(token, 0), data.claims))
}

/// A good access token of a persona.
pub(crate) fn minted(provider: &ProviderHandle, persona: &str) -> String {
    let mint = provider.mint(persona, TokenKind::Access).unwrap();
    mint.token().unwrap()
}

/// One segment of a token, read without any check.
pub(crate) fn json_of(token: &str, segment: usize) -> Map<String, Value> {
    let text = token.split('.').nth(segment).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// The names of the members, in their order.
pub(crate) fn names(object: &Map<String, Value>) -> String {
    Vec::from_iter(object.keys().map(String::as_str)).join(" ")
}

/// Whether each of these members has this value; `null` is for a member that is not there.
pub(crate) fn assert_members(object: &Map<String, Value>, expected: Value) {
    for (name, expected) in expected.as_object().unwrap() {
        let found = object.get(name).unwrap_or(&Value::Null);
        assert_eq!(found, expected, "{name} in {object:?}");
    }
}

/// A token request as a form: the client credentials of a persona, and more parameters.
pub(crate) fn form<'a>(persona: &str, more: Form<'a>) -> Vec<(&'a str, String)> {
    let mut form = vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", format!("local-{persona}")),
        ("client_secret", format!("local-{persona}-secret")),
    ];
    form.extend(
        more.iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    form
}

/// The rows of a table in JSON.
pub(crate) fn rows(table: Value) -> Vec<Vec<Value>> {
    serde_json::from_value(table).unwrap()
}
