//! What administrators see.

use actix_web::{get, web};
use identity_actix::{ApiError, Require};
use serde::{Deserialize, Serialize};
use service_kit::Activity;
use service_kit::store::is_id;
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
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most: 1 to 1,000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    #[serde(default = "ListQuery::default_limit")]
    limit: u32,
    /// The id of the user to start behind.
    after: Option<String>,
}

impl ListQuery {
    const MAX: u32 = 1000;

    fn default_limit() -> u32 {
        100
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
    if !(1..=ListQuery::MAX).contains(&query.limit) {
        return Err(ApiError::invalid_field(
            "limit",
            format!("must be from 1 to {}", ListQuery::MAX),
        ));
    }
    if query.after.as_deref().is_some_and(|after| !is_id(after)) {
        return Err(ApiError::invalid_field("after", "must be the id of a user"));
    }
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
