//! Auth0's discovery document, at its two addresses.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Tenant;
use crate::provider::ProviderState;
use crate::server::asked_address;

/// Every address of the document.
pub(crate) fn paths() -> Vec<String> {
    ["openid-configuration", "oauth-authorization-server"]
        .map(|document| format!("/.well-known/{document}"))
        .to_vec()
}

pub(super) fn routes(app: &mut web::ServiceConfig) {
    for path in paths() {
        app.route(&path, web::get().to(discovery));
    }
}

/// Members and their order are those of a real tenant; the issuer is a setting, and every other address is the one that was asked.
async fn discovery(
    request: HttpRequest,
    provider: web::Data<ProviderState>,
    tenant: web::Data<Tenant>,
) -> HttpResponse {
    let base = asked_address(&request, &provider.base_url);
    HttpResponse::Ok().json(json!({
        "issuer": tenant.issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "device_authorization_endpoint": format!("{base}/oauth/device/code"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "mfa_challenge_endpoint": format!("{base}/mfa/challenge"),
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "registration_endpoint": format!("{base}/oidc/register"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "scopes_supported": [
            "openid", "profile", "offline_access", "name", "given_name", "family_name", "nickname", "email",
            "email_verified", "picture", "created_at", "identities", "phone", "address",
        ],
        "response_types_supported": [
            "code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token",
        ],
        "code_challenge_methods_supported": ["S256", "plain"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "PS256"],
        "claims_supported": [
            "aud", "auth_time", "created_at", "email", "email_verified", "exp", "family_name", "given_name", "iat",
            "identities", "iss", "name", "nickname", "phone_number", "picture", "sub",
        ],
        "request_uri_parameter_supported": false,
        "request_parameter_supported": false,
        "backchannel_authentication_endpoint": format!("{base}/bc-authorize"),
        "backchannel_token_delivery_modes_supported": ["poll"],
        "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
        "end_session_endpoint": format!("{base}/oidc/logout"),
        "global_token_revocation_endpoint":
            format!("{base}/oauth/global-token-revocation/connection/{{connectionName}}"),
        "global_token_revocation_endpoint_auth_methods_supported": ["global-token-revocation+jwt"],
        "dpop_signing_alg_values_supported": ["ES256"],
    }))
}
