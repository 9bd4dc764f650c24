//! Routes for administrators.

use actix_web::{get, web};
use identity_actix::Require;
use serde::Serialize;
use service_kit::Activity;
use utoipa::ToSchema;

use crate::policies::{EnterAdminArea, SeeStats};

/// The admin area.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminArea {
    #[schema(example = "Welcome to the admin area")]
    message: &'static str,
    #[schema(example = true)]
    admin_access: bool,
}

/// Statistics of this process.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// The number of distinct subjects whose token was verified in the last 15 minutes.
    active_callers: usize,
    /// The number of requests since midnight (UTC) or the start of the process, including this one.
    requests_today: u64,
    /// The time since the start of the process, in seconds.
    uptime_seconds: u64,
}

/// The admin area
#[utoipa::path(tag = "admin", responses((status = 200, description = "Welcome", body = AdminArea)))]
#[get("/admin")]
pub async fn admin(_caller: Require<EnterAdminArea>) -> web::Json<AdminArea> {
    web::Json(AdminArea {
        message: "Welcome to the admin area",
        admin_access: true,
    })
}

/// Show statistics
#[utoipa::path(tag = "admin", responses((status = 200, description = "Counts, of this process", body = Stats)))]
#[get("/admin/stats")]
pub async fn stats(_caller: Require<SeeStats>, activity: web::Data<Activity>) -> web::Json<Stats> {
    web::Json(Stats {
        active_callers: activity.active_callers(),
        requests_today: activity.requests_today(),
        uptime_seconds: activity.uptime().as_secs(),
    })
}
