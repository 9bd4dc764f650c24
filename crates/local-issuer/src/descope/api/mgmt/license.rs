//! The tier of the licence, which SDKs ask for before anything else.

use actix_web::HttpResponse;
use serde_json::json;

use crate::descope::api::bearer;
use crate::descope::project::Project;
use crate::provider::Call;
use crate::refusal::Refusal;

/// The free tier: nothing is sold here. SDKs send it back in a header, which means nothing here.
pub(super) fn load(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::management(call, project)?;
    Ok(HttpResponse::Ok().json(json!({ "rateLimitTier": "tier1" })))
}
