//! Tests of the store of members, on both SQLite and PostgreSQL.

use std::sync::Arc;

use identity_core::providers::{Descope, DescopeConfig};
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::{Authenticator, Tenant};
use serde_json::{Map, json};
use service_kit::store::testing::postgres_of_tests;
use service_kit::store::{DatabaseConfig, Page};

use super::Members;
use crate::users::{CreateError, User, Users};

/// Returns the tenants with these ids, as a verified token has them.
async fn tenants(ids: &[&str]) -> Vec<Tenant> {
    let project = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";
    let config = DescopeConfig::new(project.parse().unwrap(), None).unwrap();
    let key = TestKey::fixed();
    let authenticator = Authenticator::builder(Descope::new(config))
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(0.0)))
        .build()
        .unwrap();
    let listed: Map<_, _> = ids.iter().map(|id| ((*id).to_owned(), json!({}))).collect();
    let claims = json!({"iss": project, "drn": "DS", "sub": "U1", "exp": 60, "tenants": listed});
    let caller = authenticator
        .authenticate(&key.token(&claims))
        .await
        .unwrap();
    let tenant = |id: &&str| caller.principal().tenant(id).unwrap();
    ids.iter().map(tenant).collect()
}

async fn all(members: &Members, tenant: &Tenant) -> Vec<User> {
    let page = Page {
        limit: 1000,
        after: None,
    };
    members.list(tenant, &page).await.unwrap().rows
}

/// Checks that a tenant reaches its own users and no others. Empties these tenants first.
async fn keeps_tenants_apart(config: &DatabaseConfig) {
    let users = Users::open(config).await.unwrap();
    let members = Members::of(users.database());
    let longest = "ü".repeat(127);
    let ids = ["T1", "t1", "T1' OR '1'='1", "%", &longest];
    let tenants = tenants(&ids).await;
    let mut created = Vec::new();
    for tenant in &tenants {
        for user in all(&members, tenant).await {
            members.delete(tenant, &user.id).await.unwrap();
        }
    }
    for tenant in &tenants {
        assert!(all(&members, tenant).await.is_empty(), "{tenant}");
        let ada = members
            .create(tenant, "Ada", "Ada@example.com")
            .await
            .unwrap();
        let again = members
            .create(tenant, "Ada", "ada@EXAMPLE.com")
            .await
            .unwrap();
        assert_eq!(again, ada, "the same request has the same response");
        let taken = members.create(tenant, "Other", "ada@example.com").await;
        assert!(matches!(taken, Err(CreateError::EmailTaken)), "{tenant}");
        created.push(ada);
    }
    for (tenant, own) in tenants.iter().zip(&created) {
        for other in created.iter().filter(|other| *other != own) {
            assert!(
                !members.delete(tenant, &other.id).await.unwrap(),
                "{tenant}"
            );
        }
        assert!(
            !users.delete(&own.id).await.unwrap(),
            "no user of no tenant"
        );
        assert_eq!(all(&members, tenant).await, std::slice::from_ref(own));
        for id in ["", "nobody", "' OR '1'='1", "a\0b"] {
            assert!(!members.delete(tenant, id).await.unwrap(), "{id:?}");
        }
    }
    let first = tenants.first().unwrap();
    let bob = members
        .create(first, "Bob", "bob@example.com")
        .await
        .unwrap();
    let page = |after: Option<&User>| Page {
        limit: 1,
        after: after.map(|user| user.id.clone()),
    };
    let start = members.list(first, &page(None)).await.unwrap();
    let next = members
        .list(first, &page(start.rows.first()))
        .await
        .unwrap();
    assert_eq!((start.next.is_some(), next.next), (true, None));
    assert_eq!(next.rows, std::slice::from_ref(&bob));
    assert!(members.delete(first, &bob.id).await.unwrap());
    assert!(!members.delete(first, &bob.id).await.unwrap(), "only once");
}

#[tokio::test]
async fn sqlite_keeps_tenants_apart() {
    keeps_tenants_apart(&DatabaseConfig::at("sqlite::memory:")).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn postgres_keeps_tenants_apart() {
    keeps_tenants_apart(&postgres_of_tests()).await;
}
