//! The actix app of a service: the order of its middleware, its routes and their document.

use std::rc::Rc;
use std::sync::Arc;

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::body::MessageBody;
use actix_web::dev::{
    AppConfig, HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse,
};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, web};
use identity_actix::{Authenticate, no_such_route};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, OpenApiFactory};

use crate::index;
use crate::metrics::HttpMetrics;
use crate::observe::audit::Audit;
use crate::observe::health;
use crate::observe::telemetry::RequestLog;
use crate::openapi;
use crate::request::limits::{Classes, LimitLayer, Stage};
use crate::request::security_headers::TransportSecurity;
use crate::request::{Proxies, cors, inside_cors, outside_cors};
use crate::resource::{self, ProtectedResource, resource_metadata};
use crate::routes::{Routes, authenticated};
use crate::service::{AddRoutes, Service};

impl Service {
    /// Returns the app of one worker. A request passes, from the outside in: the log, the middleware outside CORS,
    /// CORS, the middleware inside CORS, the limits of its client address, the routes, and in a protected scope
    /// authentication and the limits of its subject before the handler.
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
        let scopes = self.protected.iter().map(|(scope, _)| *scope);
        let classes = Rc::new(Classes::new(scopes.collect(), &self.access));
        // actix runs the last one first.
        let app = App::new()
            .wrap(LimitLayer::new(&self.limits, Stage::Address(classes)))
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

    /// Returns the factory of [`app`](Self::app), for the server.
    pub(crate) fn factory(
        &self,
    ) -> impl ServiceFactory<
        Request,
        Config = AppConfig,
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<> {
        self.app().into_factory()
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
        app.service(resource::metadata)
            .service(resource::metadata_at_path);
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
            .wrap(LimitLayer::new(&self.limits, Stage::Subject))
            .wrap(
                Authenticate::required(Arc::clone(&self.authenticator))
                    .realm(self.info.name)
                    .resource_metadata_of(resource_metadata),
            )
    }

    /// Adds the app data and the limits.
    pub(crate) fn configure(&self, app: &mut web::ServiceConfig) {
        self.settings.limits.configure(app);
        app.app_data(self.info)
            .app_data(Rc::new(HttpMetrics::default()))
            .app_data(web::Data::new(self.health.clone()))
            .app_data(self.access.clone())
            .app_data(web::Data::new(self.stopping.clone()))
            .app_data(web::Data::new(Proxies::new(
                self.settings.trusted_proxies.clone(),
            )))
            .app_data(web::Data::new(TransportSecurity::lasting(
                self.settings.hsts_max_age,
            )))
            .app_data(web::Data::new(ProtectedResource::of(self)))
            .app_data(self.clock.clone());
        if let Some(audit) = Audit::of(&self.settings.audit, self.audit_file.clone()) {
            app.app_data(audit);
        }
        for (_, add) in &self.data {
            add(app);
        }
        let prefix = self.settings.path_prefix.as_deref();
        index::page(app, self.info, &self.access, prefix);
    }
}
