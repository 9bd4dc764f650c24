//! Routes for administrators.

use actix_web::{get, web};
use garde::Validate;
use identity_actix::{ApiError, Require};
use serde::{Deserialize, Serialize};
use service_kit::store::{api_error, is_id};
use service_kit::{Activity, validate};
use utoipa::{IntoParams, ToSchema};

use crate::policies::Administer;
use crate::users::{Page, User, Users};

/// A page of users, in creation order.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    #[schema(example = "2 users")]
    message: String,
    users: Vec<User>,
}

/// The page of users to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The maximum number of users: 1 to 1,000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    #[serde(default = "default_limit")]
    #[garde(custom(self::limit))]
    limit: u32,
    /// The id of the last user of the previous page.
    #[garde(custom(self::after))]
    after: Option<String>,
}

fn default_limit() -> u32 {
    100
}

fn limit(limit: &u32, (): &()) -> garde::Result {
    match limit {
        1..=1000 => Ok(()),
        _ => Err(garde::Error::new("must be from 1 to 1000")),
    }
}

fn after(after: &Option<String>, (): &()) -> garde::Result {
    match after {
        Some(after) if !is_id(after) => Err(garde::Error::new("must be the id of a user")),
        _ => Ok(()),
    }
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
#[utoipa::path(tag = "admin", params(ListQuery), responses(
    (status = 200, description = "A page of users", body = UserList),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = identity_actix::Problem, content_type = "application/problem+json"),
))]
#[get("/admin/users")]
pub async fn list(
    _caller: Require<Administer>,
    query: web::Query<ListQuery>,
    users: web::Data<Users>,
) -> Result<web::Json<UserList>, ApiError> {
    validate(&*query)?;
    let page = Page {
        limit: query.limit,
        after: query.into_inner().after,
    };
    let limit = page.limit as usize;
    let users = users.list(page).await;
    let users = users.map_err(|error| api_error(&error))?;
    let message = match users.len() {
        1 => "1 user".to_owned(),
        count if count == limit => {
            format!("{count} users, and perhaps more: ask after the last one's id")
        }
        count => format!("{count} users"),
    };
    Ok(web::Json(UserList { message, users }))
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
