//! Routes that show what a scope opens. They have no data, so that they need no organization.

use actix_web::{routes, web};
use identity_actix::Require;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::{DeleteBilling, ReadBilling, WriteBilling};

/// A response that says what was allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Allowed {
    #[schema(example = "Read billing")]
    message: &'static str,
}

fn allowed(message: &'static str) -> web::Json<Allowed> {
    web::Json(Allowed { message })
}

/// Needs the scope to read billing
///
/// The same without the slash at the end.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[get("/")]
#[get("")]
pub async fn read(_caller: Require<ReadBilling>) -> web::Json<Allowed> {
    allowed("Read billing")
}

/// Needs the scope to write billing
///
/// The same without the slash at the end. No body is read.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[post("/")]
#[post("")]
pub async fn write(_caller: Require<WriteBilling>) -> web::Json<Allowed> {
    allowed("Write billing")
}

/// Needs the scope to delete billing
///
/// The same without the slash at the end.
#[utoipa::path(tag = "billing", responses((status = 200, description = "It is allowed", body = Allowed)))]
#[routes]
#[delete("/")]
#[delete("")]
pub async fn delete(_caller: Require<DeleteBilling>) -> web::Json<Allowed> {
    allowed("Delete billing")
}
