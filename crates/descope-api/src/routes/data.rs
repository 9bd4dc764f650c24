//! Data for every token with the scope `openid`.

use actix_web::{get, web};
use identity_actix::Require;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::ReadData;

/// A list of entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct Data {
    data: Vec<Grant>,
}

/// A scope, role or permission in the caller's token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// `scope`, `role` or `permission`.
    #[schema(example = "scope")]
    kind: &'static str,
    #[schema(example = "openid")]
    name: String,
}

/// List the scopes, roles and permissions in the caller's token
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
