//! Data that every OpenID token opens.

use actix_web::{get, web};
use identity_actix::Require;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::ReadData;

/// A list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Data {
    data: Vec<Grant>,
}

/// Something that the caller's token grants.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// `scope`, `role` or `permission`.
    #[schema(example = "scope")]
    kind: &'static str,
    #[schema(example = "openid")]
    name: String,
}

/// What the caller's token grants
#[utoipa::path(tag = "scopes", responses((status = 200, description = "One entry a grant", body = Data)))]
#[get("/data")]
pub async fn data(caller: Require<ReadData>) -> web::Json<Data> {
    let principal = caller.principal();
    let kinds = [
        ("scope", &principal.scopes),
        ("role", &principal.roles),
        ("permission", &principal.permissions),
    ];
    let grants = kinds.into_iter().flat_map(|(kind, names)| {
        names.iter().map(move |name| Grant {
            kind,
            name: name.clone(),
        })
    });
    web::Json(Data {
        data: grants.collect(),
    })
}
