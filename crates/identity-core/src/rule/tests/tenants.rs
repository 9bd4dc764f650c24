//! Rules about a tenant.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{Denial, Rule};
use super::caller;
use crate::providers::{Descope, DescopeConfig};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{Authenticated, Authenticator, all_of, any_of, none_of};

const PROJECT: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";
const ADMIN: Rule = Rule::tenant_role("admin");
const CREATE: Rule = Rule::tenant_permission("users.create");

/// Returns the caller of a session token with these claims added.
async fn of_descope(more: Value) -> Arc<Authenticated> {
    let key = TestKey::fixed();
    let config = DescopeConfig::new(PROJECT.parse().unwrap(), None).unwrap();
    let authenticator = Authenticator::builder(Descope::new(config))
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(0.0)))
        .build()
        .unwrap();
    let mut claims = json!({"iss": PROJECT, "drn": "DS", "sub": "U1", "exp": 60});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let token = key.token(&claims);
    authenticator.authenticate(&token).await.unwrap()
}

fn member() -> Value {
    json!({
        "roles": ["admin"], "permissions": ["users.create"], "dct": "T2",
        "tenants": {"T1": {"roles": ["admin"], "permissions": ["users.create"]}, "T2": {}},
    })
}

#[tokio::test]
async fn to_those_outside_there_is_no_tenant_whatever_the_rule_says() {
    let callers = [
        json!({}),
        json!({"dct": "T1"}),
        json!({"roles": ["admin"], "permissions": ["users.create"]}),
        json!({"dct": "T3", "roles": ["admin"], "tenants": {"T1": {"roles": ["admin"]}}}),
        json!({"dct": "T3", "roles": ["admin"], "tenants": {}}),
        json!({"dct": "T3", "roles": ["admin"], "tenants": "T3"}),
    ];
    for claims in callers {
        let caller = of_descope(claims.clone()).await;
        for rule in [
            Rule::Member,
            ADMIN,
            none_of![Rule::Member],
            none_of![ADMIN],
            any_of![Rule::Authenticated, ADMIN],
            any_of![Rule::role("admin"), all_of![none_of![CREATE]]],
        ] {
            for outcome in [
                rule.check_in(&caller, "T3"),
                rule.check_in(&caller, ""),
                rule.check(&caller),
            ] {
                assert_eq!(outcome, Err(Denial::NotAMember), "{claims} for {rule}");
            }
            assert!(rule.is_about_tenant() && rule.denials().contains(&Denial::NotAMember));
        }
    }
}

#[tokio::test]
async fn rights_outside_of_the_tenant_do_not_count_inside() {
    let caller = of_descope(member()).await;
    let role = || Err(Denial::TenantRole("admin".into()));
    let permission = || Err(Denial::TenantPermission("users.create".into()));
    let rows = [
        (Rule::Member, Ok(())),
        (ADMIN, role()),
        (CREATE, permission()),
        (all_of![CREATE, ADMIN], permission()),
        (none_of![ADMIN], Ok(())),
        (any_of![ADMIN, Rule::role("admin")], Ok(())),
        (all_of![Rule::role("admin"), ADMIN], role()),
    ];
    for (rule, expected) in rows {
        assert_eq!(rule.check_in(&caller, "T2"), expected, "{rule}");
    }
    for rule in [Rule::Member, ADMIN, CREATE, all_of![ADMIN, CREATE]] {
        assert_eq!(rule.check_in(&caller, "T1"), Ok(()), "{rule}");
    }
    // A rule that is not about a tenant is the same in each, and outside.
    assert_eq!(Rule::role("admin").check_in(&caller, "T9"), Ok(()));
}

#[tokio::test]
async fn where_no_tenant_is_listed_the_rights_are_those_in_the_current_one() {
    let organization = caller(json!({"org_id": "O1", "roles": ["admin"]})).await;
    let template = of_descope(json!({"dct": "O1", "roles": ["admin"]})).await;
    for caller in [organization, template] {
        assert_eq!(ADMIN.check_in(&caller, "O1"), Ok(()));
        let lacking = CREATE.check_in(&caller, "O1");
        assert_eq!(
            lacking,
            Err(Denial::TenantPermission("users.create".into()))
        );
        assert_eq!(ADMIN.check_in(&caller, "O2"), Err(Denial::NotAMember));
    }
}

#[test]
fn the_examples_are_for_those_outside_and_for_members() {
    let not = || Denial::NotAMember;
    assert_eq!(Rule::Member.denials(), [not()]);
    assert_eq!(ADMIN.denials(), [not(), Denial::TenantRole("admin".into())]);
    assert!(!Rule::role("admin").is_about_tenant());
}
