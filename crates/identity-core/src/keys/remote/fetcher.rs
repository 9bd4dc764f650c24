//! Fetches a key set.

use std::pin::Pin;

use tokio::time::Instant;
use url::Url;

use super::{KeyAddress, RemoteKeysConfig};
use crate::discovery::{Discovery, DiscoveryConfig};
use crate::http::HttpClient;
use crate::keys::{KeyFault, KeySet};

pub(super) type Fetched<'a> = Pin<Box<dyn Future<Output = Result<KeySet, KeyFault>> + Send + 'a>>;

/// Fetches the key set once.
pub(super) trait Fetch: Send {
    fn fetch(&mut self) -> Fetched<'_>;
}

/// Fetches the key set over HTTP, and remembers the `jwks_uri` of the discovery document.
pub(super) struct RemoteFetcher {
    config: RemoteKeysConfig,
    http: HttpClient,
    discovered: Option<(Discovered, Instant)>,
}

/// What a discovery document says about keys.
#[derive(Clone)]
struct Discovered {
    jwks_uri: Url,
    algorithms: Vec<String>,
}

impl RemoteFetcher {
    pub(super) fn new(config: &RemoteKeysConfig, http: HttpClient) -> Self {
        Self {
            config: config.clone(),
            http,
            discovered: None,
        }
    }

    async fn find(&mut self) -> Result<Discovered, KeyFault> {
        match self.config.address.clone() {
            KeyAddress::Fixed(jwks_uri) => Ok(Discovered {
                jwks_uri,
                algorithms: Vec::new(),
            }),
            KeyAddress::Discovered(discovery) => self.discover(&discovery).await,
        }
    }

    async fn discover(&mut self, discovery: &DiscoveryConfig) -> Result<Discovered, KeyFault> {
        if let Some((discovered, at)) = &self.discovered
            && at.elapsed() < self.config.refresh.discovery_ttl
        {
            return Ok(discovered.clone());
        }
        let document = Discovery::fetch(&self.http, discovery).await?;
        let discovered = Discovered {
            jwks_uri: document.jwks_uri().clone(),
            algorithms: document.signing_algorithms(),
        };
        self.discovered = Some((discovered.clone(), Instant::now()));
        Ok(discovered)
    }

    async fn key_set(&mut self) -> Result<KeySet, KeyFault> {
        let discovered = self.find().await?;
        let document = self.http.get(&discovered.jwks_uri).await?;
        let set = KeySet::parse(&document, self.config.refresh.max_keys, self.config.unnamed)?;
        Ok(set.with_offered_algorithms(discovered.algorithms))
    }
}

impl Fetch for RemoteFetcher {
    fn fetch(&mut self) -> Fetched<'_> {
        Box::pin(async move {
            let result = self.key_set().await;
            if result.is_err() {
                // The key set may have moved: read the discovery document again next time.
                self.discovered = None;
            }
            result
        })
    }
}
