//! Tests with the auth-server of this workspace as the issuer, with each of its signing algorithms.

use std::rc::Rc;

use auth_server::SigningAlgorithm;
use serde_json::{Value, json};
use service_kit::settings::Signals;
use tempfile::TempDir;

use crate::world::{Answer, Environment, READ, Service};

const PASSWORD: &str = "test1234@";

/// Starts the auth-server in this process.
async fn auth_server(algorithm: SigningAlgorithm, folder: &Rc<TempDir>) -> Service {
    let mut settings = auth_server::Settings::defaults();
    settings.tokens.algorithm = algorithm;
    auth_server_with(settings, folder).await
}

/// Starts the auth-server in this process, at a port and with a database of its own.
pub(crate) async fn auth_server_with(
    mut settings: auth_server::Settings,
    folder: &Rc<TempDir>,
) -> Service {
    settings.service.port = 0;
    settings.service.workers = Some(1);
    settings.service.signals = Signals::Ignored;
    settings.database.url = format!("sqlite://{}/auth.db", folder.path().display());
    let server = auth_server::server::build(settings).await.unwrap();
    let service = Service::run_by(server, folder);
    service.until_ready().await;
    service
}

/// Creates an organization whose owner may read billing. Returns the owner's token.
pub(crate) async fn reader(auth_server: &Service) -> String {
    let signup = json!({
        "user": {"username": "test_user", "password": PASSWORD, "primary_email": "example@example.com"},
        "org": {"name": "test_org", "domain": "example.example.come", "type": "teams"},
    });
    let post = async |path: &str, token: Option<&str>, body: &Value| {
        let answer = auth_server.call("POST", path, token, Some(body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    post("/user/signup", None, &signup).await;
    let token = log_in(auth_server).await;
    let permission = json!({"service": "example_service", "resource": "billing", "action": "read"});
    post("/permission/", Some(&token), &permission).await;
    let roles = auth_server.call("GET", "/role/", Some(&token), None).await;
    let attach = json!({"role_id": roles.body[0]["id"], "permission_slug": READ});
    post("/role/attach-permission", Some(&token), &attach).await;
    log_in(auth_server).await
}

async fn log_in(auth_server: &Service) -> String {
    let form = format!("grant_type=password&username=test_user&password={PASSWORD}&scope=");
    let request = auth_server.request("POST", "/user/login");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = Answer::of(request.body(form)).await;
    answer.body["access_token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_token_of_each_algorithm_is_accepted_where_the_settings_have_it() {
    for algorithm in [
        SigningAlgorithm::Rs256,
        SigningAlgorithm::Es256,
        SigningAlgorithm::EdDsa,
    ] {
        let folder = Rc::new(tempfile::tempdir().unwrap());
        let issuer = auth_server(algorithm, &folder).await;
        let token = reader(&issuer).await;
        let url = issuer.url().replace("127.0.0.1", "localhost");
        let environment = Environment::for_issuer(&url, &url);
        let name = algorithm.as_str();
        let service = environment.with("ALGORITHMS", name).start().await;
        service.until_ready().await;
        let allowed = service.call("GET", "/billing/", Some(&token), None).await;
        assert_eq!(
            (allowed.status, allowed.body),
            (200, json!({"message": "Read billing"})),
            "{name}"
        );
        let refused = service.call("POST", "/billing/", Some(&token), None).await;
        refused.is_problem(403, "insufficient_scope", "Not enough permissions");

        let others = ["RS256", "ES256", "EdDSA"].map(str::to_owned);
        let others: Vec<_> = others.into_iter().filter(|other| other != name).collect();
        let environment = Environment::for_issuer(&url, &url);
        let strict = environment.with("ALGORITHMS", &others.join(","));
        let strict = strict.start().await;
        let refused = strict.call("GET", "/billing/", Some(&token), None).await;
        refused.is_problem(401, "algorithm_not_allowed", "Unable to validate token");
    }
}
