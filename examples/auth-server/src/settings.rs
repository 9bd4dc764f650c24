//! The settings of auth-server: none is required, with SQLite.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use identity_core::clock::{Clock, SystemClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use service_kit::program::url_of;
use service_kit::settings::{Field, ServiceSettings, SettingsError, SettingsReader, text};
use service_kit::store::DatabaseConfig;
use url::Url;

use crate::encryption::EncryptionKey;
use crate::limits::{Limits, one_hash_a_core};
use crate::passwords::PasswordLimits;
use crate::public_clients::PublicClients;
use crate::signing::SigningAlgorithm;
use crate::store::AuditSettings;
use crate::throttle::{SinceStart, SteadyClock};
use crate::tokens::TokenConfig;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, responds and stops.
    pub service: ServiceSettings,
    /// The database. `DATABASE_URL` is by default `sqlite://data/auth-server.db`, a file that is made if it is missing.
    pub database: DatabaseConfig,
    /// `ISSUER`: the server's public address, `iss` of its tokens. Default where it listens.
    pub issuer: Option<String>,
    /// `AUDIENCE`: `aud` of its tokens, several between commas. Default the issuer.
    pub audience: Vec<String>,
    /// `NO_AUDIENCE`: whether tokens for other services have no `aud`. Default `false`.
    pub no_audience: bool,
    /// `MANAGEMENT_ON_REQUEST`: whether management is only in tokens whose scope asks for it. Default `false`.
    pub management_on_request: bool,
    /// `PUBLIC_CLIENTS`: the applications that people sign in to. Empty for the pages at `/docs`.
    pub public_clients: PublicClients,
    /// `PASSWORD_GRANT`: whether applications may send passwords. Default `true`.
    pub password_grant: bool,
    /// Signing keys and lifetimes.
    pub tokens: TokenSettings,
    /// What slows down guessing.
    pub limits: Limits,
    /// The audit log.
    pub audit: AuditSettings,
    /// Tells the time. Not read from anywhere.
    pub clock: Arc<dyn Clock>,
    /// Tells the time to the throttles. Not read from anywhere.
    pub steady_clock: Arc<dyn SteadyClock>,
}

/// Signing keys and lifetimes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenSettings {
    /// `KEY_ENCRYPTION_KEY`. Default a file beside the SQLite database.
    #[serde(skip)]
    pub encryption_key: Option<EncryptionKey>,
    /// `SIGNING_ALGORITHM`: default RS256.
    #[serde(skip)]
    pub algorithm: SigningAlgorithm,
    /// How long a key signs before the next one does.
    #[serde(rename = "key_rotation_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 60, max = 31_536_000))]
    pub key_rotation: Duration,
    /// How long an access token is valid.
    #[serde(rename = "access_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 10, max = 86_400))]
    pub access_lifetime: Duration,
    /// How long a sign-in lasts, however often it is refreshed.
    #[serde(rename = "session_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 60, max = 31_536_000))]
    pub session_lifetime: Duration,
    /// How many sign-ins of one user last at the same time; one more ends the oldest.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_sessions: u32,
    /// How long after its use a refresh token gets its successor again, such as for two browser tabs that refresh at once; 0
    /// ends the session at every second use.
    #[serde(rename = "refresh_grace_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 60))]
    pub refresh_grace: Duration,
}

/// All but the service's, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Own {
    /// The server's public address, which its tokens name as their issuer; `http://localhost:{PORT}` if unset.
    issuer: Option<String>,
    /// The audience of its tokens; the issuer if unset.
    audience: Vec<String>,
    /// Whether tokens for other services have no audience, for services that refuse every token with one because they check
    /// none.
    no_audience: bool,
    /// Whether permissions of auth-server are only in tokens whose scope names them, which other services then refuse;
    /// recommended, except for the walk-through.
    management_on_request: bool,
    /// 32 bytes in base64, which encrypt the signing keys in the database; a file beside the SQLite database if unset, required
    /// with PostgreSQL.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-secret" = true))]
    key_encryption_key: Option<EncryptionKey>,
    /// The algorithm that tokens are signed with: RS256, ES256 or EdDSA.
    #[serde(serialize_with = "algorithm", deserialize_with = "text::deserialize")]
    #[schemars(with = "String")]
    signing_algorithm: SigningAlgorithm,
    /// The public clients that people sign in to with their browser, as id=redirect-URI, several of one id with its name
    /// again, such as shop=https://shop.example.com/callback; the page at /docs as auth-server if unset, and, if the issuer is
    /// plain http, those of all services on this machine. A redirect URI must be the same, but for the port of this machine.
    #[schemars(with = "Vec<String>")]
    public_clients: PublicClients,
    /// Whether applications may sign in with a name and a password that they were given (the grant type password, and
    /// /user/login); false recommended, except for the walk-through.
    password_grant: bool,
    /// Lifetimes.
    tokens: TokenSettings,
    /// What slows down guessing.
    throttle: Limits,
    /// How many passwords are hashed.
    passwords: PasswordSettings,
    /// The audit trail.
    audit: AuditSettings,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct PasswordSettings {
    /// How many passwords are hashed at the same time; one a core if unset.
    #[schemars(range(min = 1, max = 1024))]
    at_once: Option<usize>,
    /// How many sign-ins may wait for that, those of one organization being as many as they leave free at most; the
    /// others get 503.
    #[schemars(range(min = 0, max = 1_048_576))]
    waiting: usize,
}

impl Default for Own {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: Vec::new(),
            no_audience: false,
            management_on_request: false,
            key_encryption_key: None,
            signing_algorithm: SigningAlgorithm::default(),
            public_clients: PublicClients::default(),
            password_grant: true,
            tokens: TokenSettings {
                encryption_key: None,
                algorithm: SigningAlgorithm::default(),
                key_rotation: 30 * DAY,
                access_lifetime: Duration::from_secs(600),
                session_lifetime: 30 * DAY,
                max_sessions: 100,
                refresh_grace: Duration::ZERO,
            },
            throttle: Limits::default(),
            passwords: PasswordSettings {
                at_once: None,
                waiting: one_hash_a_core().waiting,
            },
            audit: AuditSettings::default(),
        }
    }
}

impl Settings {
    /// The default port.
    pub const DEFAULT_PORT: u16 = 8002;

    const PREFIX: &str = "AUTH_SERVER";

    /// Reads a file, `.env` and the environment. Errors: everything that is bad or unknown, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(Self::PREFIX))
    }

    /// Reads what `reader` has.
    pub fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let settings = Self::read_groups(&mut reader);
        reader.finish(Some(settings))
    }

    /// Returns the defaults.
    pub fn defaults() -> Self {
        Self::read_groups(&mut SettingsReader::from_values(Self::PREFIX, []))
    }

    /// Returns all settings that there are.
    pub fn fields() -> Vec<Field> {
        let mut reader = SettingsReader::from_values(Self::PREFIX, []);
        drop(Self::read_groups(&mut reader));
        reader.fields().to_vec()
    }

    fn read_groups(reader: &mut SettingsReader) -> Self {
        let service =
            ServiceSettings::read(reader, Self::DEFAULT_PORT).of_version(env!("CARGO_PKG_VERSION"));
        let database = DatabaseConfig {
            // Each of those who wait while the database is gone has its password hashed when it is back: the fewer
            // they are, the sooner others get in.
            acquire_timeout_seconds: 3,
            ..DatabaseConfig::at("sqlite://data/auth-server.db")
        };
        let database = DatabaseConfig::read(reader, database);
        let own = reader.group(Own::default());
        let issuer = own.issuer.as_deref();
        if issuer.is_some_and(|issuer| !is_public_address(issuer)) {
            let expected = "expected the server's public address without a slash at its end, such as https://id.example.com";
            reader.unusable("issuer", expected);
        }
        if own.no_audience && !own.audience.is_empty() {
            reader.unusable("no_audience", "expected no AUDIENCE beside it");
        }
        Self {
            service,
            database,
            issuer: own.issuer,
            audience: own.audience,
            no_audience: own.no_audience,
            management_on_request: own.management_on_request,
            public_clients: own.public_clients,
            password_grant: own.password_grant,
            tokens: TokenSettings {
                encryption_key: own.key_encryption_key,
                algorithm: own.signing_algorithm,
                ..own.tokens
            },
            limits: Limits {
                passwords: PasswordLimits {
                    at_once: own.passwords.at_once.unwrap_or(one_hash_a_core().at_once),
                    waiting: own.passwords.waiting,
                },
                ..own.throttle
            },
            audit: own.audit,
            clock: Arc::new(SystemClock),
            steady_clock: Arc::new(SinceStart::now()),
        }
    }

    /// Returns the issuer and the audience of tokens when the server listens at `address`.
    pub(crate) fn token_config(&self, address: SocketAddr) -> TokenConfig {
        let issuer = self.issuer.clone().unwrap_or_else(|| url_of(address));
        let audience = match self.audience.as_slice() {
            _ if self.no_audience => Vec::new(),
            [] => vec![issuer.clone()],
            audience => audience.to_vec(),
        };
        TokenConfig {
            issuer,
            audience,
            management_on_request: self.management_on_request,
            access_lifetime: self.tokens.access_lifetime,
            session_lifetime: self.tokens.session_lifetime,
            max_sessions: self.tokens.max_sessions,
            refresh_grace: self.tokens.refresh_grace,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// It is compared as a text, so it is kept as it was given.
fn is_public_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.ends_with('/')
    })
}

fn algorithm<S: Serializer>(
    algorithm: &SigningAlgorithm,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(algorithm.as_str())
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
