//! Who may call what.

use crate::contract::matrix::Demand::{Nothing, Permission, Role, ScopeIfAny, Scopes, Token};
use crate::contract::matrix::{Matrix, get, route};

/// Every route of the service, for every persona of the local issuer. Laid out by hand: it is a table.
#[rustfmt::skip]
pub(super) const MATRIX: Matrix = Matrix {
    personas: &[
        "admin", "editor", "viewer", "nobody", "operator", "machine", "claims-less", "session",
        "session-scoped", "member",
    ],
    //                                                                    a e v n o m c s s m
    routes: &[
        get("/", Nothing,                                                "+ + + + + + + + + +"),
        get("/health", Nothing,                                          "+ + + + + + + + + +"),
        get("/health/ready", Nothing,                                    "+ + + + + + + + + +"),
        get("/docs/", Nothing,                                           "+ + + + + + + + + +").undescribed(),
        get("/openapi.json", Nothing,                                    "+ + + + + + + + + +").undescribed(),
        get("/api/public", Nothing,                                      "+ + + + + + + + + +"),
        get("/api/private", Token,                                       "+ + + + + + + + + +"),
        get("/api/me", Token,                                            "+ + + + + + + + + +"),
        get("/api/claims", Token,                                        "+ + + + + + + + + +"),
        get("/api/token-info", Token,                                    "+ + + + + + + + + +"),
        get("/api/profile", Token,                                       "+ + + + + + + + + +"),
        get("/api/private-scoped/readonly", Scopes(&["read:messages"]),  "+ + + - - - + - + -"),
        get("/api/private-scoped/write", Scopes(&["read:messages", "write:messages"]),
                                                                         "+ + - - - - - - - -"),
        get("/api/private-scoped/delete", Scopes(&["delete:messages"]),  "+ - - - - - - - - -"),
        get("/api/data", Scopes(&["openid"]),                            "+ + + - + + + - - +"),
        get("/api/descope/roles", ScopeIfAny("descope.claims"),          "+ + + - + + - + - +"),
        get("/api/descope/permissions", ScopeIfAny("descope.claims"),    "+ + + - + + - + - +"),
        get("/api/admin/users", Role("admin"),                           "+ - - - + - - + - -"),
        get("/api/admin/stats", Role("admin"),                           "+ - - - + - - + - -"),
        route("POST", "/api/users", Permission("users.create"),          "+ - - - - + - + - -", 200),
        // No user has this id: 404 for a caller who may delete.
        route("DELETE", "/api/users/{user_id}", Permission("users.delete"),
                                                                         "+ - - - - - - - - -", 404),
    ],
};
