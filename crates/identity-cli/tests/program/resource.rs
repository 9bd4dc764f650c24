//! A token for an API, without the name of its issuer (RFC 9728).

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use actix_web::{App, HttpResponse, HttpServer, web};
use auth0_api::{Settings, server};
use local_issuer::LocalIssuer;
use serde_json::{Value, json};
use service_kit::settings::{SettingsReader, Signals};

use crate::browser::{Browser, location};
use crate::sign_in::token;
use crate::{issuer, outcome};

/// A server in this process. Stops when dropped.
struct Running {
    base: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts auth0-api, which accepts the tokens of this issuer.
    fn api(issuer: &LocalIssuer) -> Self {
        let auth0 = issuer.auth0();
        let values = [
            ("AUTH0_DOMAIN", "dev-example.us.auth0.com".to_owned()),
            ("AUTH0_API_AUDIENCE", auth0.audience().to_owned()),
            ("AUTH0_ISSUER", auth0.issuer()),
        ];
        let values = values.iter().map(|(name, value)| (*name, value.as_str()));
        let reader = SettingsReader::from_values("AUTH0_API", values);
        let mut settings = Settings::read(reader).unwrap();
        settings.service.port = 0;
        settings.service.workers = Some(1);
        settings.service.signals = Signals::Ignored;
        Self::start(move |started| async move {
            let server = server::build(settings).await.unwrap();
            started
                .send((server.address().port(), server.handle()))
                .unwrap();
            server.run().await.unwrap();
        })
    }

    /// Starts a server that responds to each request with this challenge, and at `/metadata` with this document.
    fn imitation(challenge: &'static str, document: Value) -> Self {
        Self::start(move |started| async move {
            let app = move || {
                let document = document.clone();
                App::new()
                    .route(
                        "/metadata",
                        web::get().to(move || {
                            std::future::ready(HttpResponse::Ok().json(document.clone()))
                        }),
                    )
                    .default_service(web::to(async |request: actix_web::HttpRequest| {
                        let host = request.connection_info().host().to_owned();
                        let challenge = challenge.replace("{host}", &host);
                        HttpResponse::Unauthorized()
                            .insert_header(("www-authenticate", challenge))
                            .finish()
                    }))
            };
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.bind("127.0.0.1:0").unwrap();
            let port = server.addrs().first().unwrap().port();
            let server = server.run();
            started.send((port, server.handle())).unwrap();
            server.await.unwrap();
        })
    }

    fn start<F: Future<Output = ()>>(
        serve: impl FnOnce(mpsc::Sender<(u16, ServerHandle)>) -> F + Send + 'static,
    ) -> Self {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || System::new().block_on(serve(sender)));
        let (port, handle) = receiver.recv().unwrap();
        Self {
            base: format!("http://127.0.0.1:{port}"),
            handle,
            thread: Some(thread),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[tokio::test]
async fn an_api_that_does_not_say_who_gives_its_tokens_is_one_sentence() {
    let issuer = issuer().await;
    let metadata = r#"Bearer resource_metadata="http://{host}/metadata""#;
    let about = |resource: &str| json!({"resource": resource, "authorization_servers": [issuer.auth0().issuer()]});
    let of_another = Running::imitation(metadata, about("https://api.example.com"));
    let of_nobody = Running::imitation(metadata, json!({"authorization_servers": []}));
    let elsewhere = Running::imitation(r#"Bearer resource_metadata="nowhere""#, json!({}));
    for (api, words) in [
        ("http://127.0.0.1:9/", "cannot be reached"),
        ("http://api.example", "https"),
        (
            issuer.auth0().base_url(),
            "does not say who gives tokens for it",
        ),
        (&of_another.base, "is about \"https://api.example.com\""),
        (&of_nobody.base, "has no resource"),
        (&elsewhere.base, "no address"),
    ] {
        let arguments = ["token", "--for", api, "--client-id", "local-app"];
        let arguments = [&arguments[..], &["--flow", "code"]].concat();
        let (status, message) = outcome(&arguments, "").await;
        let message = message.as_str().unwrap();
        assert_eq!(status, 1, "{api} {message}");
        assert!(message.contains(words), "{api} {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[tokio::test]
async fn a_person_gets_a_token_for_an_api_whose_issuer_the_program_finds() {
    let issuer = issuer().await;
    let api = Running::api(&issuer);
    // A route with a challenge, and one without.
    for asked in ["/api/private", "/"] {
        let address = format!("{}{asked}", api.base);
        let arguments = [
            "--for",
            &address,
            "--flow",
            "code",
            "--client-id",
            "local-app",
            "--audience",
            issuer.auth0().audience(),
        ];
        let program = token(&arguments).await;
        assert!(
            program.address.starts_with(issuer.auth0().base_url()),
            "{}",
            program.address
        );
        let browser = Browser::new();
        let page = browser.get(&program.address).await;
        let back = location(&browser.press(&page, &[("persona", "viewer")]).await);
        assert_eq!(browser.get(&back).await.status, 200);
        let (status, found) = program.end().await;
        assert_eq!(status, 0, "{found}");
        let token = found["access_token"].as_str().unwrap();
        let private = format!("{}/api/private", api.base);
        assert_eq!(browser.get(&private).await.status, 401);
        let allowed = browser.get_with(&private, token).await;
        assert_eq!(allowed.status, 200, "{}", allowed.html);
    }
}
