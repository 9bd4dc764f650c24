//! Tenants, roles and permissions: find, create, change, delete.

use serde_json::json;

use super::role::Role;
use super::state::{State, check_size};
use super::tenant::Tenant;
use crate::descope::refusals;
use crate::personas::Persona;
use crate::refusal::Refusal;

/// Tenants.
impl State {
    pub(crate) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    pub(crate) fn tenant(&self, id: &str) -> Result<&Tenant, Refusal> {
        let found = self.tenants.iter().find(|tenant| tenant.id == id);
        found.ok_or_else(|| refusals::no_tenant(id))
    }

    pub(crate) fn create_tenant(&mut self, tenant: Tenant) -> Result<(), Refusal> {
        self.check_room(self.tenants.len())?;
        if self.tenant(&tenant.id).is_ok() {
            let message = format!("There is a tenant {} already", tenant.id);
            return Err(refusals::arguments(message));
        }
        check_size(&self.tenant_record(&tenant))?;
        self.tenants.push(tenant);
        Ok(())
    }

    /// Changes a tenant, or nothing if its record would become too large.
    pub(crate) fn change_tenant(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Tenant),
    ) -> Result<(), Refusal> {
        let mut changed = self.tenant(id)?.clone();
        change(&mut changed);
        check_size(&self.tenant_record(&changed))?;
        let tenant = self.tenants.iter_mut().find(|tenant| tenant.id == id);
        *tenant.ok_or_else(|| refusals::no_tenant(id))? = changed;
        Ok(())
    }

    /// Deletes a tenant; users and access keys are no longer in it.
    pub(crate) fn delete_tenant(&mut self, id: &str) -> Result<(), Refusal> {
        self.tenant(id)?;
        self.tenants.retain(|tenant| tenant.id != id);
        self.each_persona(|persona| drop(persona.descope.tenants.remove(id)));
        Ok(())
    }
}

/// Roles and permissions.
impl State {
    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }

    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    pub(crate) fn create_role(&mut self, role: Role) -> Result<(), Refusal> {
        self.check_room(self.roles.len())?;
        if self.role(&role.name).is_some() {
            let message = format!("There is a role {} already", role.name);
            return Err(refusals::arguments(message));
        }
        let mut named = role.permissions.iter();
        if let Some(unknown) = named.find(|name| !self.permissions.contains(name)) {
            let message = format!("There is no permission {unknown}");
            return Err(refusals::arguments(message));
        }
        check_size(&self.role_record(&role))?;
        self.roles.push(role);
        Ok(())
    }

    /// Deletes a role; users and access keys no longer have it.
    pub(crate) fn delete_role(&mut self, name: &str) -> Result<(), Refusal> {
        if self.role(name).is_none() {
            return Err(refusals::arguments(format!("There is no role {name}")));
        }
        self.roles.retain(|role| role.name != name);
        self.each_persona(|persona| {
            persona.roles.retain(|role| role != name);
            for rights in persona.descope.tenants.values_mut() {
                rights.roles.retain(|role| role != name);
            }
        });
        Ok(())
    }

    pub(crate) fn permissions(&self) -> &[String] {
        &self.permissions
    }

    pub(crate) fn create_permission(&mut self, name: String) -> Result<(), Refusal> {
        self.check_room(self.permissions.len())?;
        if self.permissions.contains(&name) {
            let message = format!("There is a permission {name} already");
            return Err(refusals::arguments(message));
        }
        check_size(&json!(name))?;
        self.permissions.push(name);
        Ok(())
    }

    /// Deletes a permission; no role gives it any more.
    pub(crate) fn delete_permission(&mut self, name: &str) -> Result<(), Refusal> {
        if !self.permissions.iter().any(|known| known == name) {
            let message = format!("There is no permission {name}");
            return Err(refusals::arguments(message));
        }
        self.permissions.retain(|known| known != name);
        for role in &mut self.roles {
            role.permissions.retain(|known| known != name);
        }
        Ok(())
    }

    fn each_persona(&mut self, change: impl Fn(&mut Persona)) {
        let users = self.users.iter_mut().map(|user| &mut user.persona);
        let keys = self.keys.iter_mut().map(|key| &mut key.persona);
        users.chain(keys).for_each(change);
    }
}
