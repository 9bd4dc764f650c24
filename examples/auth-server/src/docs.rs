//! Signing in from the Authorize dialog of Swagger UI.

use identity_actix::Access;
use identity_actix::AccessTable;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    Flow, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme,
};

use crate::policies::RIGHTS;

const SCHEME: &str = "password";

/// Adds the password flow beside the bearer token that the adapter describes: either opens a route.
pub fn with_password_flow(mut document: OpenApi, table: &AccessTable) -> OpenApi {
    let scopes = RIGHTS.map(|right| {
        let permission = right.permission();
        (permission.slug(), permission.description.to_owned())
    });
    let flow = Flow::Password(Password::new("/user/login", Scopes::from_iter(scopes)));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(SCHEME, SecurityScheme::OAuth2(OAuth2::new([flow])));
    for route in table.routes() {
        let item = document.paths.paths.get_mut(route.path);
        let Some(operation) = item.and_then(|item| operation(item, route.method.as_str())) else {
            continue;
        };
        // Several resources have a handler of the same name, and an id is one operation's alone.
        operation.operation_id = Some(format!("{} {}", route.method, route.path));
        if let Access::Protected { rule, .. } = route.access {
            let security = operation.security.get_or_insert_default();
            security.push(SecurityRequirement::new(SCHEME, rule.scopes()));
        }
    }
    document
}

fn operation<'i>(item: &'i mut PathItem, method: &str) -> Option<&'i mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}
