//! The audit log of sign-ins and of changes of rights.

use actix_web::{Responder, get, web};
use identity_actix::{Problem, Require};
use service_kit::store::{ListQuery, Rows};

use crate::policies::ReadAudit;
use crate::state::{Actor, Refused, State};
use crate::store::audit::AuditEvent;

/// List the audit events of the organization
///
/// Successful and failed sign-ins, and changes of rights, the latest first. A page with more than 1,000,000 characters
/// in its targets ends before `limit`.
#[utoipa::path(tag = "audit", params(ListQuery<AuditEvent>), responses(
    (status = 200, description = "A page of events, the latest first", body = Vec<AuditEvent>,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadAudit>,
    list: ListQuery<AuditEvent>,
    state: web::Data<State>,
) -> Result<impl Responder, Refused> {
    let org = Actor::of(&caller).org;
    let Rows { rows, next } = state.store.audit(org, list.page()).await?;
    Ok(list.response(next.as_ref(), rows))
}
