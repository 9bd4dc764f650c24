//! Signing in from the Authorize dialog of Swagger UI.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    Flow, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme,
};

use super::document::operation;
use identity_actix::{Access, AccessTable};

const SCHEME: &str = "password";

/// Where the dialog gets a token for a name and a password (RFC 6749, section 4.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordFlow {
    /// Where the form is sent: an address, or a path of the service itself. At another origin the page must be allowed
    /// to ask there (CORS).
    pub token_url: String,
    /// The scopes to choose from, each with what it is for. Those that are not chosen are not asked for.
    pub scopes: Vec<(String, String)>,
}

/// Adds `flow` beside the bearer token: either opens a route.
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
