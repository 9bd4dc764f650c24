//! Local issuers that come and go.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer};
use tokio::net::TcpSocket;

/// An issuer on free ports, with keys that other issuers of this process may have too: what is not about keys is quicker so.
pub(crate) async fn start_issuer() -> Result<LocalIssuer> {
    let config = IssuerConfig {
        keys: KeyOrigin::Shared,
        ..IssuerConfig::default()
    };
    Ok(LocalIssuer::start(config).await?)
}

/// Two ports on which nothing listens until an issuer does, and which nobody else gets: they are bound here.
#[derive(Debug)]
pub(crate) struct ReservedPorts {
    descope: TcpSocket,
    auth0: TcpSocket,
}

impl ReservedPorts {
    pub(crate) fn take() -> Result<Self> {
        Ok(Self {
            descope: reserve()?,
            auth0: reserve()?,
        })
    }

    /// What starts an issuer on these ports; its address is known before it is there.
    pub(crate) fn config(&self) -> Result<IssuerConfig> {
        let (descope, auth0) = (self.descope.local_addr()?, self.auth0.local_addr()?);
        let mut config = IssuerConfig {
            keys: KeyOrigin::Shared,
            ..IssuerConfig::default()
        };
        config.descope.port = descope.port();
        config.descope.issuer_base = Some(format!("http://{descope}"));
        config.auth0.port = auth0.port();
        config.auth0.issuer = Some(format!("http://{auth0}/"));
        Ok(config)
    }
}

/// A socket that has a port and does not listen; with address reuse, another one may then listen there.
fn reserve() -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}
