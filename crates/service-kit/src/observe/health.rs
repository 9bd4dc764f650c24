//! `/health` and `/health/ready`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, get, web};
use identity_core::Authenticator;
use identity_core::keys::{IssuerStatus, KeyStatus};
use serde::Serialize;
use utoipa::ToSchema;

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
    settings: Option<&'static str>,
}

impl Health {
    /// Returns the health of a service with this authenticator.
    pub fn new(provider: &'static str, authenticator: Arc<Authenticator>) -> Self {
        Self {
            provider,
            authenticator,
            dependencies: Vec::new(),
            stopping: Stopping::default(),
            settings: None,
        }
    }

    /// Adds a dependency: without it, the service is not ready.
    pub fn with(mut self, dependency: Arc<dyn Dependency>) -> Self {
        self.dependencies.push(dependency);
        self
    }

    /// Makes the service not ready once `stopping` begins.
    pub fn until(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Sets the names of the settings to mention while keys cannot be fetched.
    pub fn issuer_set_by(self, settings: &'static str) -> Self {
        let settings = Some(settings);
        Self { settings, ..self }
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
        for dependency in &self.dependencies {
            if let Err(error) = dependency.check().await {
                status = ReadyStatus::Starting;
                reasons.push(format!("{}: {error}", dependency.name()));
            }
        }
        if self.stopping.is_stopping() {
            status = ReadyStatus::Stopping;
            reasons.insert(0, "the service is being stopped".to_owned());
        }
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

/// Whether the process is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liveness {
    /// Always `healthy`: a dead process does not respond.
    #[schema(example = "healthy")]
    status: &'static str,
    /// The provider whose tokens are accepted.
    provider: &'static str,
}

/// Whether requests can be served.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    status: ReadyStatus,
    /// The provider whose tokens are accepted.
    provider: &'static str,
    /// Why the service is not ready, or is degraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    keys: Keys,
    /// With several issuers, the keys of each; `keys` are then those in the worst state.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuers: Option<Vec<IssuerKeys>>,
}

/// The readiness of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadyStatus {
    /// Something required is missing; the response is 503.
    #[default]
    Starting,
    /// Everything works.
    Ready,
    /// Requests are served, but the refresh of the keys fails.
    Degraded,
    /// The service is stopping; the response is 503.
    Stopping,
}

/// The provider's keys.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Keys {
    status: ReadyStatus,
    /// The number of usable keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    /// Seconds since they were fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<u64>,
    /// Seconds since a refresh first failed: stale keys have been in use for this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_for_seconds: Option<u64>,
    #[serde(skip)]
    fault: Option<String>,
}

impl Keys {
    /// Returns why the keys are not ready, or are degraded.
    fn reason(&self) -> Option<String> {
        match self.status {
            ReadyStatus::Starting if self.fault.is_none() => {
                Some("the keys are being fetched".to_owned())
            }
            _ => self.fault.clone(),
        }
    }
}

/// The keys of one of several issuers.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuerKeys {
    /// The first of the issuer's names in tokens.
    issuer: String,
    #[serde(flatten)]
    keys: Keys,
    /// Why the keys are not ready, or are degraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl IssuerKeys {
    /// Returns the reason, with the issuer unless there is only one, and with the settings if keys cannot be fetched.
    fn told(&self, is_one: bool, settings: Option<&str>) -> Option<String> {
        let reason = self.reason.as_ref()?;
        let whose = match is_one {
            true => String::new(),
            false => format!("{}: ", self.issuer),
        };
        Some(match settings.filter(|_| self.keys.fault.is_some()) {
            Some(settings) => format!("{whose}{reason}; the issuer is set by {settings}"),
            None => format!("{whose}{reason}"),
        })
    }
}

impl From<IssuerStatus> for IssuerKeys {
    fn from(status: IssuerStatus) -> Self {
        let keys = Keys::from(status.keys);
        Self {
            issuer: status.issuer,
            reason: keys.reason(),
            keys,
        }
    }
}

impl From<KeyStatus> for Keys {
    fn from(status: KeyStatus) -> Self {
        let none = Self::default();
        match status {
            KeyStatus::Ready { age, keys } => Self {
                status: ReadyStatus::Ready,
                count: Some(keys),
                age_seconds: Some(age.as_secs()),
                ..none
            },
            KeyStatus::Degraded {
                age,
                failing_for,
                reason,
            } => Self {
                status: ReadyStatus::Degraded,
                age_seconds: Some(age.as_secs()),
                failing_for_seconds: Some(failing_for.as_secs()),
                fault: Some(reason),
                ..none
            },
            KeyStatus::Starting { reason } => Self {
                fault: reason,
                ..none
            },
            _ => none,
        }
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
/// `degraded` counts as ready: the keys in use are valid, and only their refresh fails.
#[utoipa::path(tag = "health", responses(
    (status = 200, description = "They can", body = Readiness),
    (status = 503, description = "Not yet, or not any more; `reason` says why", body = Readiness),
))]
#[get("/health/ready")]
pub async fn ready(state: web::Data<Health>) -> HttpResponse {
    let readiness = state.readiness().await;
    let status = match readiness.status {
        ReadyStatus::Starting | ReadyStatus::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        ReadyStatus::Ready | ReadyStatus::Degraded => StatusCode::OK,
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, "1"));
    }
    response.json(readiness)
}
