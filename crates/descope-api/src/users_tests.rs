//! Tests of the store, run on both SQLite and PostgreSQL.

use futures_util::future::join_all;
use service_kit::health::Dependency;
use service_kit::store::testing::{Exception, postgres_of_tests};
use service_kit::store::{DatabaseConfig, Page};
use tempfile::{TempDir, tempdir};

use super::{CreateError, User, Users};

async fn all(users: &Users) -> Vec<User> {
    let page = Page {
        limit: 1000,
        after: None,
    };
    users.list(&page).await.unwrap().rows
}

fn url_in(folder: &TempDir) -> String {
    format!("sqlite://{}/users.db", folder.path().display())
}

async fn open(url: &str) -> Users {
    Users::open(&DatabaseConfig::at(url)).await.unwrap()
}

/// Checks the behavior that every database must have. `users` must be empty.
async fn behaves_as_a_store(users: &Users) {
    assert_eq!(users.count().await.unwrap(), 0);
    let ada = users
        .create("Ada Ü. 'O\"; --", "Ada@example.com")
        .await
        .unwrap();
    let bob = users.create("Bob", "bob@example.com").await.unwrap();
    let eve = users.create("Bob", "eve@example.com").await.unwrap();
    assert_eq!(users.count().await.unwrap(), 3);
    assert_eq!(all(users).await, [ada.clone(), bob.clone(), eve.clone()]);
    assert_eq!(ada.email, "Ada@example.com", "kept as it was given");

    for taken in ["Ada@example.com", "ada@EXAMPLE.com"] {
        for other in ["Other", "ada Ü. 'O\"; --"] {
            let refused = users.create(other, taken).await;
            assert!(matches!(refused, Err(CreateError::EmailTaken)), "{taken}");
        }
        let again = users.create(&ada.name, taken).await.unwrap();
        assert_eq!(again, ada, "the same request has the same response");
    }
    assert_eq!(
        users.count().await.unwrap(),
        3,
        "a refused one is not stored"
    );

    let page = |limit, after: Option<&User>| Page {
        limit,
        after: after.map(|user| user.id.clone()),
    };
    let first = users.list(&page(2, None)).await.unwrap();
    assert_eq!(first.rows, [ada.clone(), bob.clone()]);
    assert_eq!(first.next.as_ref(), Some(&bob.id));
    let last = users.list(&page(2, Some(&bob))).await.unwrap();
    assert_eq!(last.rows, std::slice::from_ref(&eve));
    assert_eq!(last.next, None);
    let none = users.list(&page(2, Some(&eve))).await.unwrap();
    assert!(none.rows.is_empty());

    assert!(users.delete(&bob.id).await.unwrap());
    assert!(!users.delete(&bob.id).await.unwrap(), "only once");
    for id in ["", "nobody", "' OR '1'='1", "a\0b"] {
        assert!(!users.delete(id).await.unwrap(), "{id:?}");
    }
    assert_eq!(all(users).await, [ada.clone(), eve.clone()]);

    // Concurrent requests for the same email create one user.
    let attempts = (0..8).map(|_| users.create("New", "new@example.com"));
    let mut made = join_all(attempts).await.into_iter().map(Result::unwrap);
    let new = made.next().unwrap();
    assert!(made.all(|user| user == new));
    let names = ["One", "Two", "Three", "Four"];
    let attempts = names.map(|name| users.create(name, "one@example.com"));
    let made = join_all(attempts).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(users.count().await.unwrap(), 4);
    assert_eq!(users.database.check().await, Ok(()));
}

#[tokio::test]
async fn sqlite_behaves_as_a_store() {
    let folder = tempdir().unwrap();
    behaves_as_a_store(&open(&url_in(&folder)).await).await;
}

#[tokio::test]
async fn sqlite_in_memory_behaves_as_a_store() {
    for url in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://?mode=memory",
    ] {
        behaves_as_a_store(&open(url).await).await;
    }
}

/// Empties the table: use a dedicated database.
#[tokio::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn postgres_behaves_as_a_store() {
    let url = postgres_of_tests().url;
    let users = open(&url).await;
    for user in all(&users).await {
        users.delete(&user.id).await.unwrap();
    }
    behaves_as_a_store(&users).await;
    let again = open(&url).await;
    assert_eq!(all(&again).await, all(&users).await, "a restart keeps them");
}

#[tokio::test]
async fn reopening_the_file_keeps_the_users() {
    let folder = tempdir().unwrap();
    let users = open(&url_in(&folder)).await;
    let ada = users.create("Ada", "ada@example.com").await.unwrap();
    users.database.pool().close().await;
    let users = open(&url_in(&folder)).await;
    assert_eq!(all(&users).await, [ada]);
}

const EXCEPTIONS: [Exception; 2] = [
    (
        "SELECT COUNT(*) FROM users",
        "the number of all users, for an administrator; the index alone is read",
    ),
    (
        "SELECT id FROM users LIMIT 1",
        "the health check reads one row",
    ),
];

service_kit::test_statement_plans!(Users, EXCEPTIONS);

#[tokio::test]
async fn databases_of_earlier_releases_open() {
    let users = open("sqlite::memory:").await;
    let select = "SELECT lower(hex(checksum)) FROM _sqlx_migrations ORDER BY version";
    let checksums: Vec<String> = sqlx::query_scalar(select)
        .fetch_all(users.database.pool())
        .await
        .unwrap();
    assert_eq!(
        checksums,
        [
            "1b7ce156e47f250375c020276ab7c62512dec110e4e1bb0de4c7bb14cfba807a4813eaa91ba76b1c3bb8d25a71227575",
            "52b391198738eed202de24140858a52645e76a465a535ba800b5e543ca04743c6fbb2a1bd5af2f9d1541de7a81fd958b",
        ]
    );
}
