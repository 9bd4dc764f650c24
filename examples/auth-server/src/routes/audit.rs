//! The audit log of sign-ins and of changes of rights.

use actix_web::{get, web};
use garde::Validate;
use identity_actix::{Problem, Require};
use serde::Deserialize;
use service_kit::validate;
use utoipa::IntoParams;

use super::users::default_limit;
use crate::input;
use crate::policies::ReadAudit;
use crate::state::{Actor, Refused, State};
use crate::store::audit::AuditEvent;

/// The page of events to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The maximum number of events: 1 to 1,000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    #[serde(default = "default_limit")]
    #[garde(custom(input::limit))]
    limit: u32,
    /// The id of the last event of the previous page: older events follow.
    #[garde(custom(input::id("must be the id of an event")))]
    before: Option<String>,
}

/// List the audit events of the organization
///
/// Successful and failed sign-ins, and changes of rights, the latest first.
#[utoipa::path(tag = "audit", params(AuditQuery), responses(
    (status = 200, description = "A page of events, the latest first", body = Vec<AuditEvent>),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadAudit>,
    query: web::Query<AuditQuery>,
    state: web::Data<State>,
) -> Result<web::Json<Vec<AuditEvent>>, Refused> {
    validate(&*query)?;
    let (org, before) = (Actor::of(&caller).org, query.before.as_deref());
    let events = state.store.audit(org, before, query.limit).await?;
    Ok(web::Json(events))
}
