//! Local issuers that come and go.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, Personas};
use tokio::net::TcpSocket;

use crate::kind::ServiceKind;

/// The personas of billing-api's suite, as a file for an issuer that runs somewhere else.
pub const BILLING_PERSONAS: &str = include_str!("billing_personas.toml");

/// An issuer on free ports with the personas that the suite of this service knows, and with keys that other issuers of
/// this process may have too: what is not about keys is quicker so.
pub fn issuer_config(kind: ServiceKind) -> Result<IssuerConfig> {
    Ok(IssuerConfig {
        keys: KeyOrigin::Shared,
        personas: personas(kind)?,
        ..IssuerConfig::default()
    })
}

/// Those that come with the issuer, unless the service needs rights that none of them has; the other provider's are always
/// its own, and have their tokens refused.
pub fn personas(kind: ServiceKind) -> Result<Personas> {
    let mut personas = Personas::built_in();
    if kind == ServiceKind::BillingApi {
        personas.auth0 = Personas::from_toml(BILLING_PERSONAS)?.auth0;
    }
    Ok(personas)
}

/// Starts an issuer as [`issuer_config`] says.
pub async fn start_issuer(kind: ServiceKind) -> Result<LocalIssuer> {
    Ok(LocalIssuer::start(issuer_config(kind)?).await?)
}

/// Two ports on which nothing listens until an issuer or a service does, and which no other program gets: they are bound
/// here.
#[derive(Debug)]
pub struct ReservedPorts([TcpSocket; 2]);

impl ReservedPorts {
    /// Takes two free ones.
    pub fn take() -> Result<Self> {
        Ok(Self([reserve()?, reserve()?]))
    }

    /// Their addresses.
    pub fn addresses(&self) -> Result<[SocketAddr; 2]> {
        let [first, second] = &self.0;
        Ok([first.local_addr()?, second.local_addr()?])
    }

    /// An issuer on these ports; its address is known before it is there.
    pub fn config(&self, kind: ServiceKind) -> Result<IssuerConfig> {
        let [descope, auth0] = self.addresses()?;
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
