//! `/health` and `/health/ready`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, get, web};
use identity_core::Authenticator;
use metrics::gauge;

use super::Reloads;
pub use super::readiness::{IssuerKeys, Keys, Liveness, Readiness, ReadyStatus};
use crate::metrics::{DEPENDENCY_UP, SERVICE_READY};
use crate::request::limits::RateLimits;
use crate::serve::Stopping;

/// The paths that load balancers and monitors poll every few seconds.
pub(crate) const PATHS: [&str; 2] = ["/health", "/health/ready"];

/// The outcome of a [`Dependency`]'s check. Errors: what is wrong, if it cannot be used.
pub type DependencyCheck<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>;

/// Something that a service cannot work without, besides the provider's keys, such as its database.
pub trait Dependency: Send + Sync + 'static {
    /// Returns its name in the response.
    fn name(&self) -> &'static str;
    /// Checks whether it can be used now.
    fn check(&self) -> DependencyCheck<'_>;
}

/// The state behind the health routes.
#[derive(Clone)]
pub struct Health {
    provider: &'static str,
    authenticator: Arc<Authenticator>,
    dependencies: Vec<Arc<dyn Dependency>>,
    stopping: Stopping,
    reloads: Reloads,
    settings: Option<&'static str>,
    limits: Option<RateLimits>,
}

impl Health {
    /// Returns the health of a service with this authenticator.
    pub fn new(provider: &'static str, authenticator: Arc<Authenticator>) -> Self {
        Self {
            provider,
            authenticator,
            dependencies: Vec::new(),
            stopping: Stopping::default(),
            reloads: Reloads::default(),
            settings: None,
            limits: None,
        }
    }

    /// Adds a dependency: without it, the service is not ready.
    pub fn with(mut self, dependency: Arc<dyn Dependency>) -> Self {
        self.dependencies.push(dependency);
        self
    }

    /// Makes the service degraded while the store of its rate limits cannot be used.
    pub(crate) fn counting(self, limits: RateLimits) -> Self {
        let limits = Some(limits);
        Self { limits, ..self }
    }

    /// Makes the service not ready once `stopping` begins.
    pub fn until(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Returns the health of the same service with another authenticator.
    pub(crate) fn with_authenticator(self, authenticator: Arc<Authenticator>) -> Self {
        Self {
            authenticator,
            ..self
        }
    }

    /// Returns the record of the reloads: while the last one is refused, the service is degraded.
    pub(crate) fn reloads(&self) -> Reloads {
        self.reloads.clone()
    }

    /// Sets the names of the settings to mention while keys cannot be fetched.
    pub fn issuer_set_by(self, settings: &'static str) -> Self {
        let settings = Some(settings);
        Self { settings, ..self }
    }

    /// Checks whether the service is ready, and updates the metrics that say so.
    pub(crate) async fn check(&self) {
        self.readiness().await;
    }

    async fn readiness(&self) -> Readiness {
        let keys = Keys::from(self.authenticator.key_status());
        let all = self.authenticator.key_statuses();
        let issuers: Vec<_> = all.into_iter().map(IssuerKeys::from).collect();
        let mut status = keys.status;
        let is_one = issuers.len() == 1;
        let mut reasons: Vec<_> = issuers
            .iter()
            .filter_map(|issuer| issuer.told(is_one, self.settings))
            .collect();
        let of_limits = self.limits.as_ref().and_then(RateLimits::fault);
        let faults = [self.reloads.refused(), of_limits.map(str::to_owned)];
        for fault in faults.into_iter().flatten() {
            if status == ReadyStatus::Ready {
                status = ReadyStatus::Degraded;
            }
            reasons.push(fault);
        }
        for dependency in &self.dependencies {
            let checked = dependency.check().await;
            let up = gauge!(DEPENDENCY_UP, "dependency" => dependency.name());
            up.set(f64::from(u8::from(checked.is_ok())));
            if let Err(error) = checked {
                status = ReadyStatus::Starting;
                reasons.push(format!("{}: {error}", dependency.name()));
            }
        }
        if self.stopping.is_stopping() {
            status = ReadyStatus::Stopping;
            reasons.insert(0, "the service is being stopped".to_owned());
        }
        gauge!(SERVICE_READY).set(f64::from(u8::from(status.is_served())));
        Readiness {
            status,
            provider: self.provider,
            reason: (!reasons.is_empty()).then(|| reasons.join("; ")),
            keys,
            issuers: (issuers.len() > 1).then_some(issuers),
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Health")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// Whether the process is alive
#[utoipa::path(tag = "health", responses((status = 200, description = "It is", body = Liveness)))]
#[get("/health")]
pub async fn health(state: web::Data<Health>) -> HttpResponse {
    HttpResponse::Ok().json(Liveness {
        status: "healthy",
        provider: state.provider,
    })
}

/// Whether requests can be served
///
/// `degraded` counts as ready: the keys in use are valid, and only their refresh fails, or changed settings were refused and
/// those before are in use, or rate limits are not counted together.
#[utoipa::path(tag = "health", responses(
    (status = 200, description = "They can", body = Readiness),
    (status = 503, description = "Not yet, or not any more; `reason` says why", body = Readiness),
))]
#[get("/health/ready")]
pub async fn ready(state: web::Data<Health>) -> HttpResponse {
    let readiness = state.readiness().await;
    let status = match readiness.status.is_served() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, "1"));
    }
    response.json(readiness)
}
