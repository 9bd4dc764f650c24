//! The access model: the policies, and which route has which.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Rule, all_of, any_of, policies};

policies! {
    /// Reads messages.
    ReadMessages = Rule::scope("read:messages");
    /// Writes messages, and so reads them as well.
    WriteMessages = all_of![Rule::scope("read:messages"), Rule::scope("write:messages")];
    /// Deletes messages.
    DeleteMessages = Rule::scope("delete:messages");
    /// Reads data.
    ReadData = Rule::scope("openid");
    /// Sees roles and permissions: tokens that asked for them, and session tokens, which have them and no `scope`.
    SeeRights = any_of![Rule::scope("descope.claims"), Rule::no_claim("scope")];
    /// Administers.
    Administer = Rule::role("admin");
    /// Creates users.
    CreateUsers = Rule::permission("users.create");
    /// Deletes users.
    DeleteUsers = Rule::permission("users.delete");
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
        .public(M::GET, "/api/public")
        .protected::<AnyCaller>(M::GET, "/api/private")
        .protected::<AnyCaller>(M::GET, "/api/me")
        .protected::<AnyCaller>(M::GET, "/api/claims")
        .protected::<AnyCaller>(M::GET, "/api/token-info")
        .protected::<AnyCaller>(M::GET, "/api/profile")
        .protected::<ReadMessages>(M::GET, "/api/private-scoped/readonly")
        .protected::<WriteMessages>(M::GET, "/api/private-scoped/write")
        .protected::<DeleteMessages>(M::GET, "/api/private-scoped/delete")
        .protected::<ReadData>(M::GET, "/api/data")
        .protected::<SeeRights>(M::GET, "/api/descope/roles")
        .protected::<SeeRights>(M::GET, "/api/descope/permissions")
        .protected::<Administer>(M::GET, "/api/admin/users")
        .protected::<Administer>(M::GET, "/api/admin/stats")
        .protected::<CreateUsers>(M::POST, "/api/users")
        .protected::<DeleteUsers>(M::DELETE, "/api/users/{user_id}")
}
