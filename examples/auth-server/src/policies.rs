//! The access model: the server's own permissions, the policies that require them, and the table that maps each route
//! to its policy.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Rule, policies};

use crate::store::permissions::NewPermission;

/// The service part in the slugs of the server's own permissions. Reserved: organizations cannot create permissions
/// with it.
pub const SERVICE: &str = "auth_server";

policies! {
    /// Allows reading the users of the caller's organization.
    ReadUsers = Rule::scope("auth_server.user.read");
    /// Allows creating and deleting users.
    WriteUsers = Rule::scope("auth_server.user.write");
    /// Allows reading roles.
    ReadRoles = Rule::scope("auth_server.role.read");
    /// Allows creating and deleting roles, attaching permissions to them, and assigning them to users.
    WriteRoles = Rule::scope("auth_server.role.write");
    /// Allows reading permissions.
    ReadPermissions = Rule::scope("auth_server.permission.read");
    /// Allows creating and deleting permissions.
    WritePermissions = Rule::scope("auth_server.permission.write");
    /// Allows reading machine clients.
    ReadClients = Rule::scope("auth_server.client.read");
    /// Allows creating and deleting machine clients.
    WriteClients = Rule::scope("auth_server.client.write");
    /// Allows reading the audit log of sign-ins and of changes of rights.
    ReadAudit = Rule::scope("auth_server.audit.read");
}

/// The permission of a client to introspect the tokens of its organization. It is no policy of a route: the client sends no
/// token, but authenticates with its secret.
pub const INTROSPECT: &str = "auth_server.token.introspect";

/// One of the server's own permissions. Each organization has all of them from its creation.
#[derive(Debug, Clone, Copy)]
pub struct Right {
    resource: &'static str,
    action: &'static str,
    description: &'static str,
    /// Whether the role `admin` has this permission as well as `owner`.
    pub for_admins: bool,
}

/// All of the server's own permissions.
pub const RIGHTS: [Right; 10] = [
    right("user", "read", "Sees users", true),
    right("user", "write", "Creates and deletes users", true),
    right("role", "read", "Sees roles", true),
    right("role", "write", "Changes roles and who has them", false),
    right("permission", "read", "Sees permissions", true),
    right("permission", "write", "Changes permissions", false),
    right("client", "read", "Sees machine clients", true),
    right("client", "write", "Changes machine clients", false),
    right("audit", "read", "Sees the audit trail", true),
    right("token", "introspect", "Introspects tokens", false),
];

const fn right(
    resource: &'static str,
    action: &'static str,
    description: &'static str,
    for_admins: bool,
) -> Right {
    Right {
        resource,
        action,
        description,
        for_admins,
    }
}

impl Right {
    /// Returns the permission to create in an organization.
    pub fn permission(&self) -> NewPermission<'static> {
        NewPermission {
            service: SERVICE,
            resource: self.resource,
            action: self.action,
            description: self.description,
        }
    }
}

/// Returns whether a slug is one of the server's own permissions.
pub fn is_own(slug: &str) -> bool {
    slug.split('.').next() == Some(SERVICE)
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
        .public(M::GET, "/.well-known/openid-configuration")
        .public(M::GET, "/.well-known/oauth-authorization-server")
        .public(M::GET, "/.well-known/oauth-authorization-server/{path}")
        .public(M::GET, "/.well-known/jwks.json")
        .public(M::POST, "/user/signup")
        .public(M::POST, "/user/login")
        .public(M::POST, "/oauth/token")
        .public(M::POST, "/oauth/revoke")
        .public(M::POST, "/oauth/introspect")
        .public(M::GET, "/oauth/authorize")
        .public(M::POST, "/oauth/authorize")
        .public(M::POST, "/oauth/sign-in")
        .public(M::GET, "/oauth/style.css")
        .public(M::GET, "/oauth/logout")
        .public(M::POST, "/oauth/logout")
        .protected::<AnyCaller>(M::GET, "/oauth/userinfo")
        .protected::<AnyCaller>(M::POST, "/oauth/userinfo")
        .protected::<AnyCaller>(M::GET, "/user/me")
        .protected::<AnyCaller>(M::POST, "/user/logout")
        .protected::<AnyCaller>(M::POST, "/user/password")
        .protected::<ReadUsers>(M::GET, "/user/")
        .protected::<WriteUsers>(M::POST, "/user/")
        .protected::<ReadUsers>(M::GET, "/user/{user_id}")
        .protected::<WriteUsers>(M::DELETE, "/user/{user_id}")
        .protected::<ReadRoles>(M::GET, "/role/")
        .protected::<WriteRoles>(M::POST, "/role/")
        .protected::<WriteRoles>(M::POST, "/role/attach-permission")
        .protected::<WriteRoles>(M::POST, "/role/detach-permission")
        .protected::<WriteRoles>(M::POST, "/role/assign")
        .protected::<WriteRoles>(M::POST, "/role/unassign")
        .protected::<WriteRoles>(M::DELETE, "/role/{role_id}")
        .protected::<ReadPermissions>(M::GET, "/permission/")
        .protected::<WritePermissions>(M::POST, "/permission/")
        .protected::<WritePermissions>(M::DELETE, "/permission/{permission_id}")
        .protected::<ReadClients>(M::GET, "/client/")
        .protected::<WriteClients>(M::POST, "/client/")
        .protected::<WriteClients>(M::DELETE, "/client/{client_id}")
        .protected::<ReadAudit>(M::GET, "/audit/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use identity_actix::Access;

    use super::{INTROSPECT, RIGHTS, access, is_own};

    #[test]
    fn every_policy_asks_for_a_right_that_organizations_have_and_none_is_idle() {
        let rules = access().routes().to_vec().into_iter();
        let asked: BTreeSet<_> = rules
            .filter_map(|route| match route.access {
                Access::Protected { rule, .. } => Some(rule.scopes()),
                _ => None,
            })
            .flatten()
            .map(std::borrow::Cow::into_owned)
            .chain([INTROSPECT.to_owned()])
            .collect();
        let there: BTreeSet<_> = RIGHTS
            .iter()
            .map(|right| right.permission().slug())
            .collect();
        assert_eq!(asked, there);
    }

    #[test]
    fn the_servers_own_slugs_are_told_by_their_service() {
        assert!(
            RIGHTS
                .iter()
                .all(|right| is_own(&right.permission().slug()))
        );
        for slug in ["auth_server2.role.write", "example.auth_server.read", ""] {
            assert!(!is_own(slug), "{slug}");
        }
    }
}
