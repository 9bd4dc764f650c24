//! An issuer on this machine: its discovery document, its key set, and its tokens.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::TestKey;
use serde_json::json;

/// An issuer with the key [`TestKey::fixed`].
pub struct Issuer {
    pub name: String,
    key_sets: Arc<AtomicUsize>,
}

impl Issuer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = format!("http://{}/", listener.local_addr().unwrap());
        let key_sets = Arc::new(AtomicUsize::new(0));
        let (issuer, count) = (name.clone(), Arc::clone(&key_sets));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                respond(stream, &issuer, &count);
            }
        });
        Self { name, key_sets }
    }

    /// Returns how often the key set was fetched.
    pub fn key_sets(&self) -> usize {
        self.key_sets.load(Ordering::SeqCst)
    }

    /// Returns a token for this audience.
    pub fn token(&self, audience: &str) -> String {
        let now = SystemClock.now().seconds();
        let claims = json!({
            "iss": self.name, "aud": audience, "sub": "auth0|1", "azp": "a-client",
            "iat": now - 10.0, "exp": now + 600.0,
        });
        TestKey::fixed().token(&claims)
    }
}

fn respond(mut stream: TcpStream, issuer: &str, key_sets: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    for line in lines.map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
    }
    let body = if first.starts_with("GET /keys ") {
        key_sets.fetch_add(1, Ordering::SeqCst);
        json!({"keys": [TestKey::fixed().jwk()]})
    } else {
        json!({"issuer": issuer, "jwks_uri": format!("{issuer}keys")})
    };
    let body = body.to_string();
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}
