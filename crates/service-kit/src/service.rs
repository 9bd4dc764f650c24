//! What every service behind a provider is made of.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::web;
use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};

use crate::metrics::HttpMetrics;
use crate::observe::Activity;
use crate::observe::health::{Dependency, Health};
use crate::request::InputLimits;
use crate::serve::Stopping;
use identity_actix::AccessTable;
use identity_actix::Authenticate;

/// A service's authentication, and what its common routes look at. Cheap to clone: one for all workers.
#[derive(Clone)]
pub struct Service {
    authenticate: Authenticate,
    activity: web::Data<Activity>,
    health: Health,
    access: web::Data<AccessTable>,
    clock: web::Data<dyn Clock>,
    limits: InputLimits,
    stopping: Stopping,
}

/// Who a service is.
#[derive(Debug, Clone, Copy)]
pub struct ServiceName {
    /// Its own name: the realm of its challenges.
    pub service: &'static str,
    /// Its provider's name, as `/health` says it.
    pub provider: &'static str,
}

impl Service {
    /// A service that accepts what `authenticator` accepts, and has the routes of `access`.
    ///
    /// [`IssuerSettings::authenticator`](crate::settings::IssuerSettings::authenticator) makes one as the settings say.
    /// One of several issuers is ready when each of them has keys.
    pub fn around(name: ServiceName, authenticator: Authenticator, access: AccessTable) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let activity = Arc::new(Activity::new(Arc::clone(&clock)));
        let authenticator = Arc::new(authenticator);
        let stopping = Stopping::default();
        Self {
            authenticate: Authenticate::new(name.service, Arc::clone(&authenticator)),
            activity: web::Data::from(activity),
            health: Health::new(name.provider, authenticator).until(stopping.clone()),
            access: web::Data::new(access),
            clock: web::Data::from(clock),
            limits: InputLimits::default(),
            stopping,
        }
    }

    /// Is not ready without `dependency`.
    pub fn depending_on(self, dependency: Arc<dyn Dependency>) -> Self {
        Self {
            health: self.health.with(dependency),
            ..self
        }
    }

    /// Says in `/health/ready`, while keys cannot be fetched, which `settings` name the issuer, such as `AUTH0_DOMAIN`.
    pub fn issuer_set_by(self, settings: &'static str) -> Self {
        Self {
            health: self.health.issuer_set_by(settings),
            ..self
        }
    }

    /// Reads no more than `limits`.
    pub fn limited_to(self, limits: InputLimits) -> Self {
        Self { limits, ..self }
    }

    /// What goes around the protected scope.
    pub fn authenticate(&self) -> Authenticate {
        self.authenticate.clone()
    }

    /// The routes and their rules.
    pub fn access(&self) -> &AccessTable {
        &self.access
    }

    /// Whether it is being stopped: for [`BoundServer::start`](crate::BoundServer::start).
    pub fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    /// For `App::configure`, in each worker: the data of the common routes and middleware, and the limits.
    pub fn configure(&self, app: &mut web::ServiceConfig) {
        self.limits.configure(app);
        app.app_data(Rc::new(HttpMetrics::default()))
            .app_data(self.activity.clone())
            .app_data(web::Data::new(self.health.clone()))
            .app_data(self.access.clone())
            .app_data(web::Data::new(self.stopping.clone()))
            .app_data(self.clock.clone());
    }
}
