//! The sign-in from the Authorize dialog of Swagger UI.

use identity_actix::AccessTable;
use service_kit::openapi::{PasswordFlow, operation, with_password_flow};
use utoipa::openapi::OpenApi;

use crate::policies::RIGHTS;

/// Adds the password flow of this server to the document, and gives each operation a unique id.
pub fn with_sign_in(mut document: OpenApi, table: &AccessTable) -> OpenApi {
    for route in table.routes() {
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            // Handlers of several resources share a name, but an operation id must be unique.
            operation.operation_id = Some(format!("{} {}", route.method, route.path));
        }
    }
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
