//! Descope's discovery documents.

use serde_json::{Value, json};

use super::project::Project;

/// Returns the document of the project's default OpenID application, or the one that its inbound applications share.
///
/// The issuer is configured; every other address is the one that the client used, where it can surely reach it.
pub(super) fn document(project: &Project, base: &str, inbound: bool) -> Value {
    let id = &project.id;
    let (issuer, endpoints) = if inbound {
        let endpoints = format!("{base}/oauth2/v1/apps/{id}");
        (project.apps_issuer(), endpoints)
    } else {
        (project.federated_issuer(), format!("{base}/oauth2/v1"))
    };
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{base}/{id}/.well-known/jwks.json"),
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "token_endpoint": format!("{endpoints}/token"),
        "userinfo_endpoint": format!("{endpoints}/userinfo"),
        "end_session_endpoint": format!("{endpoints}/logout"),
        "revocation_endpoint": format!("{endpoints}/revoke"),
        "device_authorization_endpoint": format!("{endpoints}/device"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "phone"],
        "claims_supported": [
            "iss", "aud", "iat", "exp", "sub", "name", "email", "email_verified", "phone_number",
            "phone_number_verified", "picture", "family_name", "given_name",
        ],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        // More than the token endpoint accepts, as with the real one.
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    })
}
