//! Routes for administrators.

use actix_web::{Responder, get, web};
use identity_actix::{ApiError, Require};
use serde::Serialize;
use service_kit::Activity;
use service_kit::store::{ListQuery, Rows, api_error};
use utoipa::ToSchema;

use crate::policies::Administer;
use crate::users::{User, Users};

/// A page of users, in creation order.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    #[schema(example = "2 users")]
    message: String,
    users: Vec<User>,
}

/// Statistics of this process.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// The number of users in the store.
    total_users: u64,
    /// The number of distinct subjects whose token was verified in the last 15 minutes.
    active_sessions: usize,
    /// The number of requests since midnight (UTC) or the start of the process, including this one.
    requests_today: u64,
}

/// List users
#[utoipa::path(tag = "admin", params(ListQuery<User>), responses(
    (status = 200, description = "A page of users", body = UserList,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = identity_actix::Problem, content_type = "application/problem+json"),
))]
#[get("/admin/users")]
pub async fn list(
    _caller: Require<Administer>,
    list: ListQuery<User>,
    users: web::Data<Users>,
) -> Result<impl Responder, ApiError> {
    let page = users.list(list.page()).await;
    let Rows { rows, next } = page.map_err(|error| api_error(&error))?;
    let more = if next.is_some() {
        ", and more: ask after the last one's id"
    } else {
        ""
    };
    let message = match rows.len() {
        1 => format!("1 user{more}"),
        count => format!("{count} users{more}"),
    };
    let body = UserList {
        message,
        users: rows,
    };
    Ok(list.response(next.as_ref(), body))
}

/// Show statistics
#[utoipa::path(tag = "admin", responses((status = 200, description = "Counts, of this process", body = Stats)))]
#[get("/admin/stats")]
pub async fn stats(
    _caller: Require<Administer>,
    users: web::Data<Users>,
    activity: web::Data<Activity>,
) -> Result<web::Json<Stats>, ApiError> {
    let total_users = users.count().await;
    Ok(web::Json(Stats {
        total_users: total_users.map_err(|error| api_error(&error))?,
        active_sessions: activity.active_callers(),
        requests_today: activity.requests_today(),
    }))
}
