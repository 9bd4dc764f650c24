//! Both services behind a proxy that serves each below a path, and removes it from requests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::own_issuer::{auth_server_with, reader};
use crate::service::Service;
use crate::world::{Answer, Environment};

/// The address of a service for each path.
type Routes = Arc<Mutex<BTreeMap<&'static str, SocketAddr>>>;

/// A proxy. It stops when the test's runtime does.
struct Proxy {
    url: String,
    routes: Routes,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Routes::default();
        let shared = Arc::clone(&routes);
        actix_web::rt::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                actix_web::rt::spawn(forward(client, Arc::clone(&shared)));
            }
        });
        Self { url, routes }
    }

    fn route(&self, path: &'static str, service: &Service) {
        let address = SocketAddr::from(([127, 0, 0, 1], service.port()));
        self.routes.lock().unwrap().insert(path, address);
    }

    /// Returns the service below this path.
    fn at(&self, path: &str) -> Service {
        Service::at(&format!("{}{path}", self.url))
    }

    async fn get(&self, url: &Url) -> Answer {
        Answer::of(Service::at(&self.url).request("GET", url.path())).await
    }

    async fn text(&self, url: &Url) -> String {
        let response = Service::at(&self.url)
            .request("GET", url.path())
            .send()
            .await;
        response.unwrap().text().await.unwrap()
    }
}

/// Forwards one request, without the path of its service.
async fn forward(mut client: TcpStream, routes: Routes) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await.unwrap_or_default() == 0 {
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let (method, target) = head.split_once(' ').unwrap();
    let found = routes.lock().unwrap().iter().find_map(|(path, address)| {
        let target = target.strip_prefix(path)?;
        target
            .starts_with('/')
            .then(|| (target.to_owned(), *address))
    });
    let Some((target, address)) = found else {
        let refusal = b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        return client.write_all(refusal).await.unwrap();
    };
    let mut service = TcpStream::connect(address).await.unwrap();
    let head = format!("{method} {target}").replacen("\r\n", "\r\nconnection: close\r\n", 1);
    service.write_all(head.as_bytes()).await.unwrap();
    // The client may close first.
    let _ = copy_bidirectional(&mut client, &mut service).await;
}

/// Follows the redirect to the page and the links in it, as a browser does. Returns the document, and checks its server.
async fn document(proxy: &Proxy, path: &str) -> Value {
    let docs = Url::parse(&format!("{}{path}/docs", proxy.url)).unwrap();
    let redirect = proxy.get(&docs).await;
    assert_eq!(redirect.status, 308, "{redirect:?}");
    let page = docs.join(redirect.header("location")).unwrap();
    assert_eq!(page.path(), format!("{path}/docs/"));
    // The links of the page, which is compressed.
    for link in ["", "swagger-initializer.js", "swagger-ui.css"] {
        let found = proxy.get(&page.join(link).unwrap()).await;
        assert_eq!(found.status, 200, "{found:?}");
    }
    let script = proxy
        .text(&page.join("swagger-initializer.js").unwrap())
        .await;
    assert!(script.contains(r#""url": "../openapi.json""#), "{script}");
    let document = proxy.get(&page.join("../openapi.json").unwrap()).await.body;
    let server = document["servers"][0]["url"].as_str().unwrap();
    let health = page.join(&format!("{server}/health")).unwrap();
    assert_eq!(proxy.get(&health).await.status, 200);
    document
}

#[actix_web::test]
async fn a_token_of_one_opens_the_other_below_the_paths_of_a_proxy() {
    let proxy = Proxy::start().await;
    let issuer = format!("{}/auth", proxy.url);
    let mut settings = auth_server::Settings::defaults();
    settings.issuer = Some(issuer.clone());
    settings.service.path_prefix = Some("/auth".to_owned());
    let folder = Rc::new(tempfile::tempdir().unwrap());
    let auth_server = auth_server_with(settings, &folder).await;
    proxy.route("/auth", &auth_server);
    let environment = Environment::for_issuer(&issuer, &issuer).with("PATH_PREFIX", "/billing");
    let billing_api = environment.start().await;
    proxy.route("/billing", &billing_api);
    billing_api.until_ready().await;

    let token = reader(&proxy.at("/auth")).await;
    let allowed = proxy.at("/billing");
    let allowed = allowed
        .call("GET", "/billing/invoices", Some(&token), None)
        .await;
    assert_eq!(allowed.status, 200, "{allowed:?}");

    let metadata = Url::parse(&format!("{issuer}/.well-known/openid-configuration")).unwrap();
    let metadata = proxy.get(&metadata).await.body;
    assert_eq!(metadata["issuer"], issuer);
    for endpoint in [
        "jwks_uri",
        "token_endpoint",
        "revocation_endpoint",
        "service_documentation",
    ] {
        let url = Url::parse(metadata[endpoint].as_str().unwrap()).unwrap();
        let found = proxy.get(&url).await;
        // Two of them are for other methods.
        assert!([200, 405].contains(&found.status), "{endpoint}: {found:?}");
    }

    document(&proxy, "/billing").await;
    let document = document(&proxy, "/auth").await;
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    let flows = schemes
        .values()
        .filter_map(|scheme| scheme["flows"]["password"]["tokenUrl"].as_str());
    let flows: Vec<_> = flows.collect();
    assert!(!flows.is_empty());
    for token_url in flows {
        let url = Url::parse(&proxy.url).unwrap().join(token_url).unwrap();
        assert_eq!(proxy.get(&url).await.status, 405, "{url} is for POST");
    }
}
