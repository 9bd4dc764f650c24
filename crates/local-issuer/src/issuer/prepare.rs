//! From a configuration to what the servers serve.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use super::StartError;
use crate::auth0::Tenant;
use crate::clock::Clock;
use crate::config::{IssuerConfig, KeyOrigin};
use crate::descope::Project;
use crate::faults::Faults;
use crate::keys::{IssuerKeys, KeyError, KeyFile, KeyRing, RingKeys};
use crate::personas::Persona;
use crate::provider::{Auth0Handle, DescopeHandle, Dialect, ProviderKind, ProviderState};
use crate::requests::RequestCounter;
use crate::settings;

/// Refuses values that would make addresses or tokens nobody can use.
pub(super) fn check(config: &IssuerConfig) -> Result<(), StartError> {
    let checks = [
        settings::check_project_id(&config.descope.project_id),
        config
            .descope
            .issuer_base
            .as_deref()
            .map_or(Ok(()), settings::check_issuer_base),
        config
            .auth0
            .issuer
            .as_deref()
            .map_or(Ok(()), settings::check_auth0_issuer),
        settings::check_roles_claim(&config.auth0.roles_claim),
    ];
    checks
        .into_iter()
        .collect::<Result<(), String>>()
        .map_err(StartError::Config)
}

pub(super) fn bind(
    host: IpAddr,
    port: u16,
    provider: ProviderKind,
) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(host, port);
    let variable = match provider {
        ProviderKind::Descope => settings::DESCOPE_PORT,
        ProviderKind::Auth0 => settings::AUTH0_PORT,
    };
    TcpListener::bind(address).map_err(|source| StartError::Bind {
        provider,
        address,
        variable,
        source,
    })
}

pub(super) fn keys(origin: KeyOrigin) -> Result<(Option<Arc<KeyFile>>, IssuerKeys), KeyError> {
    match origin {
        KeyOrigin::Fresh => Ok((None, IssuerKeys::generate()?)),
        KeyOrigin::Shared => Ok((None, IssuerKeys::shared()?)),
        KeyOrigin::Kept(keys) => Ok((None, keys)),
        KeyOrigin::File(path) => KeyFile::open(&path).map(|(file, keys)| (Some(file), keys)),
    }
}

/// Where a listener can be reached from this machine.
pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let mut address = listener
        .local_addr()
        .map_err(|error| StartError::Serve(error.to_string()))?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// The configuration with the ports and issuers it came to.
pub(super) fn resolve(
    mut config: IssuerConfig,
    descope: SocketAddr,
    auth0: SocketAddr,
) -> IssuerConfig {
    let base = |configured: u16, address: SocketAddr| match configured {
        // Whoever takes a free port (a test) goes by the address; whoever names one goes by the name.
        0 => format!("http://{address}"),
        port => format!("http://localhost:{port}"),
    };
    config
        .descope
        .issuer_base
        .get_or_insert_with(|| base(config.descope.port, descope));
    config
        .auth0
        .issuer
        .get_or_insert_with(|| format!("{}/", base(config.auth0.port, auth0)));
    config.descope.port = descope.port();
    config.auth0.port = auth0.port();
    config
}

pub(super) fn descope(
    config: &IssuerConfig,
    address: SocketAddr,
    keys: RingKeys,
    file: Option<Arc<KeyFile>>,
) -> DescopeHandle {
    let project = Arc::new(Project {
        id: config.descope.project_id.clone(),
        issuer_base: config.descope.issuer_base.clone().unwrap_or_default(),
    });
    let keys = ring(config, ProviderKind::Descope, keys, file);
    let dialect = Dialect::Descope(Arc::clone(&project));
    let base_url = base_url(address, &project.issuer_base);
    DescopeHandle::new(
        state(config, dialect, base_url, &config.personas.descope, keys),
        project,
    )
}

pub(super) fn auth0(
    config: &IssuerConfig,
    address: SocketAddr,
    keys: RingKeys,
    file: Option<Arc<KeyFile>>,
) -> Auth0Handle {
    let tenant = Arc::new(Tenant {
        issuer: config.auth0.issuer.clone().unwrap_or_default(),
        audience: config.auth0.audience.clone(),
        dialect: config.auth0.dialect,
        roles_claim: config.auth0.roles_claim.clone(),
    });
    let keys = ring(config, ProviderKind::Auth0, keys, file);
    let dialect = Dialect::Auth0(Arc::clone(&tenant));
    let base_url = base_url(address, &tenant.issuer);
    Auth0Handle::new(
        state(config, dialect, base_url, &config.personas.auth0, keys),
        tenant,
    )
}

/// The address by the name that the tokens have for it, where that is this machine: what is printed can then be used as it
/// stands in a service's settings.
fn base_url(address: SocketAddr, issuer: &str) -> String {
    let named = format!("http://localhost:{}", address.port());
    if issuer.trim_end_matches('/') == named {
        named
    } else {
        format!("http://{address}")
    }
}

fn ring(
    config: &IssuerConfig,
    provider: ProviderKind,
    keys: RingKeys,
    file: Option<Arc<KeyFile>>,
) -> KeyRing {
    KeyRing::new(provider, keys, file, config.control_limits.keys)
}

fn state(
    config: &IssuerConfig,
    dialect: Dialect,
    base_url: String,
    personas: &[Persona],
    keys: KeyRing,
) -> Arc<ProviderState> {
    Arc::new(ProviderState {
        endpoints: dialect.endpoints(),
        dialect,
        base_url,
        personas: personas.to_vec(),
        keys,
        token_lifetime: config.token_lifetime,
        control_token: config.control_token.clone(),
        limits: config.control_limits.clone(),
        requests: RequestCounter::new(config.control_limits.requests),
        faults: Faults::new(),
        clock: Clock::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(port: u16) -> IssuerConfig {
        let mut config = IssuerConfig::default();
        config.descope.port = port;
        config.auth0.port = port;
        let address = |port| SocketAddr::new(config.host, port);
        let (descope, auth0) = (address(9000), address(9001));
        resolve(config, descope, auth0)
    }

    #[test]
    fn a_named_port_gives_issuers_by_name() {
        let config = resolved(9000);
        assert_eq!(
            config.descope.issuer_base.as_deref(),
            Some("http://localhost:9000")
        );
        assert_eq!(
            config.auth0.issuer.as_deref(),
            Some("http://localhost:9000/")
        );
    }

    #[test]
    fn a_free_port_gives_issuers_by_address() {
        let config = resolved(0);
        assert_eq!(
            config.descope.issuer_base.as_deref(),
            Some("http://127.0.0.1:9000")
        );
        assert_eq!(
            config.auth0.issuer.as_deref(),
            Some("http://127.0.0.1:9001/")
        );
        assert_eq!((config.descope.port, config.auth0.port), (9000, 9001));
    }
}
