//! Tests of the deletion of expired data.

use identity_core::clock::UnixTime;
use service_kit::store::DatabaseConfig;
use sqlx::AssertSqlSafe;
use tempfile::TempDir;
use uuid::Uuid;

use crate::state::Actor;
use crate::store::codes::Code;
use crate::store::{AuditSettings, Store};

/// Returns the store of a new file, which keeps at most 1,000 events of an organization.
async fn store(folder: &TempDir) -> Store {
    let url = format!("sqlite://{}/auth.db", folder.path().display());
    let store = Store::open(&DatabaseConfig::at(url)).await.unwrap();
    store.with_audit(AuditSettings {
        max_events: 1000,
        ..AuditSettings::default()
    })
}

async fn run(store: &Store, statement: &str) {
    let statement = sqlx::query(AssertSqlSafe(statement.to_owned()));
    statement.execute(store.pool()).await.unwrap();
}

async fn count(store: &Store, rows: &str) -> i64 {
    let count = format!("SELECT COUNT(*) FROM {rows}");
    let count = sqlx::query_scalar(AssertSqlSafe(count));
    count.fetch_one(store.pool()).await.unwrap()
}

/// Inserts events of this organization and time.
async fn insert_events(store: &Store, org: &str, at: i64, number: u32) {
    let prefix = Uuid::now_v7();
    run(
        store,
        &format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) \
             INSERT INTO audit (id, org_id, at, actor, action, target, address) \
             SELECT '{prefix}-' || substr('000000' || i, -6), '{org}', {at}, '', 'a.b', '', '' FROM n"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_hundred_thousand_expired_rows_go_in_one_run_and_writers_get_their_turn() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    insert_events(&store, "", 1, 100_000).await;
    let now = UnixTime::from_seconds(1e9);
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            let mut turns = 0;
            while count(&store, "audit WHERE action = 'a.b'").await > 0 {
                let actor = Actor { org: "", id: "" };
                let record = actor.did("c.d", serde_json::json!({}), "");
                store.record(record, now).await.unwrap();
                turns += 1;
            }
            turns
        }
    });
    store.clean(now).await.unwrap();
    let turns = writing.await.unwrap();
    assert!(turns > 20, "{turns} turns");
    assert_eq!(count(&store, "audit").await, 1);
}

#[tokio::test]
async fn an_organization_keeps_its_latest_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let now = UnixTime::from_seconds(1000.0);
    insert_events(&store, "loud", 998, 2500).await;
    insert_events(&store, "loud", 999, 1000).await;
    insert_events(&store, "quiet", 998, 1000).await;
    store.clean(now).await.unwrap();
    for (rows, expected) in [
        ("audit WHERE org_id = 'loud' AND at = 999", 1000),
        ("audit WHERE org_id = 'loud'", 1000),
        ("audit WHERE org_id = 'quiet'", 1000),
    ] {
        assert_eq!(count(&store, rows).await, expected, "{rows}");
    }
}

#[tokio::test]
async fn sessions_end_with_whatever_refresh_tokens_they_had_in_an_earlier_release() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for statement in [
        "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0)",
        "INSERT INTO users VALUES ('u', 'o', '', '', '', 0)",
        "INSERT INTO sessions (id, org_id, user_id, scope, created_at, expires_at) \
         VALUES ('old', 'o', 'u', '', 0, 1000), ('new', 'o', 'u', '', 0, 1001)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO refresh_tokens (hash, session_id, used_at) SELECT 'o' || i, 'old', 1 FROM n",
        "INSERT INTO refresh_tokens (hash, session_id, used_at) VALUES ('n', 'new', 1)",
    ] {
        run(&store, statement).await;
    }
    store.clean(UnixTime::from_seconds(1000.0)).await.unwrap();
    assert_eq!(count(&store, "sessions WHERE id = 'new'").await, 1);
    assert_eq!(count(&store, "sessions").await, 1);
    assert_eq!(count(&store, "refresh_tokens").await, 1);
}

#[tokio::test]
async fn browser_sessions_and_codes_end_and_a_user_has_a_bounded_number() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for statement in [
        "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0)",
        "INSERT INTO users VALUES ('u', 'o', '', '', '', 0)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) \
         INSERT INTO authorization_codes (id, hash, org_id, user_id, browser_id, client_id, redirect_uri, code_challenge, scope, auth_time, expires_at) \
         SELECT '0' || (1000 + i), i, 'o', 'u', 'b', '', '', '', '', 0, 1000 FROM n",
        "INSERT INTO browser_sessions VALUES ('a', 'a', 'o', 'u', 0, 1000), ('b', 'b', 'o', 'u', 0, 1001)",
    ] {
        run(&store, statement).await;
    }
    let code = Code {
        id: "1".to_owned(),
        org: "o".to_owned(),
        user: "u".to_owned(),
        browser: "b".to_owned(),
        client: String::new(),
        redirect_uri: String::new(),
        code_challenge: String::new(),
        scope: String::new(),
        nonce: None,
        auth_time: 0,
    };
    let now = UnixTime::from_seconds(1000.0);
    let mut write = store.write().await.unwrap();
    write.create_code(&code, "new", now).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(count(&store, "authorization_codes").await, 100);
    store.clean(now).await.unwrap();
    assert_eq!(count(&store, "authorization_codes").await, 1);
    assert_eq!(count(&store, "authorization_codes WHERE id = '1'").await, 1);
    assert_eq!(count(&store, "browser_sessions WHERE id = 'b'").await, 1);
    assert_eq!(count(&store, "browser_sessions").await, 1);
}
