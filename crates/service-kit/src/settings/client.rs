//! Settings of outgoing connections: the proxy and additional certificate authorities.

use std::fmt;
use std::path::PathBuf;

use identity_core::http::client_builder;
use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{SettingsReader, text};

/// How the identity provider is reached. `Debug` omits the proxy's URL, which may contain a password.
#[derive(Clone, Default)]
pub struct ClientSettings {
    /// The proxy, from `HTTPS_PROXY` and `NO_PROXY`. Default none: the client does not read the environment itself.
    pub proxy: Option<Proxy>,
    /// Certificate authorities from `EXTRA_CA_FILE`, trusted in addition to the system's and Mozilla's. Default none.
    pub authorities: Vec<Certificate>,
}

/// The settings as written.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "issuer"))]
struct Written {
    /// The proxy for https requests to the identity provider, such as http://proxy.example.com:3128.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-secret" = true, "x-expected" = "the address of an HTTP proxy, such as http://proxy.example.com:3128"))]
    https_proxy: Option<Url>,
    /// Hosts that are reached without the proxy, with commas between them.
    no_proxy: Option<String>,
    /// A PEM file of certificate authorities that are trusted besides the system's, such as a company's own.
    extra_ca_file: Option<PathBuf>,
}

impl ClientSettings {
    /// Reads the settings and the file.
    pub(super) fn read(reader: &mut SettingsReader) -> Self {
        let written = reader.group(Written::default());
        let except = written.no_proxy.as_deref().and_then(NoProxy::from_string);
        let proxy = written.https_proxy.and_then(|url| {
            let is_http = ["http", "https"].contains(&url.scheme()) && url.has_host();
            let proxy = is_http.then(|| Proxy::https(url).ok()).flatten();
            if proxy.is_none() {
                let expected =
                    "expected the address of an HTTP proxy, such as http://proxy.example.com:3128";
                reader.unusable("https_proxy", expected);
            }
            proxy
        });
        let mut authorities = Vec::new();
        if let Some(path) = written.extra_ca_file {
            let read = std::fs::read(&path);
            let content = read.as_deref().unwrap_or_default();
            reader.note_content("extra_ca_file", &path, content);
            match read {
                Ok(pem) => authorities = Certificate::from_pem_bundle(&pem).unwrap_or_default(),
                Err(error) => {
                    let expected = format!("{} cannot be read: {error}", path.display());
                    reader.unusable("extra_ca_file", &expected);
                    return Self::default();
                }
            }
            if authorities.is_empty() {
                let expected = format!("expected certificates in PEM in {}", path.display());
                reader.unusable("extra_ca_file", &expected);
            }
        }
        Self {
            proxy: proxy.map(|proxy| proxy.no_proxy(except)),
            authorities,
        }
    }

    /// Returns whether anything is set.
    pub fn is_set(&self) -> bool {
        self.proxy.is_some() || !self.authorities.is_empty()
    }

    /// Returns the builder of a client that uses the proxy and trusts the certificate authorities. It is for
    /// identity-core, which adds its timeout and disables redirects.
    pub fn builder(&self) -> ClientBuilder {
        let builder = client_builder().no_proxy();
        let builder = builder.tls_certs_merge(self.authorities.iter().cloned());
        match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        }
    }
}

impl fmt::Debug for ClientSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientSettings")
            .field("is_set", &self.is_set())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
