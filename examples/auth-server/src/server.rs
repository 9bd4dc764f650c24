//! Puts the service together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use identity_core::Authenticator;
use service_kit::{BoundServer, Reload, Service, ServiceInfo, bind};

use crate::browser::PublicAddress;
use crate::cross_site::AllowedOrigins;
use crate::docs::{sign_in, with_sign_in};
use crate::encryption::EncryptionKey;
use crate::in_order::InOrder;
use crate::oauth_error::OAuthError;
use crate::passwords::Passwords;
use crate::provider::OwnTokens;
use crate::public_clients::PublicClients;
use crate::settings::Settings;
use crate::signing::{Rotation, SigningConfig, SigningKeys};
use crate::state::State;
use crate::still_valid::still_valid;
use crate::store::Store;
use crate::throttle::Throttles;
use crate::tokens::TokenConfig;
use crate::{policies, routes, upkeep};

const INFO: ServiceInfo = ServiceInfo {
    name: "auth-server",
    version: env!("CARGO_PKG_VERSION"),
    description: "Users, organizations, roles, permissions and their tokens. Every organization can give itself any slug: a service with data must look at a token's `org_id` too.",
    provider: "auth-server",
    how_to_get_a_token: "An access token of this server: of POST /user/login, or of a sign-in with this dialog.",
};

/// Takes the port, opens the store, and makes the first signing keys if there are none.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had, or the keys cannot be decrypted.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let listen = settings.service.clone();
    let listener = bind(listen.host, listen.port, "AUTH_SERVER__PORT or PORT")?;
    let service = service(&settings, listener.local_addr()?).await?;
    Ok(BoundServer::start(service, listener, &listen)?)
}

/// Creates and updates the tables of the database that `settings` name. Errors: the store cannot be had.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    Store::open(&settings.database).await?;
    Ok(())
}

/// Returns the service that listens at `address`: for [`build`], and for tests of its routes.
///
/// Must be called inside an actix runtime. Errors: the store cannot be had, or the keys cannot be decrypted.
pub async fn service(settings: &Settings, address: SocketAddr) -> anyhow::Result<Service> {
    let state = Arc::new(state(settings, settings.token_config(address)).await?);
    upkeep::start(&state);

    let password_grant = settings.password_grant;
    let authenticator = Arc::clone(&state.authenticator);
    let service = Service::new(INFO, authenticator, policies::access())
        .depending_on(Arc::new(state.store.database().clone()))
        .depending_on(state.keys.clone())
        .app_data(web::Data::from(state))
        .public(routes::public)
        .checked_by(still_valid)
        .protected("/oauth", routes::oauth)
        .protected("/user", routes::user)
        .protected("/role", routes::role)
        .protected("/permission", routes::permission)
        .protected("/client", routes::client)
        .protected("/audit", routes::audit)
        .signing_in(Some(sign_in()))
        .documented(move |document, table| match password_grant {
            true => with_sign_in(document, table),
            false => document,
        });
    Ok(configured(service, settings))
}

/// Returns how the running service takes changed settings. Its issuer, keys, lifetimes and throttles stay as they were at
/// the start.
pub fn reload() -> Reload<Settings> {
    Reload::new(configured)
}

fn configured(service: Service, settings: &Settings) -> Service {
    let listen = &settings.service;
    let origins = AllowedOrigins(listen.cors_allowed_origins.clone());
    let max_body_bytes = listen.limits.max_body_bytes;
    service
        .with_settings(listen)
        .app_data(web::Data::new(origins))
        .worker_data(move || {
            web::FormConfig::default()
                .limit(max_body_bytes)
                .error_handler(|error, _| OAuthError::from(&error).into())
        })
}

/// Rotates the signing keys of the database that `settings` name: every replica signs with the next ones from then on.
pub async fn rotate_keys(settings: &Settings) -> anyhow::Result<Rotation> {
    let keys = signing_keys(settings, Store::open(&settings.database).await?).await?;
    Ok(keys.rotate().await?)
}

async fn state(settings: &Settings, tokens: TokenConfig) -> anyhow::Result<State> {
    let store = Store::open(&settings.database).await?;
    let store = store.with_audit(settings.audit);
    let keys = Arc::new(signing_keys(settings, store.clone()).await?);
    let authenticator = Authenticator::builder(OwnTokens::new(tokens.clone())?)
        .keys(keys.clone())
        .clock(Arc::clone(&settings.clock))
        .build()?;
    let (limits, clock) = (&settings.limits, &settings.steady_clock);
    let mut throttles = Throttles::new(limits, clock);
    if store.has_replicas() {
        throttles = throttles.shared_in(store.clone(), clock).await?;
    }
    let public_clients = match settings.public_clients.is_empty() {
        true => PublicClients::of_docs(&tokens.issuer),
        false => settings.public_clients.clone(),
    };
    let path_prefix = settings.service.path_prefix.as_deref();
    Ok(State {
        store,
        keys,
        authenticator: Arc::new(authenticator),
        address: PublicAddress::of(&tokens.issuer, path_prefix),
        public_clients,
        password_grant: settings.password_grant,
        tokens,
        passwords: Passwords::new(limits.passwords)?,
        sign_ins: InOrder::default(),
        throttles,
        clock: Arc::clone(&settings.clock),
    })
}

async fn signing_keys(settings: &Settings, store: Store) -> anyhow::Result<SigningKeys> {
    let tokens = &settings.tokens;
    let config = SigningConfig {
        encryption: EncryptionKey::for_store(tokens.encryption_key.clone(), &store).await?,
        algorithm: tokens.algorithm,
        rotate_after: tokens.key_rotation,
        // Clocks of readers may be a minute behind.
        publish_after: tokens.access_lifetime + Duration::from_secs(60),
    };
    let keys = SigningKeys::new(store, config, Arc::clone(&settings.clock));
    keys.ensure().await?;
    Ok(keys)
}
