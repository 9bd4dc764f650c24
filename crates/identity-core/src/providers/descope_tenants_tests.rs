//! Roles and permissions within tenants.

use serde_json::json;

use super::{sessions, settings};

#[tokio::test]
async fn each_tenant_has_grants_of_its_own() {
    let claims = json!({
        "dct": "T1", "roles": ["admin"], "permissions": ["users.delete"],
        "tenants": {
            "T1": {"roles": ["owner"], "permissions": ["billing.read"]},
            "T2": {},
        },
    });
    let caller = sessions(settings()).caller(claims).await;
    let principal = caller.principal();
    assert_eq!(principal.tenants.keys().collect::<Vec<_>>(), ["T1", "T2"]);
    assert_eq!(principal.current_tenant.as_deref(), Some("T1"));
    assert!(principal.has_role_in("T1", "owner"));
    assert!(principal.has_permission_in("T1", "billing.read"));
    for tenant in ["T1", "T2", "T3"] {
        assert!(
            !principal.has_role_in(tenant, "admin"),
            "{tenant}: the root speaks for no listed tenant"
        );
        assert!(
            !principal.has_permission_in(tenant, "users.delete"),
            "{tenant}"
        );
    }
    assert!(!principal.has_role("owner"), "and no tenant for the root");
    assert!(!principal.has_permission("billing.read"));
}

#[tokio::test]
async fn grants_of_a_tenant_that_are_of_the_wrong_type_grant_nothing() {
    let claims = json!({
        "tenants": {
            "T1": null, "T2": 5, "T3": ["owner"], "T4": {"roles": {"owner": true}, "permissions": [5]},
            "T5": {"roles": "Tenant Admin"},
        },
    });
    let caller = sessions(settings()).caller(claims).await;
    for (tenant, grants) in &caller.principal().tenants {
        let expected: &[&str] = if tenant == "T5" {
            &["Tenant Admin"]
        } else {
            &[]
        };
        assert_eq!(grants.roles, expected, "{tenant}");
        assert!(grants.permissions.is_empty(), "{tenant}");
    }
    assert_eq!(
        caller.principal().tenants.len(),
        5,
        "membership alone grants nothing"
    );
}

#[tokio::test]
async fn a_single_tenant_is_the_current_one() {
    for (claims, expected) in [
        (json!({"tenants": {"T1": {}}}), Some("T1")),
        (json!({"tenants": {"T1": {}, "T2": {}}}), None),
        (json!({"tenants": {}}), None),
        (json!({}), None),
        (
            json!({"dct": "T2", "tenants": {"T1": {}, "T2": {}}}),
            Some("T2"),
        ),
        // Not in the list, or not readable.
        (json!({"dct": "T2", "tenants": {"T1": {}}}), None),
        (json!({"dct": "T2", "tenants": {}}), None),
        (json!({"dct": "T2", "tenants": ["T2"]}), None),
        (json!({"dct": 2, "tenants": {"T1": {}}}), None),
        (json!({"dct": "T2"}), Some("T2")),
    ] {
        let caller = sessions(settings()).caller(claims.clone()).await;
        assert_eq!(
            caller.principal().current_tenant.as_deref(),
            expected,
            "{claims}"
        );
    }
}

/// The JWT template "Current Tenant, No Tenant Reference": the tenant's roles and permissions are top-level claims.
#[tokio::test]
async fn the_root_speaks_for_a_current_tenant_where_none_is_listed() {
    let claims = json!({"dct": "T1", "roles": ["owner"]});
    let caller = sessions(settings()).caller(claims).await;
    assert!(caller.principal().has_role_in("T1", "owner"));
    assert!(!caller.principal().has_role_in("T2", "owner"));
}

#[tokio::test]
async fn a_current_tenant_that_is_not_listed_gives_nothing() {
    let listed = json!({"roles": ["owner"]});
    for tenants in [json!({"T1": listed}), json!({}), json!(5), json!(["T9"])] {
        let claims = json!({
            "dct": "T9", "roles": ["owner"], "permissions": ["billing.read"], "tenants": tenants,
        });
        let caller = sessions(settings()).caller(claims).await;
        assert_eq!(caller.principal().tenant("T9"), None, "{tenants}");
        assert!(!caller.principal().has_role_in("T9", "owner"), "{tenants}");
        assert!(!caller.principal().has_permission_in("T9", "billing.read"));
    }
}

/// As many as a token of the maximum length may have.
#[tokio::test]
async fn many_tenants_are_read_and_found() {
    let grants = json!({});
    let tenants: serde_json::Map<_, _> = (0..900)
        .map(|one| (format!("T{one}"), grants.clone()))
        .collect();
    let caller = sessions(settings())
        .caller(json!({"tenants": tenants}))
        .await;
    assert_eq!(caller.principal().rights_by_tenant().count(), 900);
    assert!(caller.principal().tenant("T899").is_some());
    assert!(caller.principal().tenant("T900").is_none());
}
