//! A role, and the permissions that it gives.

use crate::personas::Persona;

/// A role of the project.
#[derive(Clone)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: i64,
}

/// The roles of the personas. A role gives the permissions of the first persona that has this role and no other.
pub(super) fn of_personas(personas: &[Persona]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for (names, permissions) in rights(personas) {
        for name in names {
            if !roles.iter().any(|role| role.name == *name) {
                roles.push(Role {
                    name: name.clone(),
                    description: String::new(),
                    permissions: Vec::new(),
                    created_at: 0,
                });
            }
        }
        if let [only] = names.as_slice()
            && let Some(role) = roles.iter_mut().find(|role| role.name == *only)
            && role.permissions.is_empty()
        {
            role.permissions = permissions.clone();
        }
    }
    roles
}

/// The permissions that the personas have.
pub(super) fn permissions_of(personas: &[Persona]) -> Vec<String> {
    let all = rights(personas).flat_map(|(_, permissions)| permissions);
    super::rights::distinct(all.cloned().collect())
}

/// Roles and permissions of each persona, in the project and in its tenants.
fn rights(personas: &[Persona]) -> impl Iterator<Item = (&Vec<String>, &Vec<String>)> {
    personas.iter().flat_map(|persona| {
        let tenants = persona.descope.tenants.values();
        let tenants = tenants.map(|rights| (&rights.roles, &rights.permissions));
        std::iter::once((&persona.roles, &persona.permissions)).chain(tenants)
    })
}
