//! Whether every route asks for the policy of its row in the access table, with users who sign in: the server knows its
//! tokens by their sessions. What is expected of each route is written by hand in `http/access.rs`.

use std::net::{Ipv4Addr, SocketAddr};

use actix_web::test::{TestRequest, call_and_read_body_json, init_service};
use auth_server::{Settings, server};
use serde_json::{Value, json};
use service_kit::testing::{Rights, UNRELATED, access_faults_with};

const PASSWORD: &str = "test1234@";

fn user(name: &str) -> Value {
    json!({"username": name, "password": PASSWORD, "primary_email": format!("{name}@example.com")})
}

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let mut settings = Settings::defaults();
    settings.database.url = "sqlite::memory:".to_owned();
    settings.issuer = Some("https://id.example.test".to_owned());
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8002));
    let service = server::service(&settings, address).await.unwrap();
    let app = init_service(service.app()).await;
    let call = async |request: TestRequest| -> Value {
        call_and_read_body_json(&app, request.to_request()).await
    };
    let sign_in = async |name: &str, scope: &str| {
        let form = [
            ("grant_type", "password"),
            ("username", name),
            ("password", PASSWORD),
            ("scope", scope),
        ];
        let tokens = call(TestRequest::post().uri("/user/login").set_form(form)).await;
        let token = tokens["access_token"].as_str();
        token.unwrap_or_else(|| panic!("{tokens}")).to_owned()
    };

    let org = json!({"name": "An organization", "domain": "org.example.com", "type": "teams", "mfa_enabled": false});
    let body = json!({"user": user("owner"), "org": org});
    call(TestRequest::post().uri("/user/signup").set_json(body)).await;
    let owner = format!("Bearer {}", sign_in("owner", "").await);
    let request = TestRequest::post().uri("/user/").set_json(user("member"));
    call(request.insert_header(("authorization", owner))).await;

    let token = async |rights: &Rights| {
        let scopes = rights.scopes.iter().map(String::as_str);
        let scopes: Vec<_> = scopes.filter(|scope| *scope != UNRELATED).collect();
        match scopes.as_slice() {
            // Who asks for nothing in particular gets everything: the member has nothing.
            [] => sign_in("member", "").await,
            scopes => sign_in("owner", &scopes.join(" ")).await,
        }
    };
    let faults = access_faults_with(&service, token).await;
    assert_eq!(faults, Vec::<String>::new());
}
