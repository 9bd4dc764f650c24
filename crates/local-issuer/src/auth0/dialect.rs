//! What makes a tenant a dialect.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use super::tenant::Tenant;
use super::{device, discovery, refusals, token, user_info};
use crate::claims::{ClaimsRequest, TokenKind};
use crate::faults::Endpoint;
use crate::keys::KeyStyle;
use crate::kind::ProviderKind;
use crate::provider::{Call, Dialect, Methods, Route};
use crate::random;
use crate::refusal::Refusal;
use crate::sign_in::{LogOutParameters, authorize, form_routes, log_out};

pub(crate) const TOKEN_PATH: &str = "/oauth/token";

/// The current key and, always published ahead, the next one.
pub(crate) const KEYS: KeyStyle = KeyStyle {
    new_kid: || random::nanoid(21),
    sorted: false,
    publishes_ahead: true,
};

const OIDC_LOGOUT: LogOutParameters = LogOutParameters {
    return_to: "post_logout_redirect_uri",
    confirms: true,
};

/// The older address, which asks nobody.
const V2_LOGOUT: LogOutParameters = LogOutParameters {
    return_to: "returnTo",
    confirms: false,
};

impl Dialect for Tenant {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Auth0
    }

    fn issuer(&self) -> String {
        self.issuer.clone()
    }

    fn audience(&self) -> &str {
        &self.audience
    }

    fn default_lifetime(&self) -> i64 {
        86_400
    }

    fn typ(&self, kind: TokenKind) -> &'static str {
        match kind {
            TokenKind::Access => self.dialect.typ(),
            _ => "JWT",
        }
    }

    fn claims(&self, request: &ClaimsRequest<'_>, kind: TokenKind) -> Option<Map<String, Value>> {
        match kind {
            TokenKind::Access => Some(self.access_claims(request)),
            TokenKind::Id => Some(self.id_claims(request)),
            // Auth0 has no sessions, and its refresh tokens are opaque.
            TokenKind::Session | TokenKind::Refresh | TokenKind::SessionRefresh => None,
        }
    }

    fn routes(self: Arc<Self>) -> Vec<Route> {
        let mut routes = vec![Route::new(
            "/.well-known/jwks.json",
            Endpoint::Jwks,
            |call| Ok(HttpResponse::Ok().json(json!({ "keys": call.provider.keys.jwks() }))),
        )];
        for document in ["openid-configuration", "oauth-authorization-server"] {
            let (path, tenant) = (format!("/.well-known/{document}"), Arc::clone(&self));
            routes.push(Route::new(path, Endpoint::Discovery, move |call| {
                Ok(HttpResponse::Ok().json(discovery::document(&tenant.issuer, &call.base_url())))
            }));
        }
        let tenant = Arc::clone(&self);
        routes.push(Route::new(TOKEN_PATH, Endpoint::Token, move |call| {
            token::respond(call, &tenant)
        }));
        routes.extend(people_routes(self));
        routes
    }

    fn not_found(&self, message: &str) -> Refusal {
        refusals::not_found(message)
    }
}

/// Where people sign in and out, and what their clients ask for.
fn people_routes(tenant: Arc<Tenant>) -> Vec<Route> {
    let of = |path: &str, endpoint, respond: fn(&Call<'_>, &Tenant) -> Result<_, _>| {
        let tenant = Arc::clone(&tenant);
        Route::new(path, endpoint, move |call| respond(call, &tenant))
    };
    let mut routes = vec![
        of("/authorize", Endpoint::Authorize, |call, tenant| {
            Ok(authorize(call, tenant, false))
        })
        .with(Methods::GetAndPost),
        of("/userinfo", Endpoint::Userinfo, user_info::user_info).with(Methods::GetAndPost),
        of(
            "/oauth/device/code",
            Endpoint::DeviceAuthorization,
            device::respond,
        )
        .with(Methods::Post),
        of("/oauth/revoke", Endpoint::Revocation, user_info::revoke).with(Methods::Post),
        of("/oidc/logout", Endpoint::Logout, |call, tenant| {
            Ok(log_out(call, tenant, &OIDC_LOGOUT))
        })
        .with(Methods::GetAndPost),
        of("/v2/logout", Endpoint::Logout, |call, tenant| {
            Ok(log_out(call, tenant, &V2_LOGOUT))
        }),
    ];
    routes.extend(form_routes(tenant));
    routes
}
