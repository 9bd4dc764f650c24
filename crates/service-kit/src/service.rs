//! A service and its configuration.

use std::any::TypeId;
use std::sync::Arc;

use actix_web::web;
use identity_actix::AccessTable;
use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use utoipa::openapi::OpenApi;

use crate::info::ServiceInfo;
use crate::observe::audit::AuditFile;
use crate::observe::health::{Dependency, Health};
use crate::openapi::SignIn;
use crate::request::limits::{RateLimits, Ticks};
use crate::routes::{Check, Routes};
use crate::serve::Stopping;
use crate::settings::ServiceSettings;

/// A service: its authentication, its access table, its routes and its OpenAPI document.
///
/// Cheap to clone: one serves all workers. [`app`](Self::app) builds the actix app, always with the same order of
/// middleware; [`BoundServer::start`](crate::BoundServer::start) runs it.
///
/// ```
/// # use identity_actix::{AccessTable, AnyCaller, Caller};
/// # use identity_core::Authenticator;
/// # use service_kit::{Routes, Service, ServiceInfo};
/// # use actix_web::{get, http::Method};
/// #[utoipa::path]
/// #[get("/me")]
/// async fn me(caller: Caller) -> String {
///     caller.principal().subject.clone()
/// }
///
/// fn routes(routes: &mut Routes) {
///     routes.service(me);
/// }
///
/// fn service(authenticator: Authenticator) -> Service {
///     let info = ServiceInfo {
///         name: "my-api",
///         version: env!("CARGO_PKG_VERSION"),
///         description: "Says who is calling",
///         provider: "oidc",
///         how_to_get_a_token: "An access token of the issuer.",
///     };
///     let access = AccessTable::new().protected::<AnyCaller>(Method::GET, "/api/me");
///     Service::new(info, authenticator, access).protected("/api", routes)
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Service {
    pub(crate) info: ServiceInfo,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) access: web::Data<AccessTable>,
    pub(crate) health: Health,
    pub(crate) clock: web::Data<dyn Clock>,
    pub(crate) settings: ServiceSettings,
    pub(crate) limits: RateLimits,
    pub(crate) stopping: Stopping,
    /// By type: data of the same type replaces that before it.
    pub(crate) data: Vec<(TypeId, Arc<AddData>)>,
    pub(crate) public: AddRoutes,
    pub(crate) protected: Vec<(&'static str, AddRoutes)>,
    pub(crate) check: Option<Check>,
    pub(crate) document: Option<Arc<DocumentChange>>,
    pub(crate) sign_in: Option<SignIn>,
    pub(crate) audit_file: Option<AuditFile>,
}

pub(crate) type AddRoutes = fn(&mut Routes);

pub(crate) type AddData = dyn Fn(&mut web::ServiceConfig) + Send + Sync;

pub(crate) type DocumentChange = dyn Fn(OpenApi, &AccessTable) -> OpenApi + Send + Sync;

impl Service {
    /// Returns a service with this authenticator, whose routes have the rules of `access`. With several issuers, it is
    /// ready when each of them has keys.
    pub fn new(
        info: ServiceInfo,
        authenticator: impl Into<Arc<Authenticator>>,
        access: AccessTable,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let authenticator = authenticator.into();
        let stopping = Stopping::default();
        let limits = RateLimits::off(Ticks::of_machine());
        let health =
            Health::new(info.provider, Arc::clone(&authenticator)).counting(limits.clone());
        Self {
            info,
            authenticator,
            access: web::Data::new(access),
            health: health.until(stopping.clone()),
            clock: web::Data::from(clock),
            settings: ServiceSettings::on_port(0),
            limits,
            stopping,
            data: Vec::new(),
            public: |_| {},
            protected: Vec::new(),
            check: None,
            document: None,
            sign_in: None,
            audit_file: None,
        }
    }

    /// Sets the routes that need no credentials, besides `/health`, `/health/ready`, `/docs/`, `/openapi.json` and
    /// `/.well-known/oauth-protected-resource`.
    pub fn public(self, routes: AddRoutes) -> Self {
        Self {
            public: routes,
            ..self
        }
    }

    /// Adds a scope that requires a valid token.
    pub fn protected(mut self, path: &'static str, routes: AddRoutes) -> Self {
        self.protected.push((path, routes));
        self
    }

    /// Runs `check` in every protected scope, after authentication and before the handler.
    pub fn checked_by(self, check: Check) -> Self {
        let check = Some(check);
        Self { check, ..self }
    }

    /// Adds app data for handlers, such as a `web::Data<T>`, in place of data of the same type. Each worker gets a clone.
    pub fn app_data<T: Clone + Send + Sync + 'static>(self, data: T) -> Self {
        self.worker_data(move || data.clone())
    }

    /// Adds app data that each worker creates for itself, such as the configuration of an extractor.
    pub fn worker_data<T: 'static>(mut self, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let type_id = TypeId::of::<T>();
        let add: Arc<AddData> = Arc::new(move |app| {
            app.app_data(make());
        });
        self.data.retain(|(other, _)| *other != type_id);
        self.data.push((type_id, add));
        self
    }

    /// Adds a dependency: the service is not ready while it is unavailable.
    pub fn depending_on(self, dependency: Arc<dyn Dependency>) -> Self {
        let health = self.health.with(dependency);
        Self { health, ..self }
    }

    /// Names the settings, such as `AUTH0_DOMAIN`, that `/health/ready` mentions while keys cannot be fetched.
    pub fn issuer_set_by(self, settings: &'static str) -> Self {
        let health = self.health.issuer_set_by(settings);
        Self { health, ..self }
    }

    /// Sets the limits on what is read of a request, the rate limits, the origins that CORS allows, and the path prefix.
    /// Default those of [`ServiceSettings::on_port`]. With `RATE_LIMIT_URL`, it begins to connect to the store.
    pub fn with_settings(self, settings: &ServiceSettings) -> Self {
        let settings = settings.clone();
        self.limits.apply(self.info.name, &settings);
        Self { settings, ..self }
    }

    /// Modifies the OpenAPI document after the routes, their rules and their errors were added.
    pub fn documented(
        self,
        change: impl Fn(OpenApi, &AccessTable) -> OpenApi + Send + Sync + 'static,
    ) -> Self {
        let document: Option<Arc<DocumentChange>> = Some(Arc::new(change));
        Self { document, ..self }
    }

    /// Sets how people sign in at `/docs`. Default `None`: they paste a token.
    pub fn signing_in(self, sign_in: Option<SignIn>) -> Self {
        Self { sign_in, ..self }
    }

    /// Sets the file of audit events. [`BoundServer::start`](crate::BoundServer::start) opens that of the settings.
    pub fn audited_in(self, file: AuditFile) -> Self {
        let audit_file = Some(file);
        Self { audit_file, ..self }
    }

    /// Returns the same service with another authenticator.
    pub(crate) fn with_authenticator(self, authenticator: Arc<Authenticator>) -> Self {
        Self {
            health: self.health.with_authenticator(Arc::clone(&authenticator)),
            authenticator,
            ..self
        }
    }

    /// Returns the access table.
    pub fn access(&self) -> &AccessTable {
        &self.access
    }

    /// Returns the authenticator.
    pub fn authenticator(&self) -> &Arc<Authenticator> {
        &self.authenticator
    }

    /// Returns the handle that stops the service and tells whether it is stopping.
    pub fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }
}
