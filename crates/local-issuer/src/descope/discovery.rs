//! Descope's discovery documents.

use serde_json::{Value, json};

use super::project::Project;

/// Returns the document of the project's default OpenID application, or the one that its inbound applications share.
///
/// It names only what is here. The issuer is configured; every other address is the one that the client used, where it can surely
/// reach it.
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
        "token_endpoint": format!("{endpoints}/token"),
        // Nobody signs in here yet.
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "phone", "descope.claims", "descope.custom_claims"],
        "claims_supported": [
            "iss", "aud", "iat", "exp", "sub", "name", "email", "email_verified", "picture", "family_name", "given_name",
        ],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "grant_types_supported": ["client_credentials"],
    })
}
