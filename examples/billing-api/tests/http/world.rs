//! Shared test setup: an issuer, services that trust it, and callers.

use std::rc::Rc;

use billing_api::{Settings, server};
use local_issuer::{IssuerConfig, KeyOrigin, LocalIssuer, Mint, ProviderHandle};
use serde_json::{Map, Value, json};
use service_kit::settings::{SettingsReader, Signals};
use tempfile::TempDir;

pub(crate) use crate::service::{Answer, Service};

pub(crate) const READ: &str = "example_service.billing.read";
pub(crate) const WRITE: &str = "example_service.billing.write";
pub(crate) const DELETE: &str = "example_service.billing.delete";
pub(crate) const ALL: &[&str] = &[READ, WRITE, DELETE];

/// The settings of a service as pairs, with its own database.
pub(crate) struct Environment {
    folder: Rc<TempDir>,
    pairs: Vec<(&'static str, String)>,
}

/// An issuer and a service that trusts it.
pub(crate) struct World {
    pub(crate) issuer: LocalIssuer,
    pub(crate) service: Service,
    _environment: Environment,
}

pub(crate) fn quick() -> IssuerConfig {
    IssuerConfig {
        keys: KeyOrigin::Shared,
        ..IssuerConfig::default()
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&'static str, &str)]) -> Self {
        let issuer = LocalIssuer::start(quick()).await.unwrap();
        let mut environment = Environment::of(issuer.auth0());
        for (name, value) in settings {
            environment = environment.with(name, value);
        }
        let service = environment.start().await;
        service.until_ready().await;
        Self {
            issuer,
            service,
            _environment: environment,
        }
    }

    /// Returns a token of the organization with these scopes.
    pub(crate) fn token(&self, organization: &str, scopes: &[&str]) -> String {
        good(self.issuer.auth0(), scopes)
            .claim("org_id", organization)
            .token()
            .unwrap()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.service.call("GET", path, Some(token), None).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.service.call("DELETE", path, Some(token), None).await
    }

    /// Returns a list of invoices.
    pub(crate) async fn list(&self, query: &str, token: &str) -> Answer {
        self.get(&format!("/billing/invoices{query}"), token).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let body = Some(body);
        self.service.call(method, path, Some(token), body).await
    }

    /// Posts this body to the invoices.
    pub(crate) async fn post(&self, token: &str, body: &Value) -> Answer {
        self.send("POST", "/billing/invoices", token, body).await
    }

    /// Creates an invoice for 100.00 EUR and returns it.
    pub(crate) async fn invoice(&self, token: &str, number: &str) -> Value {
        let made = self.post(token, &new_invoice(number)).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body
    }
}

pub(crate) fn new_invoice(number: &str) -> Value {
    json!({"number": number, "customer": "Ada", "amount": 10_000, "currency": "EUR"})
}

/// Returns a valid token with these scopes and no organization.
pub(crate) fn good(provider: &ProviderHandle, scopes: &[&str]) -> Mint {
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), json!(provider.issuer()));
    claims.insert("aud".to_owned(), json!(provider.audience()));
    claims.insert("sub".to_owned(), json!("U1"));
    claims.insert("scopes".to_owned(), json!(scopes));
    provider.mint_claims(claims).expires_in(600)
}

impl Environment {
    /// Returns the settings of a service that trusts this provider of the issuer.
    pub(crate) fn of(provider: &ProviderHandle) -> Self {
        Self::for_issuer(&provider.issuer(), provider.audience())
    }

    pub(crate) fn for_issuer(issuer: &str, audience: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}/invoices.db", folder.path().display());
        let pairs = vec![
            ("ISSUER", issuer.to_owned()),
            ("AUDIENCE", audience.to_owned()),
            ("DATABASE_URL", database),
            ("PORT", "0".to_owned()),
            ("WORKERS", "1".to_owned()),
            ("SHUTDOWN__TIMEOUT_SECONDS", "0".to_owned()),
        ];
        Self {
            folder: Rc::new(folder),
            pairs,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.pairs.retain(|(known, _)| *known != name);
        self.pairs.push((name, value.to_owned()));
        self
    }

    /// Returns the settings as environment variables.
    pub(crate) fn pairs(&self) -> &[(&'static str, String)] {
        &self.pairs
    }

    pub(crate) fn folder(&self) -> &TempDir {
        &self.folder
    }

    /// Starts a service. It may not be ready yet.
    pub(crate) async fn start(&self) -> Service {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let reader = SettingsReader::from_values("BILLING_API", pairs);
        let mut settings = Settings::read(reader).unwrap();
        settings.service.signals = Signals::Ignored;
        Service::run_by(server::build(settings).await.unwrap(), &self.folder)
    }
}
