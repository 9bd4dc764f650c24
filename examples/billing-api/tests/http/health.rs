//! Readiness with and without the database.

use local_issuer::LocalIssuer;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use crate::world::{ALL, Environment, Service, good, quick};

#[actix_web::test]
async fn without_its_file_it_is_not_ready_until_the_file_is_back() {
    let (environment, _issuer, service) = started(|environment| environment).await;
    let file = environment.folder().path().join("invoices.db");
    let elsewhere = file.with_extension("lost");
    std::fs::rename(&file, &elsewhere).unwrap();
    is_not_ready(&service).await;
    std::fs::rename(&elsewhere, &file).unwrap();
    service.until_ready().await;
}

#[actix_web::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn without_postgres_it_is_not_ready_until_postgres_is_back() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that is run with a server says where it is"
    )]
    let server = std::env::var("TEST_POSTGRES_URL").unwrap();
    // A separate database: other tests use the configured one.
    let database = format!("billing_api_{}", uuid::Uuid::now_v7().simple());
    let say = async |statement: String| {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    };
    say(format!("CREATE DATABASE {database}")).await;
    let (before, _) = server.rsplit_once('/').unwrap();
    let url = format!("{before}/{database}");
    let (_environment, _issuer, service) =
        started(|environment| environment.with("DATABASE_URL", &url)).await;
    say(format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")).await;
    say(format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    ))
    .await;
    is_not_ready(&service).await;
    say(format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true")).await;
    service.until_ready().await;
}

async fn started(
    with_database: impl FnOnce(Environment) -> Environment,
) -> (Environment, LocalIssuer, Service) {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let environment = with_database(Environment::of(issuer.auth0()));
    let service = environment.start().await;
    service.until_ready().await;
    let token = good(issuer.auth0(), ALL).claim("org_id", "O1");
    let token = token.token().unwrap();
    service.until("/billing/invoices", Some(&token), 200).await;
    (environment, issuer, service)
}

async fn is_not_ready(service: &Service) {
    service.until("/health/ready", None, 503).await;
    let told = service.call("GET", "/health/ready", None, None).await.body;
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.starts_with("database: the "), "{reason}");
    assert!(!reason.contains('/'), "nothing of where it is: {reason}");
    service.until("/health", None, 200).await;
}
