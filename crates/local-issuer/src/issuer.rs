//! Starting and stopping.

mod error;
mod prepare;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use error::StartError;

use crate::config::{IssuerConfig, KeyOrigin};
use crate::handle::{Auth0Handle, DescopeHandle, ProviderHandle};
use crate::keys::IssuerKeys;
use crate::kind::ProviderKind;
use crate::server::{Servers, serve};
use crate::services::Service;
use crate::tls::TlsFiles;

/// A running issuer; dropping it stops it without waiting for open requests.
#[derive(Debug)]
pub struct LocalIssuer {
    config: IssuerConfig,
    descope: DescopeHandle,
    auth0: Auth0Handle,
    servers: Servers,
}

impl LocalIssuer {
    /// Binds both ports and serves them from threads of its own, so that it can be called from any runtime.
    ///
    /// # Errors
    /// If a port is taken, the keys cannot be made or read, the certificate cannot be used, or a value in `config` cannot work.
    pub async fn start(config: IssuerConfig) -> Result<Self, StartError> {
        config.check().map_err(StartError::Config)?;
        let tls = config.tls.as_ref().map(TlsFiles::open).transpose()?;
        let descope_listener =
            prepare::bind(config.host, config.descope.port, ProviderKind::Descope)?;
        let auth0_listener = prepare::bind(config.host, config.auth0.port, ProviderKind::Auth0)?;
        let origin = config.keys.clone();
        let keys = tokio::task::spawn_blocking(move || prepare::keys(origin))
            .await
            .map_err(|error| StartError::Serve(error.to_string()))??;

        let (descope_url, auth0_url) = (
            prepare::address(&descope_listener)?,
            prepare::address(&auth0_listener)?,
        );
        let config = prepare::resolve(config, descope_url, auth0_url);
        let shared = prepare::Shared {
            config: &config,
            keys: &keys,
            services: prepare::services(&config),
        };
        let descope = prepare::descope(&shared, descope_url)?;
        let auth0 = prepare::auth0(&shared, auth0_url)?;
        let listeners = vec![
            (descope_listener, Arc::clone(&descope.state)),
            (auth0_listener, Arc::clone(&auth0.state)),
        ];
        let workers = config.workers;
        let servers = Servers::start(listeners, move |listener, provider| {
            serve(listener, tls.clone(), provider, workers)
        })
        .await
        .map_err(|error| StartError::Serve(error.to_string()))?;
        Ok(Self {
            config,
            descope,
            auth0,
            servers,
        })
    }

    /// The Descope side.
    pub fn descope(&self) -> &DescopeHandle {
        &self.descope
    }

    /// The Auth0 side.
    pub fn auth0(&self) -> &Auth0Handle {
        &self.auth0
    }

    /// Either side, for what both have.
    pub fn provider(&self, provider: ProviderKind) -> &ProviderHandle {
        match provider {
            ProviderKind::Descope => &self.descope,
            ProviderKind::Auth0 => &self.auth0,
        }
    }

    /// Lists these services on the page instead: for a program whose services start after the issuer.
    pub fn list_services(&self, services: Vec<Service>) {
        self.descope.state.services.list(services);
    }

    /// What starts this very issuer again after [`Self::stop`]: the same ports, issuers and keys.
    pub fn config(&self) -> IssuerConfig {
        let keys = match &self.config.keys {
            KeyOrigin::File(path) => KeyOrigin::File(path.clone()),
            _ => {
                let sides: [&ProviderHandle; 2] = [&self.descope, &self.auth0];
                let rings = sides.map(|side| (side.kind(), side.state.keys.snapshot()));
                KeyOrigin::Kept(IssuerKeys(BTreeMap::from(rings)))
            }
        };
        IssuerConfig {
            keys,
            services: self.descope.state.services.listed(),
            ..self.config.clone()
        }
    }

    /// Lets open requests finish, for at most five seconds, and frees the ports.
    pub async fn stop(self) {
        // Responses that a fault delays are sent now, so that stopping does not wait for them.
        self.descope.clear_faults();
        self.auth0.clear_faults();
        self.servers.stop().await;
    }
}
