//! Who may call what.

use crate::contract::matrix::Demand::{
    Member, Nothing, Permission, Role, Scopes, TenantPermission, Token,
};
use crate::contract::matrix::{Matrix, get, route};

/// Every route of the service, for every persona of the local issuer. Laid out by hand: it is a table.
#[rustfmt::skip]
pub(super) const MATRIX: Matrix = Matrix {
    personas: &[
        "admin", "editor", "viewer", "nobody", "operator", "machine", "unscoped", "member", "consultant",
        "org-admin",
    ],
    //                                                                    a e v n o m u m c o
    routes: &[
        get("/", Nothing,                                                "+ + + + + + + + + +"),
        get("/health", Nothing,                                          "+ + + + + + + + + +"),
        get("/health/ready", Nothing,                                    "+ + + + + + + + + +"),
        get("/docs/", Nothing,                                           "+ + + + + + + + + +").undescribed(),
        get("/openapi.json", Nothing,                                    "+ + + + + + + + + +").undescribed(),
        get("/.well-known/oauth-protected-resource", Nothing,            "+ + + + + + + + + +"),
        // No service of the suite has a path in its address.
        route("GET", "/.well-known/oauth-protected-resource/{path}", Nothing,
                                                                         "+ + + + + + + + + +", 404),
        get("/public/info", Nothing,                                     "+ + + + + + + + + +"),
        get("/demo/token-structure", Nothing,                            "+ + + + + + + + + +"),
        get("/api/public", Nothing,                                      "+ + + + + + + + + +"),
        get("/api/private", Token,                                       "+ + + + + + + + + +"),
        get("/api/profile", Token,                                       "+ + + + + + + + + +"),
        get("/api/claims", Token,                                        "+ + + + + + + + + +"),
        get("/api/token-info", Token,                                    "+ + + + + + + + + +"),
        get("/api/auth0/roles", Token,                                   "+ + + + + + + + + +"),
        get("/api/auth0/permissions", Token,                             "+ + + + + + + + + +"),
        get("/api/admin", Permission("admin:access"),                    "+ - - - - + - - - +"),
        get("/api/private-scoped/readonly", Scopes(&["read:messages"]),  "+ + + - - + - + + -"),
        get("/api/private-scoped/write", Scopes(&["read:messages", "write:messages"]),
                                                                         "+ + - - - - - - - -"),
        get("/api/private-scoped/delete", Scopes(&["delete:messages"]),  "+ - - - - - - - - -"),
        get("/api/admin/stats", Role("admin"),                           "+ - - - + - - - - -"),
        get("/api/organizations", Token,                                 "+ + + + + + + + + +"),
        get("/api/organizations/{org_id}/roles", Member,                 "t t t t t t t + t +"),
        get("/api/organizations/{org_id}/permissions", Member,           "t t t t t t t + t +"),
        get("/api/organizations/{org_id}/admin", TenantPermission("admin:access"),
                                                                         "t t t t t t t - t +"),
    ],
};
