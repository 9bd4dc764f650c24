//! What users and access keys have in common: the rights that their tokens carry.

use std::collections::BTreeMap;

use serde_json::Map;

use crate::descope::refusals;
use crate::personas::{Auth0Details, DescopeDetails, Persona, PersonaKind, Profile, TenantRights};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Where the permissions of a user or an access key come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RightsOrigin {
    /// They are the persona's own, as its file has them.
    Persona,
    /// They are those of its roles, because management gave it its roles.
    Roles,
}

/// What is done with the roles that a request names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RoleChange {
    Set,
    Add,
    Remove,
}

/// Roles in some tenants, by tenant id.
pub(crate) type TenantRoles = Vec<(String, Vec<String>)>;

/// A persona without any right, for what management creates. Its name is its id, so that the log shows no personal data.
pub(super) fn blank(id: &str, kind: PersonaKind, secret: Secret) -> Persona {
    Persona {
        name: id.to_owned(),
        description: String::new(),
        kind,
        client_id: id.to_owned(),
        secret,
        subject: id.to_owned(),
        scopes: Vec::new(),
        roles: Vec::new(),
        permissions: Vec::new(),
        attributes: Map::new(),
        profile: Profile::default(),
        descope: DescopeDetails {
            key_id: id.to_owned(),
            ..DescopeDetails::default()
        },
        auth0: Auth0Details::default(),
    }
}

/// Changes the roles of `persona` in one of its tenants, or in the whole project.
pub(super) fn change_roles(
    persona: &mut Persona,
    tenant: Option<&str>,
    change: RoleChange,
    names: Vec<String>,
) -> Result<(), Refusal> {
    let roles = match tenant {
        None => &mut persona.roles,
        Some(tenant) => {
            let rights = persona.descope.tenants.get_mut(tenant);
            let missing = || refusals::arguments(format!("The user is not in the tenant {tenant}"));
            &mut rights.ok_or_else(missing)?.roles
        }
    };
    match change {
        RoleChange::Set => *roles = distinct(names),
        RoleChange::Add => *roles = distinct(roles.drain(..).chain(names).collect()),
        RoleChange::Remove => roles.retain(|role| !names.contains(role)),
    }
    Ok(())
}

/// The tenants of a persona that has these roles in them.
pub(super) fn tenants(roles: TenantRoles) -> BTreeMap<String, TenantRights> {
    let rights = roles.into_iter().map(|(tenant, roles)| {
        let rights = TenantRights {
            roles: distinct(roles),
            permissions: Vec::new(),
        };
        (tenant, rights)
    });
    rights.collect()
}

/// Each name once, in order.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}
