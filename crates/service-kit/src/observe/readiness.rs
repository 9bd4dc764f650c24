//! The responses of `/health` and `/health/ready`.

use identity_core::keys::{IssuerStatus, KeyStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the process is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liveness {
    /// Always `healthy`: a dead process does not respond.
    #[schema(example = "healthy")]
    pub(super) status: &'static str,
    /// The provider whose tokens are accepted.
    pub(super) provider: &'static str,
}

/// Whether requests can be served.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    pub(super) status: ReadyStatus,
    /// The provider whose tokens are accepted.
    pub(super) provider: &'static str,
    /// Why the service is not ready, or is degraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) keys: Keys,
    /// With several issuers, the keys of each; `keys` are then those in the worst state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuers: Option<Vec<IssuerKeys>>,
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
    /// Requests are served, but the refresh of the keys fails, changed settings were refused, or each process counts for
    /// itself for the rate limits.
    Degraded,
    /// The service is stopping; the response is 503.
    Stopping,
}

impl ReadyStatus {
    /// Returns whether requests are served.
    pub(super) fn is_served(self) -> bool {
        matches!(self, Self::Ready | Self::Degraded)
    }
}

/// The provider's keys.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Keys {
    pub(super) status: ReadyStatus,
    /// The number of usable keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<usize>,
    /// Seconds since they were fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age_seconds: Option<u64>,
    /// Seconds since a refresh first failed: stale keys have been in use for this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failing_for_seconds: Option<u64>,
    #[serde(skip)]
    pub(super) fault: Option<String>,
}

impl Keys {
    /// Returns why the keys are not ready, or are degraded.
    pub(super) fn reason(&self) -> Option<String> {
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
    pub(super) issuer: String,
    #[serde(flatten)]
    pub(super) keys: Keys,
    /// Why the keys are not ready, or are degraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

impl IssuerKeys {
    /// Returns the reason, with the issuer unless there is only one, and with the settings if keys cannot be fetched.
    pub(super) fn told(&self, is_one: bool, settings: Option<&str>) -> Option<String> {
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
