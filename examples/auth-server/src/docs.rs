//! The sign-in from the Authorize dialog of Swagger UI.

use identity_actix::AccessTable;
use service_kit::openapi::{PasswordFlow, with_password_flow};
use utoipa::openapi::OpenApi;

use crate::policies::RIGHTS;

/// Adds the password flow of this server to the document.
pub fn with_sign_in(document: OpenApi, table: &AccessTable) -> OpenApi {
    let flow = PasswordFlow {
        token_url: "/user/login".to_owned(),
        scopes: RIGHTS
            .iter()
            .map(|right| {
                let permission = right.permission();
                (permission.slug(), permission.description.to_owned())
            })
            .collect(),
    };
    with_password_flow(document, table, flow)
}
