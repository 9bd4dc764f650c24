//! Why an issuer did not start.

use std::net::SocketAddr;

use crate::keys::KeyError;
use crate::kind::ProviderKind;
use crate::tls::TlsError;

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
    /// The certificate of the listeners, or its key, cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
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
            Self::Tls(_) => "certificate_unusable",
            Self::Keys(error) => error.code(),
            Self::Serve(_) => "server_failed",
        }
    }
}
