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
    let mut grant_types = vec!["authorization_code", "refresh_token", "client_credentials"];
    if !inbound {
        grant_types.push("urn:ietf:params:oauth:grant-type:device_code");
    }
    let mut document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{base}/{id}/.well-known/jwks.json"),
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint": format!("{endpoints}/token"),
        "userinfo_endpoint": format!("{endpoints}/userinfo"),
        "scopes_supported": ["openid", "profile", "email", "phone", "descope.claims", "descope.custom_claims"],
        "claims_supported": [
            "iss", "aud", "iat", "exp", "sub", "name", "email", "email_verified", "picture", "family_name", "given_name",
        ],
        "revocation_endpoint": format!("{endpoints}/revoke"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grant_types,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
    });
    // Inbound applications have no such addresses here.
    if let Some(members) = document.as_object_mut().filter(|_| !inbound) {
        for (member, path) in [
            ("end_session_endpoint", "logout"),
            ("device_authorization_endpoint", "device"),
        ] {
            let address = format!("{endpoints}/{path}");
            members.insert(member.to_owned(), address.into());
        }
    }
    document
}
