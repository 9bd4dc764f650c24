//! Signing in with a user name and a password in the Authorize dialog of Swagger UI.

use identity_actix::AccessTable;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Flow, OAuth2, Password, Scopes, SecurityScheme};

use super::document::add_scheme;

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
pub fn with_password_flow(document: OpenApi, table: &AccessTable, flow: PasswordFlow) -> OpenApi {
    let flow = Flow::Password(Password::new(
        flow.token_url,
        Scopes::from_iter(flow.scopes),
    ));
    let scheme = SecurityScheme::OAuth2(OAuth2::new([flow]));
    add_scheme(document, table, SCHEME, scheme)
}
