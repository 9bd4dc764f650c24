//! The caller of a request and their rights.

use std::collections::BTreeMap;
use std::fmt;

use crate::actor::Actor;
use crate::clock::UnixTime;
use crate::tenant::{RightsIn, Tenant};
use crate::verified_token::VerifiedToken;

/// The caller of a request and their rights, in the same terms for every provider.
///
/// Created by a [`Provider`](crate::Provider) from a verified token. `Debug` shows no personal data.
#[derive(Clone, PartialEq)]
pub struct Principal {
    /// The issuer (`iss`).
    pub issuer: String,
    /// The subject (`sub`, or the client where [`SubjectRule`](crate::verification::SubjectRule) says so): unique within
    /// the issuer.
    pub subject: String,
    /// The client that the token was issued to (`azp` or `client_id`), if the token names it.
    pub client: Option<String>,
    /// What the client may do on the caller's behalf (RFC 6749, section 3.3).
    pub scopes: Vec<String>,
    /// The caller's roles outside of any tenant.
    pub roles: Vec<String>,
    /// The caller's permissions outside of any tenant.
    pub permissions: Vec<String>,
    /// The tenants or organizations that the caller belongs to, by id.
    pub tenants: BTreeMap<String, TenantRights>,
    /// The tenant or organization that the token was issued for, if any. Without [`tenants`](Self::tenants), the roles and
    /// permissions above are those within this one.
    pub current_tenant: Option<String>,
    /// Who acts on the caller's behalf, if the token was delegated (`act`).
    pub actor: Option<Actor>,
    /// When the token expires (`exp`).
    pub expires_at: UnixTime,
}

/// The caller's rights within one tenant or organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantRights {
    /// Roles within this tenant only.
    pub roles: Vec<String>,
    /// Permissions within this tenant only.
    pub permissions: Vec<String>,
}

impl Principal {
    /// Returns the token's subject, without any rights.
    pub fn without_rights(token: &VerifiedToken) -> Self {
        Self {
            issuer: token.issuer().to_owned(),
            subject: token.subject().to_owned(),
            client: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            permissions: Vec::new(),
            tenants: BTreeMap::new(),
            current_tenant: None,
            actor: Actor::read(token.claim("act")),
            expires_at: token.expires_at(),
        }
    }

    /// Returns whether the token has the scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        contains(&self.scopes, scope)
    }

    /// Returns whether the caller has the role outside of any tenant.
    pub fn has_role(&self, role: &str) -> bool {
        contains(&self.roles, role)
    }

    /// Returns whether the caller has the permission outside of any tenant.
    pub fn has_permission(&self, permission: &str) -> bool {
        contains(&self.permissions, permission)
    }

    /// Returns the caller's rights within the tenant. Returns `None` if the caller does not belong to it, or if no tenant
    /// can have this id.
    ///
    /// If the token lists tenants, only what it lists for this tenant counts: rights outside of tenants do not. If it
    /// lists none, but was issued for this tenant ([`current_tenant`](Self::current_tenant)), its top-level rights are
    /// those within the tenant.
    #[must_use]
    pub fn rights_in(&self, tenant: &str) -> Option<RightsIn<'_>> {
        if !Tenant::is_id(tenant) {
            return None;
        }
        if self.tenants.is_empty() {
            return (self.current_tenant.as_deref() == Some(tenant)).then_some(RightsIn {
                roles: &self.roles,
                permissions: &self.permissions,
            });
        }
        self.tenants.get(tenant).map(|grants| RightsIn {
            roles: &grants.roles,
            permissions: &grants.permissions,
        })
    }

    /// Returns the tenant with this id. Returns `None` if the caller does not belong to it.
    #[must_use]
    pub fn tenant(&self, id: &str) -> Option<Tenant> {
        self.rights_in(id).map(|_| Tenant::unchecked(id))
    }

    /// Returns the tenants to which the caller belongs, with their rights there, by id.
    pub fn rights_by_tenant(&self) -> impl Iterator<Item = (&str, RightsIn<'_>)> {
        let current = self.current_tenant.iter();
        let current = current.filter(|_| self.tenants.is_empty());
        let ids = self.tenants.keys().chain(current);
        ids.filter_map(|id| Some((id.as_str(), self.rights_in(id)?)))
    }

    /// Returns whether the caller has the role within the tenant; see [`rights_in`](Self::rights_in).
    pub fn has_role_in(&self, tenant: &str, role: &str) -> bool {
        let rights = self.rights_in(tenant);
        rights.is_some_and(|rights| contains(rights.roles, role))
    }

    /// Returns whether the caller has the permission within the tenant; see [`rights_in`](Self::rights_in).
    pub fn has_permission_in(&self, tenant: &str, permission: &str) -> bool {
        let rights = self.rights_in(tenant);
        rights.is_some_and(|rights| contains(rights.permissions, permission))
    }
}

pub(crate) fn contains(granted: &[String], name: &str) -> bool {
    granted.iter().any(|one| one == name)
}

impl fmt::Debug for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Principal")
            .field("issuer", &self.issuer)
            .field("scopes", &self.scopes)
            .field("roles", &self.roles)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Principal, TenantRights};
    use crate::clock::UnixTime;

    fn principal(tenants: &[(&str, &str)], current: Option<&str>) -> Principal {
        let grants = |role: &str| TenantRights {
            roles: vec![role.to_owned()],
            permissions: vec![format!("{role}.p")],
        };
        Principal {
            issuer: "https://issuer.example".to_owned(),
            subject: "U1".to_owned(),
            client: None,
            scopes: Vec::new(),
            roles: vec!["root".to_owned()],
            permissions: vec!["root.p".to_owned()],
            tenants: tenants
                .iter()
                .map(|(id, role)| ((*id).to_owned(), grants(role)))
                .collect::<BTreeMap<_, _>>(),
            current_tenant: current.map(str::to_owned),
            actor: None,
            expires_at: UnixTime::from_seconds(0.0),
        }
    }

    #[test]
    fn a_listed_tenant_never_falls_back_to_the_root() {
        let caller = principal(&[("T1", "editor")], Some("T1"));
        assert!(!caller.has_role_in("T1", "root"));
        assert!(!caller.has_permission_in("T1", "root.p"));
        assert!(!caller.has_role_in("T2", "editor"));
        assert!(caller.has_role_in("T1", "editor"));
        assert!(caller.has_permission_in("T1", "editor.p"));
    }

    #[test]
    fn the_root_speaks_for_the_current_tenant_only_where_none_is_listed() {
        assert!(principal(&[], Some("T1")).has_role_in("T1", "root"));
        assert!(!principal(&[], Some("T1")).has_role_in("T2", "root"));
        assert!(!principal(&[], None).has_role_in("T1", "root"));
    }

    #[test]
    fn an_id_that_no_tenant_has_is_nobodys() {
        let long = "T".repeat(256);
        for id in ["", " ", "T\0", "T\n", &long] {
            let listed = principal(&[(id, "editor"), ("T1", "editor")], Some(id));
            assert_eq!(listed.tenant(id), None, "{id:?}");
            assert_eq!(principal(&[], Some(id)).tenant(id), None, "{id:?}");
            let ids: Vec<_> = listed.rights_by_tenant().map(|(id, _)| id).collect();
            assert_eq!(ids, ["T1"]);
        }
        for id in ["T1", "a/b", "Ö & Söhne", "..", "%2F"] {
            let tenant = principal(&[(id, "editor")], None).tenant(id);
            assert_eq!(tenant.unwrap().id(), id);
        }
    }

    #[test]
    fn the_tenants_are_those_that_are_listed_or_the_current_one() {
        let ids = |caller: &Principal| -> Vec<String> {
            caller
                .rights_by_tenant()
                .map(|(id, _)| id.to_owned())
                .collect()
        };
        assert_eq!(
            ids(&principal(&[("T1", "a"), ("T2", "b")], Some("T1"))),
            ["T1", "T2"]
        );
        assert_eq!(ids(&principal(&[("T1", "a")], Some("T9"))), ["T1"]);
        assert_eq!(ids(&principal(&[], Some("T1"))), ["T1"]);
        assert!(ids(&principal(&[], None)).is_empty());
    }
}
