//! What auth-server must be told: nothing, with SQLite.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use identity_core::clock::{Clock, SystemClock};
use service_kit::program::url_of;
use service_kit::settings::{ServiceSettings, SettingName, SettingsError, SettingsReader};
use service_kit::store::DatabaseKind;
use url::Url;

use crate::address::TrustedProxies;
use crate::encryption::EncryptionKey;
use crate::passwords::PasswordLimits;
use crate::signing::SigningAlgorithm;
use crate::tokens::TokenConfig;

/// Everything that can be set. `Debug` leaves out the database's address: there may be a password in it.
#[derive(Clone)]
pub struct Settings {
    /// How the service listens, answers and ends.
    pub service: ServiceSettings,
    /// `DATABASE_URL`. Default `sqlite://data/auth-server.db`, a file that is made if it is missing.
    pub database_url: String,
    /// `ISSUER`: the server's public address, `iss` of its tokens. Default where it listens.
    pub issuer: Option<String>,
    /// `AUDIENCE`: `aud` of its tokens, several between commas. Default the issuer.
    pub audience: Vec<String>,
    /// Signing keys and lifetimes.
    pub tokens: TokenSettings,
    /// What slows down who guesses.
    pub limits: Limits,
    /// `AUDIT_KEEP_SECONDS`: how long events are kept. Default a year.
    pub audit_keep: Duration,
    /// Tells the time. Not read from anywhere.
    pub clock: Arc<dyn Clock>,
}

/// Signing keys and lifetimes.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// `KEY_ENCRYPTION_KEY`. Default a file beside the SQLite database.
    pub encryption_key: Option<EncryptionKey>,
    /// `SIGNING_ALGORITHM`: default RS256.
    pub algorithm: SigningAlgorithm,
    /// `KEY_ROTATION_SECONDS`: how long a key signs. Default 30 days.
    pub key_rotation: Duration,
    /// `ACCESS_TOKEN_SECONDS`: default 10 minutes.
    pub access_lifetime: Duration,
    /// `SESSION_SECONDS`: how long a sign-in lasts, however often it is refreshed. Default 30 days.
    pub session_lifetime: Duration,
}

/// What slows down who guesses.
#[derive(Debug, Clone)]
pub struct Limits {
    /// `PASSWORD_HASHES_AT_ONCE` (default: one a core) and `PASSWORD_HASHES_WAITING` (default 1,024).
    pub passwords: PasswordLimits,
    /// `LOGIN_FAILURES_PER_ACCOUNT`: failures that cost nothing. Default 10.
    pub failures_per_account: u32,
    /// `LOGIN_FAILURES_PER_ADDRESS`: failures, and sign-ins at the same time, that cost nothing. Default 100.
    pub failures_per_address: u32,
    /// `SIGNUPS_PER_ADDRESS`: new organizations that cost nothing. Default 20.
    pub signups_per_address: u32,
    /// `TRUSTED_PROXIES`: how many proxies in front write `X-Forwarded-For`. Default 0: it is not read.
    pub trusted_proxies: TrustedProxies,
}

impl Settings {
    /// The port unless told otherwise.
    pub const DEFAULT_PORT: u16 = 8002;
    const DEFAULT_DATABASE_URL: &str = "sqlite://data/auth-server.db";

    const PREFIX: &str = "AUTH_SERVER";

    /// Reads a file, `.env` and the environment. Errors: everything that is bad, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(Self::PREFIX))
    }

    /// Reads what `reader` has.
    pub fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let settings = Self::ask(&mut reader);
        reader.finish(Some(settings))
    }

    /// The defaults.
    pub fn defaults() -> Self {
        Self::ask(&mut SettingsReader::from_values(Self::PREFIX, []))
    }

    /// The names of all settings.
    pub fn names() -> Vec<SettingName> {
        let mut reader = SettingsReader::from_values(Self::PREFIX, []);
        // It is the questions that count.
        drop(Self::ask(&mut reader));
        reader.asked().to_vec()
    }

    fn ask(reader: &mut SettingsReader) -> Self {
        let service = ServiceSettings::read(reader, Self::DEFAULT_PORT);
        let database_url = reader
            .shared("DATABASE_URL")
            .text()
            .unwrap_or_else(|| Self::DEFAULT_DATABASE_URL.to_owned());
        if let Err(error) = DatabaseKind::of(&database_url) {
            reader.problem(error.to_string());
        }
        Self {
            service,
            database_url,
            issuer: issuer(reader),
            audience: reader.shared("AUDIENCE").list(),
            tokens: tokens(reader),
            limits: limits(reader),
            audit_keep: reader
                .own("AUDIT_KEEP_SECONDS")
                .seconds(365 * DAY, 3600..=10 * 365 * DAY.as_secs()),
            clock: Arc::new(SystemClock),
        }
    }

    /// Whom tokens are from and for when the server listens at `address`.
    pub(crate) fn token_config(&self, address: SocketAddr) -> TokenConfig {
        let issuer = self.issuer.clone().unwrap_or_else(|| url_of(address));
        let audience = match self.audience.as_slice() {
            [] => vec![issuer.clone()],
            audience => audience.to_vec(),
        };
        TokenConfig {
            issuer,
            audience,
            access_lifetime: self.tokens.access_lifetime,
            session_lifetime: self.tokens.session_lifetime,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// It is compared as a text, so it is kept as it was given.
fn issuer(reader: &mut SettingsReader) -> Option<String> {
    let text = reader.shared("ISSUER").text()?;
    let url = Url::parse(&text).ok();
    let usable = url.filter(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.ends_with('/')
    });
    if usable.is_none() {
        reader.problem("ISSUER cannot be used: expected the server's public address without a slash at its end, such as https://id.example.com");
    }
    Some(text)
}

fn tokens(reader: &mut SettingsReader) -> TokenSettings {
    let (day, year) = (DAY.as_secs(), 365 * DAY.as_secs());
    TokenSettings {
        encryption_key: reader
            .own("KEY_ENCRYPTION_KEY")
            .expecting("expected 32 bytes in base64, such as `openssl rand -base64 32` makes"),
        algorithm: reader
            .own("SIGNING_ALGORITHM")
            .or(SigningAlgorithm::default()),
        key_rotation: reader
            .own("KEY_ROTATION_SECONDS")
            .seconds(30 * DAY, 60..=year),
        access_lifetime: reader
            .own("ACCESS_TOKEN_SECONDS")
            .seconds(Duration::from_secs(600), 10..=day),
        session_lifetime: reader.own("SESSION_SECONDS").seconds(30 * DAY, 60..=year),
    }
}

fn limits(reader: &mut SettingsReader) -> Limits {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut count = |name, default: u64, most| -> u32 {
        let number = reader.own(name).whole_number(default, 1..=most);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    let failures_per_account = count("LOGIN_FAILURES_PER_ACCOUNT", 10, 1000);
    let failures_per_address = count("LOGIN_FAILURES_PER_ADDRESS", 100, 1_000_000);
    let signups_per_address = count("SIGNUPS_PER_ADDRESS", 20, 1_000_000);
    Limits {
        passwords: PasswordLimits {
            at_once: reader.own("PASSWORD_HASHES_AT_ONCE").count(cores, 1..=1024),
            waiting: reader
                .own("PASSWORD_HASHES_WAITING")
                .count(1024, 0..=1 << 20),
        },
        failures_per_account,
        failures_per_address,
        signups_per_address,
        trusted_proxies: TrustedProxies(reader.own("TRUSTED_PROXIES").count(0, 0..=16)),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("service", &self.service)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("tokens", &self.tokens)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
