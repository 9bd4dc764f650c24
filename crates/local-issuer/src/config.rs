//! Configuration of an issuer, as plain values.

mod checks;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use crate::auth0::TokenDialect;
use crate::keys::IssuerKeys;
use crate::personas::Personas;
use crate::secret::Secret;
use crate::services::{Service, ServiceLimits};
use crate::sessions::SessionLimits;
use crate::tls::TlsFiles;

pub(crate) use checks::{auth0_issuer, issuer_base, project_id, roles_claim};

/// The Descope project id that is used when none is configured: the form of a real one, and plainly not one.
pub const DEFAULT_PROJECT_ID: &str = "P2LocalIssuerDevelopment0000";

/// The management key that is used when none is configured. It is public: it opens this issuer, and nothing else.
pub const DEFAULT_MANAGEMENT_KEY: &str = "local-management-key";

/// Configuration of an issuer.
///
/// The default is meant for tests: loopback, free ports, fresh keys, the built-in personas, no control plane.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// The address both listeners bind.
    pub host: IpAddr,
    /// The certificate of both listeners; without one they speak plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The Descope side.
    pub descope: DescopeConfig,
    /// The Auth0 side.
    pub auth0: Auth0Config,
    /// Who can get a token.
    pub personas: Personas,
    /// Where the signing keys come from.
    pub keys: KeyOrigin,
    /// The bearer token of `/_control`; without one there is no control plane.
    pub control_token: Option<Secret>,
    /// How far the control plane, and the library's calls that do the same, may go.
    pub control_limits: ControlLimits,
    /// How many sessions are kept in memory.
    pub session_limits: SessionLimits,
    /// How many sign-in pages may be open at one provider, and how many codes, browsers and opaque tokens it remembers; 10,000 of
    /// each. The oldest is dropped for a new one.
    pub open_sign_ins: usize,
    /// The lifetime of access tokens; `None` is each provider's own default (Descope 10 minutes, Auth0 24 hours).
    pub token_lifetime: Option<Duration>,
    /// The services that the page lists; none.
    pub services: Vec<Service>,
    /// How long the page waits for a service, and how much of a response it takes.
    pub service_limits: ServiceLimits,
    /// Worker threads of each listener.
    pub workers: usize,
}

/// The settings of the Descope dialect.
#[derive(Clone, Debug)]
pub struct DescopeConfig {
    /// The port to listen on; 0 is a free one.
    pub port: u16,
    /// The project id: `P` and 27 to 31 letters or digits.
    pub project_id: String,
    /// What issuers in tokens start with, without a trailing slash.
    /// `None` is `http://localhost:{port}`, or `http://127.0.0.1:{port}` when `port` is 0.
    pub issuer_base: Option<String>,
    /// The key of the management API; `local-management-key`, which is public.
    pub management_key: Secret,
    /// Whether each refresh of a session gives a new refresh token, and ends the session if the old one is used again; off, as in
    /// a new project.
    pub rotates_refresh_tokens: bool,
    /// How many users, access keys, tenants, roles and permissions there may be, of each; 1,000.
    pub directory_entries: usize,
}

/// The settings of the Auth0 dialect.
#[derive(Clone, Debug)]
pub struct Auth0Config {
    /// The port to listen on; 0 is a free one.
    pub port: u16,
    /// The issuer in tokens, with its trailing slash.
    /// `None` is `http://localhost:{port}/`, or `http://127.0.0.1:{port}/` when `port` is 0.
    pub issuer: Option<String>,
    /// The identifier of the one API that tokens can be asked for.
    pub audience: String,
    /// The token dialect of that API.
    pub dialect: TokenDialect,
    /// The namespaced claim that carries roles.
    pub roles_claim: String,
}

/// How far faults and hostile keys may go, so that a typing error does not take the machine down.
#[derive(Clone, Debug)]
pub struct ControlLimits {
    /// The largest body of a call to the control plane; 1 MiB.
    pub body_bytes: usize,
    /// The largest response that [`Fault::Grow`](crate::Fault::Grow) makes; 1 GiB.
    pub answer_bytes: u64,
    /// How many keys of one provider there may be in its key set, the hostile ones among them; 10,000.
    pub keys: usize,
    /// How many of the last requests are remembered for each provider; 1,000.
    pub requests: usize,
}

/// Where the signing keys come from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum KeyOrigin {
    /// New keys at each start.
    #[default]
    Fresh,
    /// Keys made once for all issuers of this process that ask for them: quick, for tests that are not about keys.
    Shared,
    /// Keys kept in a file (created with mode 0600 if it is not there) and written back after each rotation.
    File(PathBuf),
    /// The keys of an issuer that ran before, see [`LocalIssuer::config`](crate::LocalIssuer::config).
    Kept(IssuerKeys),
}

impl Default for IssuerConfig {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            tls: None,
            descope: DescopeConfig::default(),
            auth0: Auth0Config::default(),
            personas: Personas::built_in(),
            keys: KeyOrigin::Fresh,
            control_token: None,
            control_limits: ControlLimits::default(),
            session_limits: SessionLimits::default(),
            open_sign_ins: 10_000,
            token_lifetime: None,
            services: Vec::new(),
            service_limits: ServiceLimits::default(),
            workers: 1,
        }
    }
}

impl IssuerConfig {
    /// Refuses values that would make addresses or tokens that cannot work; says what is expected.
    pub(crate) fn check(&self) -> Result<(), String> {
        project_id(&self.descope.project_id)?;
        roles_claim(&self.auth0.roles_claim)?;
        let base = self.descope.issuer_base.as_deref();
        base.map_or(Ok(()), issuer_base)?;
        self.auth0.issuer.as_deref().map_or(Ok(()), auth0_issuer)
    }
}

impl Default for ControlLimits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            answer_bytes: 1024 * 1024 * 1024,
            keys: 10_000,
            requests: 1_000,
        }
    }
}

impl Default for DescopeConfig {
    fn default() -> Self {
        Self {
            port: 0,
            project_id: DEFAULT_PROJECT_ID.to_owned(),
            issuer_base: None,
            management_key: Secret::new(DEFAULT_MANAGEMENT_KEY),
            rotates_refresh_tokens: false,
            directory_entries: 1_000,
        }
    }
}

impl Default for Auth0Config {
    fn default() -> Self {
        Self {
            port: 0,
            issuer: None,
            audience: "https://api.example.com".to_owned(),
            dialect: TokenDialect::default(),
            roles_claim: "https://example.com/roles".to_owned(),
        }
    }
}
