//! Tests of the store: its plans, and databases of earlier releases.

use std::sync::Mutex;
use std::time::Duration;

use identity_core::clock::UnixTime;
use service_kit::store::testing::Exception;
use service_kit::store::{Database, DatabaseConfig, Schema};
use sqlx::{Executor, Row};
use tempfile::TempDir;

use super::sessions::Redeemed;
use super::{SCHEMA, Store};
use crate::fair_queue::{Tenant, Waiter};
use crate::policies::INTROSPECT;
use crate::refresh_token::RefreshToken;
use crate::tokens::hash_of;

const A_THOUSAND: &str = "an organization has at most 1,000, for which it is counted";
const PAST_A_MAXIMUM: &str = "there are few: what is beyond a maximum is deleted when one is added";
const ONCE_AN_HOUR: &str = "once an hour, when expired rows are deleted";
const ONCE_A_MINUTE: &str = "once a minute, and there is a maximum";
const A_TIME: &str = "the database's time, as one of the two databases tells it";
const EXCEPTIONS: [Exception; 11] = [
    ("SELECT COUNT(*) FROM clients", A_THOUSAND),
    ("SELECT COUNT(*) FROM permissions", A_THOUSAND),
    ("SELECT COUNT(*) FROM roles", A_THOUSAND),
    (
        "SELECT id, algorithm, state, public_jwk, private_key, retire_at FROM signing_keys",
        "there are a few keys: a previous one is deleted when its tokens have expired",
    ),
    (
        "DELETE FROM familiar_networks WHERE org_id = $1",
        PAST_A_MAXIMUM,
    ),
    (
        "DELETE FROM sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3 AND id <=",
        PAST_A_MAXIMUM,
    ),
    ("SELECT COUNT(*) FROM throttle_buckets", ONCE_A_MINUTE),
    ("SELECT empty_at FROM throttle_buckets", ONCE_A_MINUTE),
    ("SELECT org_id, (SELECT id FROM audit", ONCE_AN_HOUR),
    ("SELECT CAST(unixepoch", A_TIME),
    ("SELECT CAST(EXTRACT", A_TIME),
];

service_kit::test_statement_plans!(Store, EXCEPTIONS);

#[tokio::test]
async fn databases_of_earlier_releases_open() {
    let store = Store::open(&DatabaseConfig::at("sqlite::memory:"))
        .await
        .unwrap();
    let select = sqlx::query("SELECT lower(hex(checksum)) FROM _sqlx_migrations WHERE version = 1");
    let row = select.fetch_one(store.pool()).await.unwrap();
    assert_eq!(
        row.get::<String, _>(0),
        "bd32acffba8bb0b4f8fbdedbf36a3834edfbf22060837c083fc857049a77dfb8733b4e26a76c0b62fdfb722d4f7ff978"
    );
}

/// Returns an empty database as the release with two migrations made it, its folder and its configuration.
pub(super) async fn of_an_earlier_release() -> (TempDir, DatabaseConfig, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/auth.db", folder.path().display());
    let config = DatabaseConfig::at(url);
    let earlier = Schema {
        migrations: &SCHEMA.migrations[..2],
        ..SCHEMA
    };
    let earlier = Database::open(&config, &earlier).await.unwrap();
    (folder, config, earlier)
}

/// Tokens of an earlier release, stored as it did: they go on, and a used one still ends its session.
#[tokio::test]
async fn refresh_tokens_of_earlier_releases_go_on() {
    let (_folder, config, earlier) = of_an_earlier_release().await;
    let insert = "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0);
        INSERT INTO users VALUES ('u', 'o', '', '', '', 0);
        INSERT INTO sessions VALUES ('a', 'o', 'u', '', 0, 1000, NULL), ('b', 'o', 'u', '', 0, 1000, NULL),
            ('revoked', 'o', 'u', '', 0, 1000, 5);";
    earlier.pool().execute(insert).await.unwrap();
    let token = |name: &str| format!("{name:a<43}");
    for (name, session, used_at) in [
        ("a1", "a", Some(1)),
        ("a2", "a", None),
        ("b1", "b", Some(1)),
        ("b2", "b", None),
        ("r1", "revoked", None),
    ] {
        let insert = sqlx::query("INSERT INTO refresh_tokens VALUES ($1, $2, $3)");
        let insert = insert.bind(hash_of(&token(name))).bind(session);
        let insert = insert.bind(used_at.map(i64::from));
        insert.execute(earlier.pool()).await.unwrap();
    }
    drop(earlier);

    let store = Store::open(&config).await.unwrap();
    let redeem = async |token: &RefreshToken, salt: &str| {
        let mut write = store.write().await.unwrap();
        let now = UnixTime::from_seconds(10.0);
        let redeemed = write.redeem(token, salt, Duration::ZERO, now).await;
        let redeemed = redeemed.unwrap();
        write.commit().await.unwrap();
        match redeemed {
            Redeemed::Good(session, _) => format!("good {}", session.id),
            Redeemed::Reused(session) => format!("reused {}", session.id),
            Redeemed::Refused => "refused".to_owned(),
        }
    };
    let a2 = RefreshToken::of(&token("a2"));
    let a3 = a2.next("3");
    let a4 = a3.next("4");
    assert_eq!(redeem(&a2, "3").await, "good a");
    assert_eq!(redeem(&a3, "4").await, "good a");
    for unknown in [&token("r1"), "", "a2"] {
        assert_eq!(redeem(&RefreshToken::of(unknown), "4").await, "refused");
    }
    // Used before the release, and since.
    assert_eq!(
        redeem(&RefreshToken::of(&token("b1")), "4").await,
        "reused b"
    );
    assert_eq!(
        redeem(&RefreshToken::of(&token("b2")), "4").await,
        "refused"
    );
    assert_eq!(redeem(&a2, "4").await, "reused a");
    assert_eq!(redeem(&a4, "4").await, "refused");
}

#[tokio::test]
async fn owners_in_organizations_of_earlier_releases_may_introspect() {
    let (_folder, config, earlier) = of_an_earlier_release().await;
    let insert = "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0), ('p', '', 'p', '', 0, 0);
        INSERT INTO users VALUES ('u', 'o', '', '', '', 0);
        INSERT INTO roles VALUES (1, 'o', 'owner', '', 0), (2, 'o', 'admin', '', 0), (3, 'p', 'owner', '', 0);
        INSERT INTO user_roles VALUES ('o', 'u', 1);";
    earlier.pool().execute(insert).await.unwrap();
    drop(earlier);
    let store = Store::open(&config).await.unwrap();
    let rights = store.rights_of_user("o", "u").await.unwrap();
    assert_eq!(rights.slugs, [INTROSPECT]);
    let of = "SELECT org_id, role_id FROM role_permissions ORDER BY role_id";
    let of: Vec<(String, i64)> = sqlx::query_as(of).fetch_all(store.pool()).await.unwrap();
    assert_eq!(of, [("o".to_owned(), 1), ("p".to_owned(), 3)]);
}

#[tokio::test]
async fn a_writer_does_not_wait_for_ever_for_its_turn() {
    let config = DatabaseConfig {
        acquire_timeout_seconds: 1,
        ..DatabaseConfig::at("sqlite::memory:")
    };
    let store = Store::open(&config).await.unwrap();
    let first = store.write().await.unwrap();
    let second = store.write().await.err().unwrap();
    assert!(matches!(second, sqlx::Error::PoolTimedOut), "{second}");
    first.commit().await.unwrap();
    store.write().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn writers_of_one_tenant_do_not_hold_up_those_of_another() {
    let store = Store::open(&DatabaseConfig::at("sqlite::memory:"))
        .await
        .unwrap();
    let first = store.write().await.unwrap();
    let written = Mutex::new(Vec::new());
    let write = async |org: &'static str| {
        let waiter = Waiter {
            tenant: Tenant::Organization(org.to_owned()),
            network: None,
        };
        let write = store.write_for(waiter).await.unwrap();
        written.lock().unwrap().push(org);
        write.commit().await.unwrap();
    };
    tokio::join!(
        write("busy"),
        write("busy"),
        write("busy"),
        write("busy"),
        write("quiet"),
        async { first.commit().await.unwrap() },
    );
    let expected = ["busy", "quiet", "busy", "busy", "busy"];
    assert_eq!(*written.lock().unwrap(), expected);
}
