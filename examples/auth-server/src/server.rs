//! Puts the service together. The only place with `.wrap`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use identity_actix::{Authenticate, no_such_route};
use identity_core::Authenticator;
use service_kit::telemetry::RequestLog;
use service_kit::{
    BoundServer, Service, ServiceName, around_cors, around_routes, bind, cors, openapi,
};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, OpenApiFactory, scope};

use crate::docs::with_sign_in;
use crate::encryption::EncryptionKey;
use crate::oauth_error::OAuthError;
use crate::passwords::Passwords;
use crate::provider::OwnTokens;
use crate::settings::Settings;
use crate::signing::{Rotation, SigningConfig, SigningKeys};
use crate::state::{State, Throttles};
use crate::still_valid::still_valid;
use crate::store::Store;
use crate::throttle::{Throttle, ThrottleConfig};
use crate::tokens::TokenConfig;
use crate::{policies, routes, upkeep};

const NAME: ServiceName = ServiceName {
    service: "auth-server",
    provider: "auth-server",
};
const HOW_TO_GET_A_TOKEN: &str =
    "An access token of this server: `POST /user/login`, or the password flow of this dialog.";

/// Takes the port, opens the store, and makes the first signing keys if there are none.
///
/// Must be called inside an actix runtime. Errors: the port or the store cannot be had, or the keys cannot be decrypted.
pub async fn build(settings: Settings) -> anyhow::Result<BoundServer> {
    let listen = settings.service.clone();
    let listener = bind(listen.host, listen.port, "AUTH_SERVER__PORT or PORT")?;
    let address = listener.local_addr()?;
    let state = Arc::new(state(&settings, settings.token_config(address)).await?);
    upkeep::start(&state, settings.audit_keep);

    let authenticator = Authenticator::builder(OwnTokens::new(state.tokens.clone())?)
        .keys(state.keys.clone())
        .clock(Arc::clone(&state.clock))
        .build()?;
    let service = Service::around(NAME, authenticator, policies::access())
        .depending_on(Arc::new(state.store.clone()))
        .limited_to(listen.limits);
    let stopping = service.stopping();

    let (state, proxies, origins) = (
        web::Data::from(state),
        web::Data::new(settings.limits.trusted_proxies),
        listen.cors_allowed_origins.clone(),
    );
    let max_body_bytes = listen.limits.max_body_bytes;
    let server = HttpServer::new(move || {
        let protected = |path, routes| protected(path, routes, &service.authenticate());
        let forms = web::FormConfig::default()
            .limit(max_body_bytes)
            .error_handler(|error, _| OAuthError::from(&error).into());
        let (app, document) = App::new()
            .wrap(from_fn(around_routes))
            .wrap(cors(&origins))
            .wrap(from_fn(around_cors))
            .wrap(RequestLog::new())
            .configure(|app| service.configure(app))
            .app_data(forms)
            .app_data(state.clone())
            .app_data(proxies.clone())
            .into_utoipa_app()
            .openapi(openapi::document(
                "auth-server",
                "Users, organizations, roles, permissions and their tokens. Every organization can give itself any slug: a service with data must look at a token's `org_id` too.",
            ))
            .configure(routes::public)
            .service(protected("/user", routes::user))
            .service(protected("/role", routes::role))
            .service(protected("/permission", routes::permission))
            .service(protected("/client", routes::client))
            .service(protected("/audit", routes::audit))
            .split_for_parts();
        let document = openapi::describe(document, service.access(), HOW_TO_GET_A_TOKEN);
        let document = with_sign_in(document, service.access());
        app.configure(openapi::docs(document))
            .default_service(web::to(no_such_route))
    });
    Ok(BoundServer::start(server, listener, &listen, stopping)?)
}

/// Rotates the signing keys of the database that `settings` name: every replica signs with the next ones from then on.
pub async fn rotate_keys(settings: &Settings) -> anyhow::Result<Rotation> {
    let keys = signing_keys(settings, Store::open(&settings.database_url).await?).await?;
    Ok(keys.rotate().await?)
}

/// Routes that need a good token whose session and rights have not ended.
fn protected(
    path: &'static str,
    routes: fn(&mut ServiceConfig),
    authenticate: &Authenticate,
) -> impl HttpServiceFactory + OpenApiFactory + use<> {
    scope(path)
        .configure(routes)
        .default_service(web::to(no_such_route))
        .wrap(from_fn(still_valid))
        .wrap(authenticate.clone().required())
}

async fn state(settings: &Settings, tokens: TokenConfig) -> anyhow::Result<State> {
    let store = Store::open(&settings.database_url).await?;
    let keys = signing_keys(settings, store.clone()).await?;
    let throttle = |free, longest| {
        let config = ThrottleConfig {
            free,
            longest: Duration::from_secs(longest),
        };
        Throttle::new(config, Arc::clone(&settings.clock))
    };
    let limits = &settings.limits;
    Ok(State {
        store,
        keys: Arc::new(keys),
        tokens,
        passwords: Passwords::new(limits.passwords)?,
        throttles: Throttles {
            // A minute at most: whoever fails on purpose under somebody else's name keeps them out no longer.
            account: throttle(limits.failures_per_account, 60),
            address: throttle(limits.failures_per_address, 900),
            signup: throttle(limits.signups_per_address, 900),
        },
        clock: Arc::clone(&settings.clock),
    })
}

async fn signing_keys(settings: &Settings, store: Store) -> anyhow::Result<SigningKeys> {
    let tokens = &settings.tokens;
    let config = SigningConfig {
        encryption: EncryptionKey::for_store(tokens.encryption_key.clone(), &store)?,
        algorithm: tokens.algorithm,
        rotate_after: tokens.key_rotation,
        // Clocks of readers may be a minute behind.
        publish_after: tokens.access_lifetime + Duration::from_secs(60),
    };
    let keys = SigningKeys::new(store, config, Arc::clone(&settings.clock));
    keys.ensure().await?;
    Ok(keys)
}
