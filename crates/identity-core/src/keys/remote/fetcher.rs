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
    discovered: Option<(Url, Instant)>,
}

impl RemoteFetcher {
    pub(super) fn new(config: &RemoteKeysConfig, http: HttpClient) -> Self {
        Self {
            config: config.clone(),
            http,
            discovered: None,
        }
    }

    async fn jwks_uri(&mut self) -> Result<Url, KeyFault> {
        match self.config.address.clone() {
            KeyAddress::Fixed(url) => Ok(url),
            KeyAddress::Discovered(discovery) => self.discover(&discovery).await,
        }
    }

    async fn discover(&mut self, discovery: &DiscoveryConfig) -> Result<Url, KeyFault> {
        if let Some((url, at)) = &self.discovered
            && at.elapsed() < self.config.refresh.discovery_ttl
        {
            return Ok(url.clone());
        }
        let url = Discovery::fetch(&self.http, discovery)
            .await?
            .jwks_uri()
            .clone();
        self.discovered = Some((url.clone(), Instant::now()));
        Ok(url)
    }

    async fn key_set(&mut self) -> Result<KeySet, KeyFault> {
        let url = self.jwks_uri().await?;
        let document = self.http.get(&url).await?;
        Ok(KeySet::from_json(&document, self.config.refresh.max_keys)?)
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
