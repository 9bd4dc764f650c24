//! Starting and stopping.

mod prepare;

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::{IssuerConfig, KeyOrigin};
use crate::keys::{IssuerKeys, KeyError};
use crate::provider::{Auth0Handle, DescopeHandle, ProviderHandle, ProviderKind};
use crate::server::Servers;

/// A running issuer; dropping it stops it without waiting for open requests.
#[derive(Debug)]
pub struct LocalIssuer {
    config: IssuerConfig,
    descope: DescopeHandle,
    auth0: Auth0Handle,
    servers: Servers,
}

/// Why an issuer did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A port could not be bound, most often because something else listens there.
    #[error("cannot listen on {address} for the {provider} side; choose another port with {variable}", provider = provider.name())]
    Bind {
        /// Which side.
        provider: ProviderKind,
        /// The address that was tried.
        address: SocketAddr,
        /// The variable that sets the port.
        variable: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A value in the configuration cannot work.
    #[error("{0}")]
    Config(String),
    /// The signing keys could not be made, read or kept.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The server threads did not come up.
    #[error("cannot start the servers: {0}")]
    Serve(String),
}

impl StartError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "port_unavailable",
            Self::Config(_) => "invalid_configuration",
            Self::Keys(error) => error.code(),
            Self::Serve(_) => "server_failed",
        }
    }
}

impl LocalIssuer {
    /// Binds both ports and serves them from threads of its own, so that it can be called from any runtime.
    ///
    /// # Errors
    /// If a port is taken, the keys cannot be made or read, or a value in `config` cannot work.
    pub async fn start(config: IssuerConfig) -> Result<Self, StartError> {
        prepare::check(&config)?;
        let descope_listener =
            prepare::bind(config.host, config.descope.port, ProviderKind::Descope)?;
        let auth0_listener = prepare::bind(config.host, config.auth0.port, ProviderKind::Auth0)?;
        let origin = config.keys.clone();
        let (file, keys) = tokio::task::spawn_blocking(move || prepare::keys(origin))
            .await
            .map_err(|error| StartError::Serve(error.to_string()))??;

        let (descope_url, auth0_url) = (
            prepare::address(&descope_listener)?,
            prepare::address(&auth0_listener)?,
        );
        let config = prepare::resolve(config, descope_url, auth0_url);
        let descope = prepare::descope(&config, descope_url, *keys.descope, file.clone());
        let auth0 = prepare::auth0(&config, auth0_url, *keys.auth0, file);
        let listeners = vec![
            (descope_listener, Arc::clone(&descope.state)),
            (auth0_listener, Arc::clone(&auth0.state)),
        ];
        let servers = Servers::start(listeners, config.workers)
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

    /// What starts this very issuer again after [`Self::stop`]: the same ports, issuers and keys.
    pub fn config(&self) -> IssuerConfig {
        let keys = match &self.config.keys {
            KeyOrigin::File(path) => KeyOrigin::File(path.clone()),
            _ => KeyOrigin::Kept(IssuerKeys {
                descope: Box::new(self.descope.state.keys.snapshot()),
                auth0: Box::new(self.auth0.state.keys.snapshot()),
            }),
        };
        IssuerConfig {
            keys,
            ..self.config.clone()
        }
    }

    /// Lets open requests finish, for at most five seconds, and frees the ports.
    pub async fn stop(self) {
        // Whatever is held back by a fault can go on, so that nobody waits for it.
        self.descope.clear_faults();
        self.auth0.clear_faults();
        self.servers.stop().await;
    }
}
