//! A tenant that is not the caller's looks like one that does not exist, and takes the same work.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use descope_api::server;
use identity_core::providers::{Descope, DescopeConfig};
use identity_core::testing::TestIssuer;
use serde_json::Value;
use service_kit::settings::LogSettings;
use service_kit::store::DatabaseConfig;
use service_kit::telemetry;

/// The log of this process, in which each statement is a line with the path of its request.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn statements(&self, path: &str) -> usize {
        let bytes = self.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let path = format!("http.path=\"{path}\"");
        let lines = text.lines().filter(|line| line.contains("db.statement"));
        lines.filter(|line| line.contains(&path)).count()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.lock().unwrap();
        formatter.write_str(&String::from_utf8_lossy(&bytes))
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn a_tenant_of_others_takes_the_same_statements_as_one_that_does_not_exist() {
    let log = Log::default();
    let settings = LogSettings {
        filter: "info,sqlx::query=debug".to_owned(),
        ..LogSettings::default()
    };
    let writer = log.clone();
    telemetry::init_to(&settings, move || writer.clone()).unwrap();

    let project = "P2RFvFexVaxxNFK6rhP0ePtaGfTK".parse().unwrap();
    let descope = DescopeConfig::new(project, None).unwrap();
    let issuer = TestIssuer::of(Descope::new(descope.clone()));
    // It has one connection, so a statement is logged before the next one begins.
    let database = DatabaseConfig::at("sqlite::memory:");
    let service = server::service(issuer.authenticator(), descope, &database).await;
    let app = init_service(service.unwrap().app()).await;
    let caller = |subject: &str, tenant: &str| {
        let caller = issuer.caller(subject).role_in(tenant, "admin");
        let caller = caller.permission_in(tenant, "users.create");
        caller.permission_in(tenant, "users.delete").bearer()
    };
    let send = async |method: &Method, path: &str, bearer| {
        let request = TestRequest::with_uri(path).method(method.clone());
        let response = call_service(&app, request.insert_header(bearer).to_request()).await;
        let status = response.status().as_u16();
        let names: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
        let mut body: Value = read_body_json(response).await;
        body["request_id"].take();
        (status, names, body)
    };
    // The tenant of others has data.
    let create = "/api/tenants/T2/users?name=Ada&email=ada@example.com";
    let created = send(&Method::POST, create, caller("U2", "T2")).await;
    assert_eq!(created.0, 200, "{created:?}");
    let statements = log.statements("/api/tenants/T2/users");
    assert!(
        statements > 0,
        "a statement has the path of its request: {log:?}"
    );
    let user = created.2["user"]["id"].as_str().unwrap();

    let (theirs, nowhere) = ("T2", "T3");
    for (method, rest) in [
        (Method::GET, "roles".to_owned()),
        (Method::GET, "permissions".to_owned()),
        (Method::GET, "users".to_owned()),
        (Method::POST, "users".to_owned()),
        (Method::DELETE, format!("users/{user}")),
    ] {
        let paths = [theirs, nowhere].map(|tenant| format!("/api/tenants/{tenant}/{rest}"));
        let before = paths.each_ref().map(|path| log.statements(path));
        let mut responses = Vec::new();
        for (path, tenant) in paths.iter().zip([theirs, nowhere]) {
            let (status, names, body) = send(&method, path, caller("U1", "T1")).await;
            assert_eq!(status, 404, "{method} {path}");
            let body = body.to_string().replace(tenant, "TENANT");
            responses.push((names, body));
        }
        assert_eq!(responses[0], responses[1], "{method} {rest}");
        // Two more, so that everything before them is logged.
        for _ in 0..2 {
            let own = send(&Method::GET, "/api/tenants/T1/users", caller("U1", "T1")).await;
            assert_eq!(own.0, 200, "{own:?}");
        }
        let [of_theirs, of_nowhere] = [0, 1].map(|at| log.statements(&paths[at]) - before[at]);
        assert_eq!((of_theirs, of_nowhere), (0, 0), "{method} {rest}");
    }
    assert!(log.statements("/api/tenants/T1/users") > 0);
}
