//! Opaque tokens, about which a real endpoint is asked over HTTP. The responses have the forms of Ory Hydra
//! (`introspectedOAuth2Token` in its API) and of django-oauth-toolkit (oauth2_provider/views/introspect.py).

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use crate::world::{ALL, Environment, READ, World, good};

/// An issuer with an introspection endpoint. Stops when dropped.
struct Issuer {
    url: String,
    state: web::Data<State>,
    handle: ServerHandle,
}

#[derive(Default)]
struct State {
    /// The response for each token.
    tokens: Mutex<BTreeMap<String, Value>>,
    asked: AtomicUsize,
}

async fn introspect(
    request: HttpRequest,
    form: web::Form<BTreeMap<String, String>>,
    state: web::Data<State>,
) -> HttpResponse {
    state.asked.fetch_add(1, Ordering::SeqCst);
    // billing-api:hunter2
    let credentials = request.headers().get("authorization");
    if credentials.is_none_or(|value| value != "Basic YmlsbGluZy1hcGk6aHVudGVyMg==") {
        return HttpResponse::Unauthorized().finish();
    }
    let tokens = state.tokens.lock().unwrap();
    match tokens.get(&form["token"]) {
        Some(response) => HttpResponse::Ok().json(response),
        None => HttpResponse::Ok().json(json!({"active": false})),
    }
}

impl Issuer {
    fn start() -> Self {
        let state = web::Data::new(State::default());
        let shared = state.clone();
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .route("/introspect", web::post().to(introspect))
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(app).workers(1).listen(listener).unwrap();
        let server = server.disable_signals().run();
        let handle = server.handle();
        drop(actix_web::rt::spawn(server));
        Self { url, state, handle }
    }

    /// Makes a token with this response.
    fn issue(&self, token: &str, response: Value) {
        let mut tokens = self.state.tokens.lock().unwrap();
        tokens.insert(token.to_owned(), response);
    }

    fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// Returns the settings of a service that introspects here.
    fn settings(&self, environment: Environment) -> Environment {
        environment
            .with("INTROSPECTION_URL", &format!("{}/introspect", self.url))
            .with("INTROSPECTION_CLIENT_ID", "billing-api")
            .with("INTROSPECTION_CLIENT_SECRET", "hunter2")
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

const OPAQUE: &str = "ory_at_3YxQ8Wm2Zc7.Kf0bT5nLr9s";

/// A token of Hydra.
fn hydra(issuer: &str, audience: &str) -> Value {
    json!({
        "active": true, "iss": issuer, "aud": [audience], "sub": "U1", "client_id": "web", "scope": format!("{READ} openid"),
        "token_type": "Bearer", "token_use": "access_token", "exp": 4_000_000_000_u64, "iat": 1_700_000_000,
        "nbf": 1_700_000_000, "ext": {"org_id": "O1"},
    })
}

#[actix_web::test]
async fn an_opaque_token_is_refused_without_the_setting() {
    let world = World::start().await;
    let answer = world.get("/billing/", OPAQUE).await;
    let detail = "Unable to validate token: Not enough segments: it looks like an opaque token, which is no JWT";
    answer.is_problem(401, "malformed_token", detail);
}

#[actix_web::test]
async fn jwts_are_verified_here_and_opaque_tokens_by_the_issuer() {
    let issuer = Issuer::start();
    let jwts = local_issuer::LocalIssuer::start(crate::world::quick())
        .await
        .unwrap();
    let (name, audience) = (jwts.auth0().issuer(), jwts.auth0().audience());
    let environment = issuer.settings(Environment::of(jwts.auth0()));
    let environment = environment
        .with("SCOPES_CLAIM", "scope,scopes")
        .with("ORGANIZATION_CLAIM", "ext.org_id");
    let service = environment.start().await;
    service.until_ready().await;
    let ask = async |path: &str, token: &str| service.call("GET", path, Some(token), None).await;

    let refused = ask("/billing/", OPAQUE).await;
    refused.is_problem(401, "inactive_token", "The token is not active");
    let good_jwt = good(jwts.auth0(), ALL).token().unwrap();
    let bad_jwt = good(jwts.auth0(), ALL).expires_in(-60).token().unwrap();
    let asked = issuer.asked();
    let expired = ask("/billing/", &bad_jwt).await;
    expired.is_problem(401, "token_expired", "Token has expired");
    assert_eq!(ask("/billing/", &good_jwt).await.status, 200);
    assert_eq!(issuer.asked(), asked, "a JWT is not introspected");

    issuer.issue("other-audience", hydra(&name, "https://other.example.com"));
    let other = ask("/billing/", "other-audience").await;
    other.has_code(401, "invalid_claims", "for another API");
    issuer.issue(OPAQUE, hydra(&name, audience));
    for _ in 0..3 {
        let list = ask("/billing/invoices", OPAQUE).await;
        assert_eq!(list.body, json!({"invoices": [], "next": null}), "{list:?}");
    }
    assert_eq!(issuer.asked(), asked + 2, "its response is used again");
    let denied = service.call("POST", "/billing/", Some(OPAQUE), None).await;
    denied.has_code(403, "insufficient_scope", "only to read");
    let me = ask("/billing/me", OPAQUE).await.body;
    assert_eq!(
        (&me["subject"], &me["org_id"]),
        (&json!("U1"), &json!("O1"))
    );
}

#[actix_web::test]
async fn an_issuer_that_cannot_be_asked_is_503_and_the_service_stays_ready() {
    let issuer = Issuer::start();
    let jwts = local_issuer::LocalIssuer::start(crate::world::quick())
        .await
        .unwrap();
    let environment = issuer.settings(Environment::of(jwts.auth0()));
    let environment = environment.with("INTROSPECTION_CLIENT_SECRET", "wrong");
    let service = environment.start().await;
    service.until_ready().await;
    let answer = service.call("GET", "/billing/", Some(OPAQUE), None).await;
    let detail = "The identity provider cannot be asked about the token. Please try again later.";
    answer.is_problem(503, "introspection_unavailable", detail);
    assert_eq!(answer.header("retry-after"), "5");
    let ready = service.call("GET", "/health/ready", None, None).await;
    assert_eq!(
        (ready.status, &ready.body["status"]),
        (200, &json!("ready"))
    );
}

/// django-oauth-toolkit without OpenID Connect has neither a discovery document nor keys, and names users by `username`.
#[actix_web::test]
async fn an_issuer_of_opaque_tokens_alone_needs_no_discovery_document() {
    let issuer = Issuer::start();
    let django = |client: &str| json!({"active": true, "scope": READ, "exp": 4_000_000_000_u64, "client_id": client});
    let user = {
        let mut user = django("web");
        user["username"] = json!("ada");
        user
    };
    issuer.issue("user", user.clone());
    issuer.issue("machine", django("web"));
    issuer.issue("stranger", django("other"));
    let environment = issuer.settings(Environment::for_issuer(&issuer.url, ""));
    let environment = environment
        .with("INTROSPECTION_ONLY", "true")
        .with("NO_AUDIENCE", "true")
        .with("CLIENTS", "web")
        .with("SCOPES_CLAIM", "scope")
        .with("CLIENT_AS_SUBJECT", "true")
        .with("USERNAME_AS_SUBJECT", "true");
    let service = environment.start().await;
    service.until_ready().await;
    let ask = async |token: &str| service.call("GET", "/billing/me", Some(token), None).await;
    ask("stranger")
        .await
        .has_code(401, "invalid_claims", "another client");
    let jwt = local_issuer::LocalIssuer::start(crate::world::quick())
        .await
        .unwrap();
    let jwt = good(jwt.auth0(), ALL).claim("iss", issuer.url.clone());
    let jwt = jwt.without_claim("aud").claim("client_id", "web").token();
    ask(&jwt.unwrap())
        .await
        .has_code(401, "key_not_found", "a JWT");
    for (token, subject) in [("user", "ada"), ("machine", "web")] {
        let me = ask(token).await.body;
        assert_eq!(me["subject"], subject);
        assert_eq!(me["scopes"], json!([READ]));
    }
}
