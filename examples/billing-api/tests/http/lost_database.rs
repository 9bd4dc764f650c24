//! Tests of losing the database while the service runs.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use url::Url;

use crate::world::{ALL, World};

#[actix_web::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn without_its_database_the_service_is_not_ready_until_it_is_back() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that is run with a server says where it is"
    )]
    let url = std::env::var("TEST_POSTGRES_URL").unwrap();
    let mut url = Url::parse(&url).unwrap();
    let port = url.port().unwrap_or(5432);
    let database = format!("{}:{port}", url.host_str().unwrap());
    let road = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = road.local_addr().unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(address.port())).unwrap();
    let open = pass_on(road, database.clone());

    let world = World::with(&[("DATABASE_URL", url.as_str())]).await;
    let token = world.token("O1", ALL);
    open.abort();
    world.service.until("/health/ready", None, 503).await;
    let ready = world.service.call("GET", "/health/ready", None, None).await;
    assert_eq!(ready.body["status"], "starting", "{ready:?}");
    assert_eq!(
        ready.body["reason"],
        "database: the database does not answer"
    );
    assert_eq!(ready.header("retry-after"), "1");
    // Routes without the database still work; the errors of the others reveal nothing about it.
    assert_eq!(world.get("/billing/", &token).await.status, 200);
    let invoices = world.get("/billing/invoices", &token).await;
    assert_eq!(
        (invoices.status, invoices.body["code"].as_str()),
        (503, Some("database_unavailable"))
    );

    pass_on(TcpListener::bind(address).await.unwrap(), database);
    world.service.until_ready().await;
    assert_eq!(world.get("/billing/invoices", &token).await.status, 200);
}

/// Forwards connections to the database until aborted, which closes all of them.
fn pass_on(road: TcpListener, database: String) -> AbortHandle {
    let passing = actix_web::rt::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut service, _)) = road.accept().await {
            let database = database.clone();
            connections.spawn(async move {
                let mut database = TcpStream::connect(database).await?;
                copy_bidirectional(&mut service, &mut database).await
            });
        }
    });
    passing.abort_handle()
}
