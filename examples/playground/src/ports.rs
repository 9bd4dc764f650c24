//! The ports of the issuer and the services.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context;

/// The ports; 0 takes any free port.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub descope_api: u16,
    pub auth0_api: u16,
    pub auth_server: u16,
    pub billing_api: u16,
    pub issuer_descope: u16,
    pub issuer_auth0: u16,
}

impl Ports {
    /// The default ports, as in the documentation.
    pub const USUAL: Self = Self {
        descope_api: descope_api::Settings::DEFAULT_PORT,
        auth0_api: auth0_api::Settings::DEFAULT_PORT,
        auth_server: auth_server::Settings::DEFAULT_PORT,
        billing_api: billing_api::Settings::DEFAULT_PORT,
        issuer_descope: 9000,
        issuer_auth0: 9001,
    };
    /// Any free ports.
    pub const FREE: Self = Self {
        descope_api: 0,
        auth0_api: 0,
        auth_server: 0,
        billing_api: 0,
        issuer_descope: 0,
        issuer_auth0: 0,
    };

    /// Fails if a port is taken. The services would report it with the names of settings that the playground does not
    /// read.
    pub fn check(self) -> anyhow::Result<()> {
        for port in [
            self.descope_api,
            self.auth0_api,
            self.auth_server,
            self.billing_api,
            self.issuer_descope,
            self.issuer_auth0,
        ] {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
                format!(
                    "port {port} is taken: stop what is using it, or let --free-ports take others"
                )
            })?;
        }
        Ok(())
    }
}
