//! Opaque tokens, of which the issuer is asked.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};

use super::app::Setup;
use super::requests::{get, with_token};
use super::row::Row;

/// What the introspection endpoint does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Issuer {
    /// It responds once, with this body.
    Says(&'static str),
    /// Nothing listens there.
    IsGone,
}

impl Issuer {
    /// Returns the configuration of an endpoint at a port of its own.
    pub(super) fn endpoint(self) -> IntrospectionConfig {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        if let Self::Says(body) = self {
            thread::spawn(move || respond(&listener, body));
        }
        let url = IntrospectionEndpoint::Fixed(url.parse().unwrap());
        IntrospectionConfig::new(url, "an-api", "hunter2")
    }
}

fn respond(listener: &TcpListener, body: &str) {
    let (mut stream, _) = listener.accept().unwrap();
    let (mut request, mut chunk) = (Vec::new(), [0; 1024]);
    while !request.ends_with(b"token_type_hint=access_token") {
        let read = stream.read(&mut chunk).unwrap();
        assert_ne!(read, 0, "{request:?}");
        request.extend_from_slice(&chunk[..read]);
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
}

pub(super) fn rows() -> Vec<Row> {
    let opaque = || with_token(get("/api/me"), "M7aQxYm5s2dGbP0rTzL9vKc8WnEhJu4f");
    let asking = |issuer| Setup {
        introspection: Some(issuer),
        ..Setup::default()
    };
    vec![
        Row {
            setup: asking(Issuer::Says(r#"{"active": false}"#)),
            ..Row::new("an inactive token", opaque(), "inactive_token")
                .answers(401, "Unauthorized", "The token is not active")
                .challenged("invalid_token", "")
        },
        Row {
            setup: asking(Issuer::IsGone),
            retry_after: Some("5"),
            ..Row::new("nobody to ask", opaque(), "introspection_unavailable").answers(
                503,
                "Service Unavailable",
                "The identity provider cannot be asked about the token. Please try again later.",
            )
        },
    ]
}

#[actix_web::test]
async fn an_active_token_is_a_caller() {
    let active =
        r#"{"active": true, "iss": "https://id.example.com/", "aud": "an-api", "sub": "U1"}"#;
    let setup = Setup {
        introspection: Some(Issuer::Says(active)),
        ..Setup::default()
    };
    let answer = setup.ask(with_token(get("/api/me"), "2YotnFZFEjr1zCsicMWpAA"));
    assert_eq!(answer.await.body, "U1");
}
