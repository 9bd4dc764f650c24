//! The public clients that people sign in to: first-party applications without a secret, by setting.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use service_kit::settings::text;
use service_kit::store::is_id;

use crate::redirect_uri::RedirectUri;
use crate::tokens::FIRST_PARTY;

/// Where Swagger UI receives the code.
const DOCS: &str = "/docs/oauth2-redirect.html";

/// The public clients with their redirect URIs. Parsed from a list with commas, such as
/// `shop=https://shop.example.com/callback, shop=https://shop.example.com/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicClients(BTreeMap<String, Vec<RedirectUri>>);

/// The reason a text is no list of public clients.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected id=redirect-URI with commas between them, such as shop=https://shop.example.com/callback; {0:?} is {1}"
)]
pub struct NotClients(String, String);

impl PublicClients {
    /// Returns the client `auth-server` with the redirect URI of the server's own `/docs`, and, if the issuer is plain http
    /// and so for development, of `/docs` of every service on this machine.
    pub fn of_docs(issuer: &str) -> Self {
        let mut uris = vec![RedirectUri::own(format!("{issuer}{DOCS}"))];
        if issuer.starts_with("http:") {
            let hosts = ["localhost", "127.0.0.1", "[::1]"];
            uris.extend(hosts.map(|host| RedirectUri::own(format!("http://{host}{DOCS}"))));
        }
        Self(BTreeMap::from([(FIRST_PARTY.to_owned(), uris)]))
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether there is a public client with this id.
    pub fn contain(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Returns whether this address is a registered redirect URI of the client.
    pub fn may_redirect(&self, id: &str, address: &str) -> bool {
        let uris = self.0.get(id).map(Vec::as_slice).unwrap_or_default();
        uris.iter().any(|uri| uri.matches(address))
    }
}

impl FromStr for PublicClients {
    type Err = NotClients;

    fn from_str(text: &str) -> Result<Self, NotClients> {
        let mut clients = BTreeMap::<_, Vec<_>>::new();
        let entries = text.split(',').map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            let fault = |fault: &str| NotClients(entry.to_owned(), fault.to_owned());
            let (id, uri) = entry.split_once('=').ok_or_else(|| fault("no such pair"))?;
            let (id, uri) = (id.trim(), uri.trim());
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            // The server gives UUIDs to machine clients.
            if !(1..=64).contains(&id.len()) || !id.bytes().all(plain) || is_id(id) {
                return Err(fault(
                    "without an id of 1 to 64 letters, digits and . _ - that is no UUID",
                ));
            }
            let uri =
                RedirectUri::new(uri).map_err(|expected| fault(&format!("not {expected}")))?;
            clients.entry(id.to_owned()).or_default().push(uri);
        }
        Ok(Self(clients))
    }
}

impl<'de> Deserialize<'de> for PublicClients {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::list::deserialize(deserializer)
    }
}

impl Serialize for PublicClients {
    /// Serializes a default, which is empty.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::PublicClients;

    #[test]
    fn clients_are_pairs_of_an_id_and_a_redirect_uri() {
        for (wrong, told) in [
            ("shop", "no such pair"),
            ("=https://shop.example/", "an id"),
            ("a b=https://shop.example/", "an id"),
            (
                "019a2f6e-0000-7000-8000-000000000000=https://shop.example/",
                "UUID",
            ),
            ("shop=http://shop.example/", "http to this machine"),
            ("a=https://shop.example/, b=/callback", "absolute"),
        ] {
            let fault = wrong.parse::<PublicClients>().unwrap_err().to_string();
            assert!(fault.contains(told), "{wrong}: {fault}");
        }
        let clients =
            "shop=https://shop.example/?a=b,shop=com.example.shop:/cb, cli = http://127.0.0.1/";
        let clients: PublicClients = clients.parse().unwrap();
        for (id, uri, may) in [
            ("shop", "https://shop.example/?a=b", true),
            ("shop", "com.example.shop:/cb", true),
            ("cli", "http://127.0.0.1:5000/", true),
            ("cli", "https://shop.example/?a=b", false),
            ("auth-server", "http://127.0.0.1:5000/", false),
        ] {
            assert_eq!(clients.may_redirect(id, uri), may, "{id} {uri}");
        }
    }

    #[test]
    fn without_a_setting_only_docs_of_a_server_for_development_are_on_loopback() {
        let local = PublicClients::of_docs("http://localhost:8002");
        let public = PublicClients::of_docs("https://id.example");
        let loopback = "http://127.0.0.1:8003/docs/oauth2-redirect.html";
        assert!(local.may_redirect("auth-server", loopback));
        assert!(!public.may_redirect("auth-server", loopback));
        let own = "https://id.example/docs/oauth2-redirect.html";
        assert!(public.may_redirect("auth-server", own));
        assert!(!local.may_redirect("auth-server", "http://127.0.0.1:8003/other"));
    }
}
