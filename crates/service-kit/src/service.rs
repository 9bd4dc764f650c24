//! A service: its configuration, and the actix app that is built from it.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, web};
use identity_actix::{AccessTable, Authenticate, no_such_route};
use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, OpenApiFactory};

use crate::index;
use crate::info::ServiceInfo;
use crate::metrics::HttpMetrics;
use crate::observe::health::{self, Dependency, Health};
use crate::observe::telemetry::RequestLog;
use crate::openapi::{self, SignIn};
use crate::request::{cors, inside_cors, outside_cors};
use crate::routes::{Check, Routes, authenticated};
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
    info: ServiceInfo,
    authenticator: Arc<Authenticator>,
    access: web::Data<AccessTable>,
    health: Health,
    clock: web::Data<dyn Clock>,
    settings: ServiceSettings,
    stopping: Stopping,
    data: Vec<Arc<AddData>>,
    public: AddRoutes,
    protected: Vec<(&'static str, AddRoutes)>,
    check: Option<Check>,
    document: Option<Arc<DocumentChange>>,
    sign_in: Option<SignIn>,
}

type AddRoutes = fn(&mut Routes);

type AddData = dyn Fn(&mut web::ServiceConfig) + Send + Sync;

type DocumentChange = dyn Fn(OpenApi, &AccessTable) -> OpenApi + Send + Sync;

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
        let health = Health::new(info.provider, Arc::clone(&authenticator));
        Self {
            info,
            authenticator,
            access: web::Data::new(access),
            health: health.until(stopping.clone()),
            clock: web::Data::from(clock),
            settings: ServiceSettings::on_port(0),
            stopping,
            data: Vec::new(),
            public: |_| {},
            protected: Vec::new(),
            check: None,
            document: None,
            sign_in: None,
        }
    }

    /// Sets the routes that need no credentials, besides `/health`, `/health/ready`, `/docs/` and `/openapi.json`.
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

    /// Adds app data for handlers, such as a `web::Data<T>`. Each worker gets a clone.
    pub fn app_data<T: Clone + Send + Sync + 'static>(self, data: T) -> Self {
        self.worker_data(move || data.clone())
    }

    /// Adds app data that each worker creates for itself, such as the configuration of an extractor.
    pub fn worker_data<T: 'static>(mut self, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        self.data.push(Arc::new(move |app| {
            app.app_data(make());
        }));
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

    /// Sets the limits on what is read of a request, the origins that CORS allows, and the path prefix. Default those of
    /// [`ServiceSettings::on_port`].
    pub fn with_settings(self, settings: &ServiceSettings) -> Self {
        let settings = settings.clone();
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

    /// Returns the app of one worker. A request passes, from the outside in: the log, the middleware outside CORS,
    /// CORS, the middleware inside CORS, the routes, and in a protected scope authentication before the handler.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        // actix runs the last one first.
        let app = App::new()
            .wrap(from_fn(inside_cors))
            .wrap(cors(
                &self.settings.cors_allowed_origins,
                &self.settings.cors_allowed_headers,
            ))
            .wrap(from_fn(outside_cors))
            .wrap(RequestLog::new())
            .configure(|app| self.configure(app));
        let (app, document) = self.add_routes(app);
        app.configure(openapi::docs(document, self.sign_in.as_ref()))
            .default_service(web::to(no_such_route))
    }

    /// Returns the OpenAPI document, as served at `/openapi.json`.
    pub fn document(&self) -> OpenApi {
        self.add_routes(App::new()).1
    }

    /// Adds the routes, and returns their document.
    fn add_routes<T>(&self, app: App<T>) -> (App<T>, OpenApi)
    where
        T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
    {
        let info = self.info;
        let app = app
            .into_utoipa_app()
            .openapi(openapi::document(info.name, info.version, info.description))
            .configure(|app| self.public_routes(app));
        let scopes = self.protected.iter();
        let app = scopes.fold(app, |app, (path, routes)| {
            app.service(self.scope(path, *routes))
        });
        let (app, document) = app.split_for_parts();
        let document = openapi::describe(document, &self.access, info.how_to_get_a_token);
        let document = index::document(document);
        let document = match &self.sign_in {
            Some(sign_in) => openapi::with_sign_in(document, &self.access, sign_in),
            None => document,
        };
        let changes = self.document.iter();
        let document = changes.fold(document, |document, change| change(document, &self.access));
        let prefix = self.settings.path_prefix.iter();
        let document = prefix.fold(document, |document, prefix| {
            openapi::below(document, prefix)
        });
        (app, document)
    }

    fn public_routes(&self, app: &mut ServiceConfig) {
        (self.public)(&mut Routes(app));
        app.service(health::health).service(health::ready);
        for path in self.access.public_paths() {
            let mut scopes = self.protected.iter();
            if scopes.any(|(scope, _)| path.starts_with(&format!("{scope}/"))) {
                // The protected scope would respond to other methods with 401 instead of 405.
                app.route(path, web::route().to(no_such_route));
            }
        }
    }

    fn scope(
        &self,
        path: &str,
        routes: AddRoutes,
    ) -> impl HttpServiceFactory + OpenApiFactory + 'static + use<> {
        let check = self.check;
        utoipa_actix_web::scope(path)
            .configure(|scope| routes(&mut Routes(scope)))
            .default_service(web::to(no_such_route))
            .wrap(from_fn(move |request, next| {
                authenticated(check, request, next)
            }))
            .wrap(Authenticate::required(Arc::clone(&self.authenticator)).realm(self.info.name))
    }

    /// Adds the app data and the limits.
    pub(crate) fn configure(&self, app: &mut web::ServiceConfig) {
        self.settings.limits.configure(app);
        app.app_data(self.info)
            .app_data(Rc::new(HttpMetrics::default()))
            .app_data(web::Data::new(self.health.clone()))
            .app_data(self.access.clone())
            .app_data(web::Data::new(self.stopping.clone()))
            .app_data(self.clock.clone());
        for add in &self.data {
            add(app);
        }
        let prefix = self.settings.path_prefix.as_deref();
        index::page(app, self.info, &self.access, prefix);
    }
}
