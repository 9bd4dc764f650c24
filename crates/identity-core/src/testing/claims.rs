//! How the providers write the rights of a caller into a token.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::claims::Claims;
use crate::principal::Principal;
use crate::provider::Provider;
use crate::providers::{Auth0, Descope, Oidc};

/// The opposite of [`Provider::principal`], for tests: how a token says what its caller may do. A
/// [`TestIssuer`](super::TestIssuer) issues the tokens of a provider that implements it.
///
/// ```
/// # use identity_core::keys::KeyAddress;
/// # use identity_core::verification::{AudienceRule, VerificationRules};
/// use identity_core::testing::{TestClaims, TestIssuer};
/// use identity_core::{ClaimsError, Principal, Provider, VerifiedToken, claims};
/// use serde_json::{Value, json};
///
/// #[derive(Debug)]
/// struct Ours;
///
/// impl Provider for Ours {
///     // ...
/// #   fn keys(&self) -> KeyAddress {
/// #       KeyAddress::Fixed("https://id.example.com/jwks.json".parse().unwrap())
/// #   }
/// #   fn verification(&self) -> VerificationRules {
/// #       let audience = AudienceRule::Required(vec!["api".to_owned()]);
/// #       VerificationRules::new(vec!["https://id.example.com".to_owned()], audience)
/// #   }
///     fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
///         let roles = claims::names(token.claim("groups"));
///         Ok(Principal { roles, ..Principal::without_rights(token) })
///     }
/// }
///
/// impl TestClaims for Ours {
///     fn claims_of(&self, caller: &Principal) -> Value {
///         json!({"groups": caller.roles})
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let caller = TestIssuer::of(Ours).caller("user-1").role("admin").authenticated().await;
/// assert!(caller.principal().has_role("admin"));
/// # }
/// ```
pub trait TestClaims: Provider {
    /// Returns the claims, an object, that give the caller these rights. The issuer, audience, subject and times are added.
    fn claims_of(&self, caller: &Principal) -> Value;
}

impl<P: TestClaims + ?Sized> TestClaims for Arc<P> {
    fn claims_of(&self, caller: &Principal) -> Value {
        (**self).claims_of(caller)
    }
}

impl TestClaims for Descope {
    fn claims_of(&self, caller: &Principal) -> Value {
        let tenants = caller.tenants.iter().map(|(id, granted)| {
            let granted = json!({"roles": granted.roles, "permissions": granted.permissions});
            (id.clone(), granted)
        });
        filled(json!({
            "token_type": "access_token", "azp": caller.client, "scope": caller.scopes.join(" "),
            "roles": caller.roles, "permissions": caller.permissions, "tenants": tenants.collect::<Claims>(),
            "dct": caller.current_tenant,
        }))
    }
}

impl TestClaims for Auth0 {
    fn claims_of(&self, caller: &Principal) -> Value {
        let caller = &in_its_only_tenant(caller);
        filled(json!({
            "azp": caller.client, "scope": caller.scopes.join(" "), "permissions": caller.permissions,
            "org_id": caller.current_tenant, self.config().roles_claim.as_str(): caller.roles,
        }))
    }
}

/// The rights are in the first of the claims that are configured for them. With
/// [`roles_by_tenant`](crate::providers::OidcConfig::roles_by_tenant), roles within tenants are written, and permissions within
/// tenants are not.
impl TestClaims for Oidc {
    fn claims_of(&self, caller: &Principal) -> Value {
        let config = self.config();
        let caller = &match config.roles_by_tenant {
            true => caller.clone(),
            false => in_its_only_tenant(caller),
        };
        let mut claims = Claims::new();
        let named = |names: &[String], from_keys: bool| match from_keys {
            true => json!(
                names
                    .iter()
                    .map(|name| (name.clone(), json!(true)))
                    .collect::<Claims>()
            ),
            false => json!(names),
        };
        let mut tenant = caller.current_tenant.clone();
        let roles = match config.roles_by_tenant {
            true => json!(by_role(
                caller,
                tenant.get_or_insert_with(|| "test-tenant".to_owned())
            )),
            false => named(&caller.roles, config.roles_from_keys),
        };
        let permissions = named(&caller.permissions, config.permissions_from_keys);
        for (paths, value) in [
            (&config.scope_claims, json!(caller.scopes)),
            (&config.role_claims, roles),
            (&config.permission_claims, permissions),
        ] {
            if let Some(path) = paths.first() {
                path.put(&mut claims, value);
            }
        }
        if let Some(tenant) = tenant {
            config.tenant_claim.put(&mut claims, json!(tenant));
        }
        if let Some(client) = &caller.client {
            claims.insert("client_id".to_owned(), json!(client));
        }
        Value::Object(claims)
    }
}

/// Returns the caller as a token for one tenant has it: the rights are those there, if the caller belongs to one alone.
fn in_its_only_tenant(caller: &Principal) -> Principal {
    let mut caller = caller.clone();
    if caller.tenants.len() == 1
        && let Some((tenant, granted)) = caller.tenants.pop_first()
    {
        caller.current_tenant = Some(tenant);
        caller.roles = granted.roles;
        caller.permissions = granted.permissions;
    }
    caller
}

/// Returns the roles as keys of an object, each with the tenants that granted it.
fn by_role(caller: &Principal, own_tenant: &str) -> Claims {
    let own = caller.roles.iter().map(|role| (role, own_tenant));
    let others = caller.tenants.iter().flat_map(|(tenant, granted)| {
        let roles = granted.roles.iter();
        roles.map(move |role| (role, tenant.as_str()))
    });
    let mut roles = Claims::new();
    for (role, tenant) in own.chain(others) {
        let granted_by = roles.entry(role).or_insert_with(|| json!({}));
        if let Some(granted_by) = granted_by.as_object_mut() {
            granted_by.insert(tenant.to_owned(), json!("tenant.example"));
        }
    }
    roles
}

/// Returns the object without the members that are empty.
fn filled(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        });
    }
    object
}
