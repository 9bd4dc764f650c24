//! What administrators see.

use actix_web::{get, web};
use garde::Validate;
use identity_actix::{ApiError, Require};
use serde::{Deserialize, Serialize};
use service_kit::Activity;
use service_kit::store::is_id;
use service_kit::validate;
use utoipa::{IntoParams, ToSchema};

use crate::policies::Administer;
use crate::users::{Page, User, Users};

/// Some of the users, in the order in which they were created.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    #[schema(example = "2 users")]
    message: String,
    users: Vec<User>,
}

/// Which users to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most: 1 to 1,000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    #[serde(default = "default_limit")]
    #[garde(custom(self::limit))]
    limit: u32,
    /// The id of the user to start behind.
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

/// Counts, of this process.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// In the store.
    total_users: u64,
    /// Distinct subjects whose token was verified in the last 15 minutes.
    active_sessions: usize,
    /// Since midnight (UTC) or the start; this request is among them.
    requests_today: u64,
}

/// The users
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
    let users = users
        .list(page)
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let message = match users.len() {
        1 => "1 user".to_owned(),
        count if count == limit => {
            format!("{count} users, and perhaps more: ask after the last one's id")
        }
        count => format!("{count} users"),
    };
    Ok(web::Json(UserList { message, users }))
}

/// How much is going on
#[utoipa::path(tag = "admin", responses((status = 200, description = "Counts, of this process", body = Stats)))]
#[get("/admin/stats")]
pub async fn stats(
    _caller: Require<Administer>,
    users: web::Data<Users>,
    activity: web::Data<Activity>,
) -> Result<web::Json<Stats>, ApiError> {
    Ok(web::Json(Stats {
        total_users: users
            .count()
            .await
            .map_err(|error| ApiError::internal(&error))?,
        active_sessions: activity.active_callers(),
        requests_today: activity.requests_today(),
    }))
}
