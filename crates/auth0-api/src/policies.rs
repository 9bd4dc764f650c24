//! The access model: the policies, and which route has which.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Policy, Rule, all_of, policies};

policies! {
    /// Reads messages.
    ReadMessages = Rule::scope("read:messages");
    /// Writes messages, and so reads them as well.
    WriteMessages = all_of![Rule::scope("read:messages"), Rule::scope("write:messages")];
    /// Deletes messages.
    DeleteMessages = Rule::scope("delete:messages");
    /// Sees the counts.
    SeeStats = Rule::role("admin");
}

/// Enters the admin area.
pub struct EnterAdminArea;

impl Policy for EnterAdminArea {
    const RULE: Rule = Rule::permission("admin:access");
    const DENIED: Option<&'static str> = Some("Insufficient permissions. Admin access required.");
}

/// Which route has which policy.
pub fn access() -> AccessTable {
    use Method as M;
    AccessTable::new()
        .public(M::GET, "/")
        .public(M::GET, "/health")
        .public(M::GET, "/health/ready")
        .public(M::GET, "/docs/")
        .public(M::GET, "/openapi.json")
        .public(M::GET, "/public/info")
        .public(M::GET, "/demo/token-structure")
        .public(M::GET, "/api/public")
        .protected::<AnyCaller>(M::GET, "/api/private")
        .protected::<AnyCaller>(M::GET, "/api/profile")
        .protected::<AnyCaller>(M::GET, "/api/claims")
        .protected::<AnyCaller>(M::GET, "/api/token-info")
        .protected::<AnyCaller>(M::GET, "/api/auth0/roles")
        .protected::<AnyCaller>(M::GET, "/api/auth0/permissions")
        .protected::<EnterAdminArea>(M::GET, "/api/admin")
        .protected::<ReadMessages>(M::GET, "/api/private-scoped/readonly")
        .protected::<WriteMessages>(M::GET, "/api/private-scoped/write")
        .protected::<DeleteMessages>(M::GET, "/api/private-scoped/delete")
        .protected::<SeeStats>(M::GET, "/api/admin/stats")
}
