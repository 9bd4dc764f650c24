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
    // end of example
    /// Allows reading the statistics.
    SeeStats = Rule::role("admin");
    /// Allows access to the admin area.
    EnterAdminArea = Rule::permission("admin:access") => "Insufficient permissions. Admin access required.";
    /// Allows the members of an organization to see their own rights there.
    EnterOrganization = Rule::Member;
    /// Allows access to the admin area of an organization.
    EnterOrganizationAdminArea = Rule::tenant_permission("admin:access") => "Missing required permission in the organization: admin:access";
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
        // example: left out by copy-crate
        .public(M::GET, "/public/info")
        .public(M::GET, "/demo/token-structure")
        // end of example
        .public(M::GET, "/api/public")
        .protected::<AnyCaller>(M::GET, "/api/private")
        // example: left out by copy-crate
        .protected::<AnyCaller>(M::GET, "/api/profile")
        .protected::<AnyCaller>(M::GET, "/api/claims")
        .protected::<AnyCaller>(M::GET, "/api/token-info")
        .protected::<AnyCaller>(M::GET, "/api/auth0/roles")
        .protected::<AnyCaller>(M::GET, "/api/auth0/permissions")
        // end of example
        .protected::<EnterAdminArea>(M::GET, "/api/admin")
        .protected::<ReadMessages>(M::GET, "/api/private-scoped/readonly")
        // example: left out by copy-crate
        .protected::<WriteMessages>(M::GET, "/api/private-scoped/write")
        .protected::<DeleteMessages>(M::GET, "/api/private-scoped/delete")
        // end of example
        .protected::<SeeStats>(M::GET, "/api/admin/stats")
        .protected::<AnyCaller>(M::GET, "/api/organizations")
        .protected::<EnterOrganization>(M::GET, "/api/organizations/{org_id}/roles")
        .protected::<EnterOrganization>(M::GET, "/api/organizations/{org_id}/permissions")
        .protected::<EnterOrganizationAdminArea>(M::GET, "/api/organizations/{org_id}/admin")
}
