//! A route for any caller with a token.

use actix_web::{get, web};
use identity_actix::Caller;
use identity_core::Authenticated;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A response for any authenticated caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Private {
    #[schema(example = "This is a protected endpoint")]
    message: &'static str,
    #[schema(example = true)]
    user_authenticated: bool,
    token_info: SubjectAndPermissions,
}

/// A summary of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubjectAndPermissions {
    #[schema(example = "auth0|abc123def456")]
    sub: String,
    #[schema(example = json!(["read:profile"]))]
    permissions: Vec<String>,
}

/// Returns the verified claims as the response body.
pub(super) fn claims_of(caller: &Authenticated) -> web::Json<Map<String, Value>> {
    web::Json(caller.token().claims().clone())
}

/// Show a summary of the caller
#[utoipa::path(tag = "token", responses((status = 200, description = "The caller", body = Private)))]
#[get("/private")]
pub async fn private(caller: Caller) -> web::Json<Private> {
    let principal = caller.principal();
    web::Json(Private {
        message: "This is a protected endpoint",
        user_authenticated: true,
        token_info: SubjectAndPermissions {
            sub: principal.subject.clone(),
            permissions: principal.permissions.clone(),
        },
    })
}
