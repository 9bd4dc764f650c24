//! From a configuration to what the servers serve.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use super::error::StartError;
use crate::auth0::{self, Tenant};
use crate::clock::Clock;
use crate::config::{IssuerConfig, KeyOrigin};
use crate::descope::{self, Project};
use crate::faults::Faults;
use crate::form_key::FormKey;
use crate::handle::{Auth0Handle, DescopeHandle};
use crate::keys::{IssuerKeys, KeyError, KeyFile, KeyRing, KeyStyles};
use crate::kind::ProviderKind;
use crate::personas::Persona;
use crate::provider::{Dialect, Provider};
use crate::requests::RequestCounter;
use crate::services::Services;
use crate::sessions::Sessions;
use crate::settings;
use crate::sign_in::SignIns;

const STYLES: KeyStyles = [
    (ProviderKind::Descope, descope::KEYS),
    (ProviderKind::Auth0, auth0::KEYS),
];

/// The keys of both providers, and the file that keeps them.
pub(super) struct OpenedKeys {
    keys: IssuerKeys,
    file: Option<Arc<KeyFile>>,
}

/// What both sides are made from.
pub(super) struct Shared<'a> {
    pub(super) config: &'a IssuerConfig,
    pub(super) keys: &'a OpenedKeys,
    pub(super) services: Arc<Services>,
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

pub(super) fn keys(origin: KeyOrigin) -> Result<OpenedKeys, KeyError> {
    let keys = match origin {
        KeyOrigin::Fresh => IssuerKeys::generate(&STYLES)?,
        KeyOrigin::Shared => IssuerKeys::shared(&STYLES)?,
        KeyOrigin::Kept(keys) => keys,
        KeyOrigin::File(path) => {
            let (file, keys) = KeyFile::open(&path, &STYLES)?;
            let file = Some(file);
            return Ok(OpenedKeys { keys, file });
        }
    };
    Ok(OpenedKeys { keys, file: None })
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
    let scheme = scheme(&config);
    let base = |configured: u16, address: SocketAddr| match configured {
        // A free port (in a test) is used by address, a configured one by name.
        0 => format!("{scheme}://{address}"),
        port => format!("{scheme}://localhost:{port}"),
    };
    let (descope_base, auth0_base) = (
        base(config.descope.port, descope),
        base(config.auth0.port, auth0),
    );
    config.descope.issuer_base.get_or_insert(descope_base);
    config.auth0.issuer.get_or_insert(format!("{auth0_base}/"));
    config.descope.port = descope.port();
    config.auth0.port = auth0.port();
    config
}

/// The services of a configuration whose ports are known.
pub(super) fn services(config: &IssuerConfig) -> Arc<Services> {
    let ports = [
        (ProviderKind::Descope, config.descope.port),
        (ProviderKind::Auth0, config.auth0.port),
    ];
    let (listed, limits) = (config.services.clone(), config.service_limits.clone());
    Arc::new(Services::new(listed, limits, ports))
}

pub(super) fn descope(
    shared: &Shared<'_>,
    address: SocketAddr,
) -> Result<DescopeHandle, StartError> {
    let config = shared.config;
    let personas = &config.personas.descope;
    let project = Arc::new(Project::new(&config.descope, personas));
    let base_url = base_url(config, address, &project.issuer_base);
    let state = provider(shared, project.clone(), base_url, personas)?;
    Ok(DescopeHandle::new(state, project))
}

pub(super) fn auth0(shared: &Shared<'_>, address: SocketAddr) -> Result<Auth0Handle, StartError> {
    let config = shared.config;
    let tenant = Arc::new(Tenant {
        issuer: config.auth0.issuer.clone().unwrap_or_default(),
        audience: config.auth0.audience.clone(),
        dialect: config.auth0.dialect,
        roles_claim: config.auth0.roles_claim.clone(),
    });
    let base_url = base_url(config, address, &tenant.issuer);
    let personas = &config.personas.auth0;
    let state = provider(shared, tenant.clone(), base_url, personas)?;
    Ok(Auth0Handle::new(state, tenant))
}

/// The address by the name that the tokens have for it, where that is this machine: what is printed can then be used as it
/// is in a service's settings.
fn base_url(config: &IssuerConfig, address: SocketAddr, issuer: &str) -> String {
    let scheme = scheme(config);
    let named = format!("{scheme}://localhost:{}", address.port());
    if issuer.trim_end_matches('/') == named {
        named
    } else {
        format!("{scheme}://{address}")
    }
}

fn scheme(config: &IssuerConfig) -> &'static str {
    match config.tls {
        Some(_) => "https",
        None => "http",
    }
}

fn provider(
    shared: &Shared<'_>,
    dialect: Arc<dyn Dialect>,
    base_url: String,
    personas: &[Persona],
) -> Result<Arc<Provider>, StartError> {
    let (config, opened) = (shared.config, shared.keys);
    let kind = dialect.kind();
    let style = STYLES.iter().find(|(known, _)| *known == kind);
    let ring = style
        .zip(opened.keys.0.get(&kind))
        .map(|((_, style), keys)| {
            let file = opened.file.clone().map(|file| (file, kind));
            KeyRing::new(*style, keys.clone(), file, config.control_limits.keys)
        });
    Ok(Arc::new(Provider {
        routes: Arc::clone(&dialect).routes(),
        dialect,
        base_url,
        personas: personas.to_vec(),
        clients: config.personas.clients.clone(),
        keys: ring.ok_or(KeyError::Generate)?,
        sessions: Sessions::new(config.session_limits.clone()),
        sign_ins: SignIns::new(config.open_sign_ins),
        token_lifetime: config.token_lifetime,
        form_key: FormKey::generate()?,
        control_token: config.control_token.clone(),
        limits: config.control_limits.clone(),
        requests: RequestCounter::new(config.control_limits.requests),
        faults: Faults::new(),
        clock: Clock::default(),
        services: Arc::clone(&shared.services),
    }))
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
