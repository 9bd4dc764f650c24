//! What claims may give, and what they never may.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Contract;
use crate::claims::{self, ClaimPath, Claims};
use crate::principal::Principal;
use crate::verifier::VerifyError;

/// The claims that give no rights with any provider.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// A name that no good token has.
const INTRUDER: &str = "intruder";

/// A right of a principal: its kind, the tenant that it is limited to, and its name.
type Right = (&'static str, Option<String>, String);
type Rights = BTreeSet<Right>;

fn rights(principal: &Principal) -> Rights {
    let mut rights = Rights::new();
    let mut add = |kind, tenant: Option<&String>, names: &[String]| {
        let names = names.iter();
        rights.extend(names.map(|name| (kind, tenant.cloned(), name.clone())));
    };
    add("scope", None, &principal.scopes);
    add("role", None, &principal.roles);
    add("permission", None, &principal.permissions);
    for (tenant, granted) in &principal.tenants {
        add("role", Some(tenant), &granted.roles);
        add("permission", Some(tenant), &granted.permissions);
    }
    rights
}

pub(super) async fn check(contract: &mut Contract, good: &Principal) {
    nothing_gives_nothing(contract).await;
    for names in places(&contract.good) {
        let place = Place::of(names, contract).await;
        place.wrong_types_give_nothing(contract, good).await;
        place.forms_agree(contract, good).await;
    }
    for tenant in good.tenants.keys().chain(&good.current_tenant) {
        other_tenants_give_nothing(contract, good, tenant).await;
    }
}

/// Leaves out every claim that is not needed for the token to be accepted.
async fn nothing_gives_nothing(contract: &mut Contract) {
    let mut claims = contract.good.clone();
    for name in contract.good.keys().filter(|name| !is_registered(name)) {
        let mut fewer = claims.clone();
        fewer.remove(name);
        if contract.verify_claims(&fewer).await.is_ok() {
            claims = fewer;
        }
    }
    let Ok(caller) = contract.verify_claims(&claims).await else {
        return; // it is the good token, or one that was just accepted
    };
    let principal = caller.principal();
    let rights = rights(principal);
    contract.require(rights.is_empty(), || {
        format!("a token without the claims that give rights gives {rights:?}")
    });
    // A provider may refuse a token that names no tenant. Then this one names it.
    let is_named = |tenant: &String| {
        let mut others = claims.iter().filter(|(name, _)| !is_registered(name));
        others.any(|(_, value)| value.as_str() == Some(tenant))
    };
    let current = principal.current_tenant.as_ref();
    let has_tenant = current.is_some_and(|tenant| !is_named(tenant));
    let has_tenant = has_tenant || !principal.tenants.is_empty();
    contract.require(!has_tenant, || {
        "a token without the claims that name tenants is for one".to_owned()
    });
}

fn is_registered(name: &str) -> bool {
    REGISTERED.contains(&name)
}

/// Returns the names that lead to each value in claims that are not registered ones.
fn places(claims: &Claims) -> Vec<Vec<String>> {
    let mut places = Vec::new();
    let mut open: Vec<_> = claims
        .iter()
        .filter(|(name, _)| !is_registered(name))
        .map(|(name, value)| (vec![name.clone()], value))
        .collect();
    while let Some((names, value)) = open.pop() {
        for (name, value) in value.as_object().into_iter().flatten() {
            let mut inner = names.clone();
            inner.push(name.clone());
            open.push((inner, value));
        }
        places.push(names);
    }
    places
}

/// A value among the claims, and the rights of a token without it.
struct Place {
    path: ClaimPath,
    names: Vec<String>,
    value: Value,
    without: Option<Rights>,
}

impl Place {
    async fn of(names: Vec<String>, contract: &Contract) -> Self {
        let path = ClaimPath::of_names(names.clone());
        let mut claims = contract.good.clone();
        let value = path.find(&claims).cloned().unwrap_or_default();
        path.take(&mut claims);
        let without = contract.verify_claims(&claims).await.ok();
        Self {
            path,
            names,
            value,
            without: without.map(|caller| rights(caller.principal())),
        }
    }

    fn with(&self, contract: &Contract, value: &Value) -> Claims {
        let mut claims = contract.good.clone();
        self.path.put(&mut claims, value.clone());
        claims
    }

    async fn wrong_types_give_nothing(&self, contract: &mut Contract, good: &Principal) {
        let mut wrong = vec![
            json!(5),
            json!(true),
            json!([INTRUDER, 5]),
            json!([[INTRUDER]]),
        ];
        match self.value {
            Value::Object(_) => wrong.extend([json!(INTRUDER), json!([INTRUDER])]),
            _ => wrong.extend([
                json!({INTRUDER: true}),
                json!({INTRUDER: {INTRUDER: INTRUDER}}),
            ]),
        }
        let allowed = self.without.clone().unwrap_or_else(|| rights(good));
        let path = self.names.join(".");
        for value in wrong {
            let claims = self.with(contract, &value);
            match contract.verify_claims(&claims).await {
                Ok(caller) => {
                    let given = rights(caller.principal());
                    let more: Vec<_> = given.difference(&allowed).collect();
                    contract.require(more.is_empty(), || {
                        format!("{path} of the wrong type gives rights: {value} gives {more:?}")
                    });
                }
                Err(VerifyError::Token(_)) => {}
                Err(error) => contract.require(false, || {
                    format!(
                        "{path} of the wrong type is no fault of the issuer: {value} is {error}"
                    )
                }),
            }
        }
    }

    /// The forms in which a text or a list gives the same names.
    async fn forms_agree(&self, contract: &mut Contract, good: &Principal) {
        let Some(without) = &self.without else {
            return;
        };
        let all = rights(good);
        let path = self.names.join(".");
        let (words, names) = (
            claims::scopes(Some(&self.value)),
            claims::names(Some(&self.value)),
        );
        for (kind, tenant) in kinds(all.difference(without).filter(|(kind, _, name)| {
            let named = if *kind == "scope" { &words } else { &names };
            named.contains(name)
        })) {
            let (one, other) = ("contract.one", "contract.two");
            let both = format!("{one} {other}");
            let cases = match kind {
                "scope" => [
                    (json!(both), vec![one, other]),
                    (json!([one, other]), vec![one, other]),
                ],
                _ => [
                    (json!(both), vec![&*both]),
                    (json!([one, both]), vec![one, &*both]),
                ],
            };
            for (value, expected) in cases {
                let outcome = contract.verify_claims(&self.with(contract, &value)).await;
                let given = outcome.map(|caller| rights(caller.principal()));
                let given = given.unwrap_or_default();
                let new = given.iter().filter(|(is, of, name)| {
                    let is_new = *is == kind && *of == tenant;
                    is_new && !without.contains(&(*is, of.clone(), name.clone()))
                });
                let new: BTreeSet<_> = new.map(|(_, _, name)| name.as_str()).collect();
                let expected = BTreeSet::from_iter(expected);
                contract.require(new == expected, || {
                    format!("{value} in {path} must be the {kind}s {expected:?}, but is {new:?}")
                });
            }
        }
    }
}

/// Returns each kind of right with its tenant, once.
fn kinds<'r>(rights: impl Iterator<Item = &'r Right>) -> BTreeSet<(&'static str, Option<String>)> {
    rights
        .map(|(kind, tenant, _)| (*kind, tenant.clone()))
        .collect()
}

/// Gives the tenant another id in the token: what the token then grants is that other one's.
async fn other_tenants_give_nothing(contract: &mut Contract, good: &Principal, tenant: &str) {
    let is_listed = good.tenants.contains_key(tenant);
    let granted = match good.tenants.get(tenant) {
        Some(granted) => (&granted.roles, &granted.permissions),
        None => (&good.roles, &good.permissions),
    };
    let counts = |principal: &Principal| {
        let mut roles = granted.0.iter();
        let mut permissions = granted.1.iter();
        roles.any(|role| principal.has_role_in(tenant, role))
            || permissions.any(|permission| principal.has_permission_in(tenant, permission))
    };
    let outside = |principal: &Principal| {
        let mut roles = granted.0.iter();
        let mut permissions = granted.1.iter();
        roles.any(|role| principal.has_role(role))
            || permissions.any(|permission| principal.has_permission(permission))
    };
    for texts_too in [false, true] {
        if !is_listed && !texts_too {
            continue;
        }
        let mut claims = contract.good.clone();
        for (_, value) in claims.iter_mut().filter(|(name, _)| !is_registered(name)) {
            rename(value, tenant, texts_too);
        }
        let Ok(caller) = contract.verify_claims(&claims).await else {
            continue;
        };
        let principal = caller.principal();
        contract.require(!counts(principal), || {
            format!("what another tenant granted counts in {tenant}")
        });
        contract.require(!is_listed || texts_too || !outside(principal), || {
            format!("what a tenant other than {tenant} granted counts outside of tenants")
        });
        let is_current = principal.current_tenant.as_deref() == Some(tenant);
        contract.require(!texts_too || !is_current, || {
            format!("a token for another tenant is for {tenant}")
        });
    }
}

/// Gives the tenant another id, in the keys of objects, and in texts if that is said.
fn rename(value: &mut Value, tenant: &str, texts_too: bool) {
    const OTHER: &str = "another-tenant";
    match value {
        Value::String(text) if texts_too && text == tenant => OTHER.clone_into(text),
        Value::Array(list) => list
            .iter_mut()
            .for_each(|one| rename(one, tenant, texts_too)),
        Value::Object(members) => {
            if let Some(of_tenant) = members.remove(tenant) {
                members.insert(OTHER.to_owned(), of_tenant);
            }
            for member in members.values_mut() {
                rename(member, tenant, texts_too);
            }
        }
        _ => {}
    }
}
