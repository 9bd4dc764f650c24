//! Issuers of this process, with tokens that they signed.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use integration_tests::ServiceKind;
use local_issuer::{Algorithm, IssuerConfig, LocalIssuer, ProviderHandle, TokenKind};

use crate::request_file::{RequestFile, token};

/// An issuer and its tokens.
pub struct Issuer {
    running: LocalIssuer,
    kind: ServiceKind,
    /// One that is in no file.
    pub token: String,
    pub requests: RequestFile,
}

impl Issuer {
    /// An issuer with at least so many keys and so many tokens.
    pub async fn start(kind: ServiceKind, file: &Path, keys: usize, tokens: usize) -> Result<Self> {
        let running = LocalIssuer::start(IssuerConfig {
            token_lifetime: Some(Duration::from_secs(24 * 60 * 60)),
            ..IssuerConfig::default()
        })
        .await?;
        let provider = running.provider(kind.provider()).clone();
        while key_count(&provider) < keys {
            provider.publish(Algorithm::Rs256)?;
        }
        let mint = provider.mint("admin", TokenKind::Access)?;
        Ok(Self {
            token: token(&mint, tokens)?,
            requests: RequestFile::write(file.to_owned(), &provider, tokens)?,
            running,
            kind,
        })
    }

    /// The side that the service trusts.
    pub fn provider(&self) -> &ProviderHandle {
        self.running.provider(self.kind.provider())
    }

    /// What starts it: with its addresses.
    pub fn config(&self) -> IssuerConfig {
        self.running.config()
    }
}

/// How many keys are in the key set.
fn key_count(provider: &ProviderHandle) -> usize {
    let ids = provider.key_ids();
    1 + usize::from(ids.next.is_some()) + ids.previous.len() + ids.published.len()
}
