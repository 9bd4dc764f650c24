//! Routes that only check a scope. They have no data, so they need no organization.

use actix_web::{routes, web};
use identity_actix::Require;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies;

/// A response that shows which access was allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Allowed {
    #[schema(example = "Read billing")]
    message: &'static str,
}

fn allowed(message: &'static str) -> web::Json<Allowed> {
    web::Json(Allowed { message })
}

/// Read billing
///
/// The trailing slash is optional.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[get("/")]
#[get("")]
pub async fn read(_caller: Require<policies::ReadBilling>) -> web::Json<Allowed> {
    allowed("Read billing")
}

// example: left out by copy-crate
/// Write billing
///
/// The trailing slash is optional.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[post("/")]
#[post("")]
pub async fn write(_caller: Require<policies::WriteBilling>) -> web::Json<Allowed> {
    allowed("Write billing")
}

/// Delete billing
///
/// The trailing slash is optional.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[delete("/")]
#[delete("")]
pub async fn delete(_caller: Require<policies::DeleteBilling>) -> web::Json<Allowed> {
    allowed("Delete billing")
}
// end of example
