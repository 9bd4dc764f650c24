//! Local issuers that come and go.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, Personas};
use tokio::net::TcpSocket;

use super::kind::ServiceKind;

/// An issuer on free ports with the personas that the suite of this service knows, and with keys that other issuers of
/// this process may have too: what is not about keys is quicker so.
pub fn issuer_config(kind: ServiceKind) -> Result<IssuerConfig> {
    Ok(IssuerConfig {
        keys: KeyOrigin::Shared,
        personas: personas(kind)?,
        ..IssuerConfig::default()
    })
}

/// Those that come with the issuer, unless the service asks for rights that none of them has.
fn personas(kind: ServiceKind) -> Result<Personas> {
    match kind {
        ServiceKind::BillingApi => crate::billing::personas(),
        _ => Ok(Personas::built_in()),
    }
}

/// Starts an issuer as [`issuer_config`] says.
pub(crate) async fn start_issuer(kind: ServiceKind) -> Result<LocalIssuer> {
    Ok(LocalIssuer::start(issuer_config(kind)?).await?)
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
    pub(crate) fn config(&self, kind: ServiceKind) -> Result<IssuerConfig> {
        let (descope, auth0) = (self.descope.local_addr()?, self.auth0.local_addr()?);
        let mut config = issuer_config(kind)?;
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
