//! Routes that require scopes.

use actix_web::{get, web};
use identity_actix::Require;
use serde_json::{Map, Value};

use super::token::claims_of;
use crate::policies;

/// Read messages
#[utoipa::path(tag = "scopes", responses((status = 200, description = "All claims", body = Object)))]
#[get("/private-scoped/readonly")]
pub async fn readonly(caller: Require<policies::ReadMessages>) -> web::Json<Map<String, Value>> {
    claims_of(&caller)
}

// example: left out by copy-crate
/// Write messages
#[utoipa::path(tag = "scopes", responses((status = 200, description = "All claims", body = Object)))]
#[get("/private-scoped/write")]
pub async fn write(caller: Require<policies::WriteMessages>) -> web::Json<Map<String, Value>> {
    claims_of(&caller)
}

/// Delete messages
#[utoipa::path(tag = "scopes", responses((status = 200, description = "All claims", body = Object)))]
#[get("/private-scoped/delete")]
pub async fn delete(caller: Require<policies::DeleteMessages>) -> web::Json<Map<String, Value>> {
    claims_of(&caller)
}
// end of example
