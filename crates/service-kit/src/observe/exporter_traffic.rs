//! Requests of several kinds, which every documented metric counts something of.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::Service;
use crate::audit::AuditFile;
use crate::health::{self, Dependency, DependencyCheck};
use crate::observe::{Reloads, status};
use crate::request::{Rate, inside_cors, outside_cors};
use crate::settings::{AuditSettings, IssuerSettings, ServiceSettings};
use crate::test_service::{INFO, Of};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, Error, dev, web};
use identity_actix::{AccessTable, AnyCaller, Authenticate, no_such_route};
use identity_core::Authenticator;
use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};

/// Something that can never be used.
struct Gone;
impl Dependency for Gone {
    fn name(&self) -> &'static str {
        "something"
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async { Err("it is gone".to_owned()) })
    }
}

/// Returns a database in memory.
#[cfg(feature = "store")]
async fn database() -> Arc<dyn Dependency> {
    use crate::store::{Database, DatabaseConfig, Schema};
    let schema = Schema {
        migrations: &[],
        probe: "SELECT 1",
    };
    let config = DatabaseConfig::at("sqlite::memory:");
    Arc::new(Database::open(&config, &schema).await.unwrap())
}

async fn broken<B>(_: dev::ServiceRequest, _: Next<B>) -> Result<dev::ServiceResponse<B>, Error> {
    Err(actix_web::error::ErrorImATeapot("no answer"))
}

/// Sends requests of several kinds. The words in their paths must not appear in a label.
pub(super) async fn traffic() {
    let access = AccessTable::new()
        .public(Method::GET, "/words/{word}")
        .protected::<AnyCaller>(Method::GET, "/api/me");
    let nobody = IntrospectionEndpoint::Fixed("http://127.0.0.1:1/".parse().unwrap());
    let builder = Authenticator::builder(Of(&["https://id.example.com/"]));
    let builder = builder.introspection(IntrospectionConfig::new(nobody, "an-api", "hunter2"));
    let authenticator = IssuerSettings::default().applied_to(builder).build();
    let authenticator = Arc::new(authenticator.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let audit = AuditSettings {
        file: Some(folder.path().join("audit.jsonl")),
        ..AuditSettings::default()
    };
    let file = AuditFile::open(&audit).unwrap();
    let service = Service::new(INFO, Arc::clone(&authenticator), access).audited_in(file.unwrap());
    let service = service.depending_on(Arc::new(Gone));
    #[cfg(feature = "store")]
    let service = service.depending_on(database().await);
    status::introduce(&service);
    let mut settings = ServiceSettings::on_port(0);
    settings.rate_limit.failures = Rate::per_minute(NonZeroU32::MIN);
    settings.rate_limit_url = Some("redis://127.0.0.1:1".parse().unwrap());
    let service = service.with_settings(&settings);
    let api = web::scope("/api")
        .route("/me", web::get().to(async || "me"))
        .default_service(web::to(no_such_route))
        .wrap(Authenticate::required(authenticator));
    let app = App::new()
        .wrap(from_fn(inside_cors))
        .wrap(from_fn(outside_cors))
        .configure(|app| service.configure(app))
        .service(health::ready)
        .route("/words/{word}", web::get().to(async || "word"))
        .service(web::scope("/broken").wrap(from_fn(broken)))
        .service(api)
        .default_service(web::to(no_such_route));
    Reloads::started();
    let app = init_service(app).await;
    let brew = Method::from_bytes(b"BREW").unwrap();
    for (method, path) in [
        (Method::GET, "/words/secret-1"),
        (Method::GET, "/words/secret-2"),
        (Method::HEAD, "/words/secret-1"),
        (Method::POST, "/words/secret-1"),
        (brew, "/words/secret-1"),
        (Method::GET, "/secret-3"),
        (Method::GET, "/api/me"),
        (Method::GET, "/api/secret-4"),
        (Method::GET, "/health/ready"),
        (Method::GET, "/broken/secret-5"),
    ] {
        let request = TestRequest::with_uri(path).method(method).to_request();
        // The server would turn an error here into a response.
        drop(try_call_service(&app, request).await);
    }
}
