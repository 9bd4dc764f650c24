//! The access model: the policies, and the table that maps each route to its policy.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Rule, policies};

policies! {
    /// Allows reading messages.
    ReadMessages = Rule::scope("read:messages");
    // example: left out by copy-crate
    /// Allows writing messages. Requires the read scope as well.
    WriteMessages = identity_core::all_of![Rule::scope("read:messages"), Rule::scope("write:messages")];
    /// Allows deleting messages.
    DeleteMessages = Rule::scope("delete:messages");
    /// Allows reading data.
    ReadData = Rule::scope("openid");
    /// Allows reading the caller's roles and permissions: for tokens with the scope `descope.claims`, and for session
    /// tokens, which carry them and have no `scope` claim.
    SeeRights = identity_core::any_of![Rule::scope("descope.claims"), Rule::no_claim("scope")];
    // end of example
    /// Allows the admin routes.
    Administer = Rule::role("admin");
    /// Allows creating users.
    CreateUsers = Rule::permission("users.create");
    /// Allows deleting users.
    DeleteUsers = Rule::permission("users.delete");
    /// Allows the members of a tenant to see their own rights there.
    EnterTenant = Rule::Member;
    /// Allows listing the users of a tenant.
    ListMembers = Rule::tenant_role("admin");
    /// Allows creating users of a tenant.
    AddMembers = Rule::tenant_permission("users.create");
    /// Allows deleting users of a tenant.
    RemoveMembers = Rule::tenant_permission("users.delete");
}

/// Returns the access table: the policy of each route.
pub fn access() -> AccessTable {
    use Method as M;
    AccessTable::new()
        .public(M::GET, "/")
        .public(M::GET, "/health")
        .public(M::GET, "/health/ready")
        .public(M::GET, "/docs/")
        .public(M::GET, "/openapi.json")
        .public(M::GET, "/.well-known/oauth-protected-resource")
        .public(M::GET, "/.well-known/oauth-protected-resource/{path}")
        .public(M::GET, "/api/public")
        .protected::<AnyCaller>(M::GET, "/api/private")
        // example: left out by copy-crate
        .protected::<AnyCaller>(M::GET, "/api/me")
        .protected::<AnyCaller>(M::GET, "/api/claims")
        .protected::<AnyCaller>(M::GET, "/api/token-info")
        .protected::<AnyCaller>(M::GET, "/api/profile")
        // end of example
        .protected::<ReadMessages>(M::GET, "/api/private-scoped/readonly")
        // example: left out by copy-crate
        .protected::<WriteMessages>(M::GET, "/api/private-scoped/write")
        .protected::<DeleteMessages>(M::GET, "/api/private-scoped/delete")
        .protected::<ReadData>(M::GET, "/api/data")
        .protected::<SeeRights>(M::GET, "/api/descope/roles")
        .protected::<SeeRights>(M::GET, "/api/descope/permissions")
        // end of example
        .protected::<Administer>(M::GET, "/api/admin/users")
        .protected::<Administer>(M::GET, "/api/admin/stats")
        .protected::<CreateUsers>(M::POST, "/api/users")
        .protected::<DeleteUsers>(M::DELETE, "/api/users/{user_id}")
        .protected::<AnyCaller>(M::GET, "/api/tenants")
        .protected::<EnterTenant>(M::GET, "/api/tenants/{tenant_id}/roles")
        .protected::<EnterTenant>(M::GET, "/api/tenants/{tenant_id}/permissions")
        .protected::<ListMembers>(M::GET, "/api/tenants/{tenant_id}/users")
        .protected::<AddMembers>(M::POST, "/api/tenants/{tenant_id}/users")
        .protected::<RemoveMembers>(M::DELETE, "/api/tenants/{tenant_id}/users/{user_id}")
}
