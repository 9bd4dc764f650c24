//! Signing in from the Authorize dialog of Swagger UI.

use identity_actix::AccessTable;
use service_kit::openapi::{PasswordFlow, operation, with_password_flow};
use utoipa::openapi::OpenApi;

use crate::policies::RIGHTS;

/// Lets the dialog sign in at this server, and tells the operations apart.
pub fn with_sign_in(mut document: OpenApi, table: &AccessTable) -> OpenApi {
    for route in table.routes() {
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            // Several resources have a handler of the same name, and an id is one operation's alone.
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
