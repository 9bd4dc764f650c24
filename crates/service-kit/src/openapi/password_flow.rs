//! Signing in with the Authorize dialog of Swagger UI.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    Flow, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme,
};

use super::document::operation;
use identity_actix::{Access, AccessTable};

const SCHEME: &str = "password";

/// Where the dialog gets a token for a user name and a password (RFC 6749, section 4.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordFlow {
    /// The URL that the form is sent to: absolute, or a path of the service itself. Another origin must allow requests
    /// from the page (CORS).
    pub token_url: String,
    /// The scopes to choose from, each with a description. Only the chosen ones are requested.
    pub scopes: Vec<(String, String)>,
}

/// Adds `flow` as an alternative to the bearer token for every protected route.
pub fn with_password_flow(
    mut document: OpenApi,
    table: &AccessTable,
    flow: PasswordFlow,
) -> OpenApi {
    let flow = Flow::Password(Password::new(
        flow.token_url,
        Scopes::from_iter(flow.scopes),
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(SCHEME, SecurityScheme::OAuth2(OAuth2::new([flow])));
    for route in table.routes() {
        let Access::Protected { rule, .. } = &route.access else {
            continue;
        };
        let item = document.paths.paths.get_mut(route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            let security = operation.security.get_or_insert_default();
            security.push(SecurityRequirement::new(SCHEME, rule.scopes()));
        }
    }
    document
}
