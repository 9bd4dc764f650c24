//! The sign-in from the Authorize dialog of Swagger UI.

use identity_actix::AccessTable;
use service_kit::openapi::{PasswordFlow, SelectedScopes, SignIn, with_password_flow};
use utoipa::openapi::OpenApi;

use crate::policies::RIGHTS;
use crate::tokens::FIRST_PARTY;

/// Returns the sign-in at the server's own page.
pub fn sign_in() -> SignIn {
    SignIn {
        scopes: scopes(),
        // Somebody without rights could not sign in, and others would have those of this server alone.
        selected: SelectedScopes::None,
        ..SignIn::at(FIRST_PARTY, "/oauth/authorize", "/oauth/token")
    }
}

/// Adds the password flow of this server to the document.
pub fn with_sign_in(document: OpenApi, table: &AccessTable) -> OpenApi {
    let flow = PasswordFlow {
        token_url: "/user/login".to_owned(),
        scopes: scopes(),
    };
    with_password_flow(document, table, flow)
}

/// Returns the server's own permissions.
fn scopes() -> Vec<(String, String)> {
    let permissions = RIGHTS.iter().map(|right| right.permission());
    permissions
        .map(|permission| (permission.slug(), permission.description.to_owned()))
        .collect()
}
