//! Auth0's discovery document.

use serde_json::{Value, json};

/// Returns the document with members in the order of a real tenant, and only those of what is here. The issuer is configured; every
/// other address is the one that the client used.
pub(super) fn document(issuer: &str, base: &str) -> Value {
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{base}/oauth/token"),
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "scopes_supported": ["openid", "profile", "email", "phone", "address"],
        // Nobody signs in here yet.
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": [
            "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name", "nickname", "picture",
            "sub",
        ],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}
