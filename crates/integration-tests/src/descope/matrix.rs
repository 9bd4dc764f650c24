//! Who may call what.

use crate::contract::matrix::Demand::{
    Member, Nothing, Permission, Role, ScopeIfAny, Scopes, TenantPermission, TenantRole, Token,
};
use crate::contract::matrix::{Matrix, get, route};

/// Every route of the service, for every persona of the local issuer. Laid out by hand: it is a table.
#[rustfmt::skip]
pub(super) const MATRIX: Matrix = Matrix {
    personas: &[
        "admin", "editor", "viewer", "nobody", "operator", "machine", "claims-less", "session",
        "session-scoped", "member", "consultant",
    ],
    //                                                                    a e v n o m c s s m c
    routes: &[
        get("/", Nothing,                                                "+ + + + + + + + + + +"),
        get("/health", Nothing,                                          "+ + + + + + + + + + +"),
        get("/health/ready", Nothing,                                    "+ + + + + + + + + + +"),
        get("/docs/", Nothing,                                           "+ + + + + + + + + + +").undescribed(),
        get("/openapi.json", Nothing,                                    "+ + + + + + + + + + +").undescribed(),
        get("/.well-known/oauth-protected-resource", Nothing,            "+ + + + + + + + + + +"),
        // No service of the suite has a path in its address.
        route("GET", "/.well-known/oauth-protected-resource/{path}", Nothing,
                                                                         "+ + + + + + + + + + +", 404),
        get("/api/public", Nothing,                                      "+ + + + + + + + + + +"),
        get("/api/private", Token,                                       "+ + + + + + + + + + +"),
        get("/api/me", Token,                                            "+ + + + + + + + + + +"),
        get("/api/claims", Token,                                        "+ + + + + + + + + + +"),
        get("/api/token-info", Token,                                    "+ + + + + + + + + + +"),
        get("/api/profile", Token,                                       "+ + + + + + + + + + +"),
        get("/api/private-scoped/readonly", Scopes(&["read:messages"]),  "+ + + - - - + - + - -"),
        get("/api/private-scoped/write", Scopes(&["read:messages", "write:messages"]),
                                                                         "+ + - - - - - - - - -"),
        get("/api/private-scoped/delete", Scopes(&["delete:messages"]),  "+ - - - - - - - - - -"),
        get("/api/data", Scopes(&["openid"]),                            "+ + + - + + + - - + +"),
        get("/api/descope/roles", ScopeIfAny("descope.claims"),          "+ + + - + + - + - + +"),
        get("/api/descope/permissions", ScopeIfAny("descope.claims"),    "+ + + - + + - + - + +"),
        get("/api/admin/users", Role("admin"),                           "+ - - - + - - + - - -"),
        get("/api/admin/stats", Role("admin"),                           "+ - - - + - - + - - -"),
        route("POST", "/api/users", Permission("users.create"),          "+ - - - - + - + - - -", 200),
        // No user has this id: 404 for a caller who may delete.
        route("DELETE", "/api/users/{user_id}", Permission("users.delete"),
                                                                         "+ - - - - - - - - - -", 404),
        get("/api/tenants", Token,                                       "+ + + + + + + + + + +"),
        get("/api/tenants/{tenant_id}/roles", Member,                    "t t t t t t t t t + +"),
        get("/api/tenants/{tenant_id}/permissions", Member,              "t t t t t t t t t + +"),
        get("/api/tenants/{tenant_id}/users", TenantRole("admin"),       "t t t t t t t t t + -"),
        route("POST", "/api/tenants/{tenant_id}/users", TenantPermission("users.create"),
                                                                         "t t t t t t t t t + -", 200),
        route("DELETE", "/api/tenants/{tenant_id}/users/{user_id}", TenantPermission("users.delete"),
                                                                         "t t t t t t t t t + -", 404),
    ],
};
