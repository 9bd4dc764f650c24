//! Users, access keys, tenants and roles as Descope writes them in JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::key::Key;
use super::role::Role;
use super::state::State;
use super::tenant::Tenant;
use super::user::User;
use crate::personas::TenantRights;

impl State {
    pub(crate) fn user_record(&self, user: &User) -> Value {
        let persona = self.persona_of_user(user);
        let profile = &persona.profile;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        json!({
            "loginIds": user.login_ids,
            "userId": user.id(),
            "name": text(&profile.name),
            "givenName": text(&profile.given_name),
            "middleName": user.middle_name,
            "familyName": text(&profile.family_name),
            "email": text(&profile.email),
            "phone": user.phone,
            "verifiedEmail": profile.email_verified,
            "verifiedPhone": user.verified_phone,
            "roleNames": persona.roles,
            "permissions": persona.permissions,
            "userTenants": self.tenant_records(&persona.descope.tenants),
            "status": user.status.name(),
            "picture": text(&profile.picture),
            "test": user.is_test,
            "customAttributes": persona.attributes,
            "createdTime": user.created_at,
            "modifiedTime": user.modified_at,
            "TOTP": false,
            "SAML": false,
            "SCIM": false,
            "OAuth": {},
            "webauthn": false,
            "password": user.password.is_some(),
            "ssoAppIds": [],
        })
    }

    pub(crate) fn key_record(&self, key: &Key) -> Value {
        json!({
            "id": key.id(),
            "name": key.name,
            "description": key.description,
            "roleNames": key.persona.roles,
            "keyTenants": self.tenant_records(&key.persona.descope.tenants),
            "status": if key.is_active { "active" } else { "inactive" },
            "createdTime": key.created_at,
            "expireTime": key.expires_at,
            "createdBy": "local-issuer",
            "clientId": key.persona.client_id,
            "boundUserId": key.user_id.clone().unwrap_or_default(),
            "customClaims": key.persona.attributes,
            "customAttributes": key.custom_attributes,
            "permittedIps": [],
        })
    }

    pub(crate) fn tenant_record(&self, tenant: &Tenant) -> Value {
        json!({
            "id": tenant.id,
            "name": tenant.name,
            "selfProvisioningDomains": tenant.domains,
            "customAttributes": tenant.custom_attributes,
            "authType": "none",
            "domains": [],
            "createdTime": tenant.created_at,
            "disabled": false,
            "enforceSSO": false,
        })
    }

    pub(crate) fn role_record(&self, role: &Role) -> Value {
        json!({
            "name": role.name,
            "description": role.description,
            "permissionNames": role.permissions,
            "createdTime": role.created_at,
            "tenantId": "",
            "default": false,
            "private": false,
        })
    }

    fn tenant_records(&self, tenants: &BTreeMap<String, TenantRights>) -> Vec<Value> {
        let record = |(id, rights): (&String, &TenantRights)| {
            let name = self.tenant(id).map_or("", |tenant| &tenant.name);
            json!({
                "tenantId": id,
                "tenantName": name,
                "roleNames": rights.roles,
                "permissions": rights.permissions,
            })
        };
        tenants.iter().map(record).collect()
    }
}
