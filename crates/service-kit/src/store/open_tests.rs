//! Which values of `DATABASE_URL` can be opened, and the errors for the others.

use std::time::Duration;

use sqlx::Row;
use tempfile::{TempDir, tempdir};

use super::{Database, DatabaseConfig, DatabaseKind, Migration, OpenError, Schema};
use crate::health::Dependency;

/// Several, so that processes can get in each other's way more than once.
const LONG_SCHEMA: Schema = Schema {
    migrations: &[
        SCHEMA.migrations[0],
        Migration {
            version: 2,
            description: "more",
            sql: "ALTER TABLE notes ADD COLUMN a TEXT;",
        },
        Migration {
            version: 3,
            description: "and more",
            sql: "ALTER TABLE notes ADD COLUMN b TEXT;",
        },
        Migration {
            version: 4,
            description: "and more again",
            sql: "ALTER TABLE notes ADD COLUMN c TEXT;",
        },
    ],
    ..SCHEMA
};

const SCHEMA: Schema = Schema {
    migrations: &[Migration {
        version: 1,
        description: "notes",
        sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);",
    }],
    probe: "SELECT id FROM notes LIMIT 1",
};

async fn open(url: &str) -> Result<Database, OpenError> {
    Database::open(&DatabaseConfig::at(url), &SCHEMA).await
}

fn url_in(folder: &TempDir, file: &str) -> String {
    format!("sqlite://{}/{file}", folder.path().display())
}

async fn write(database: &Database) -> Result<(), sqlx::Error> {
    let insert = sqlx::query("INSERT INTO notes (text) VALUES ('x')");
    insert.execute(database.pool()).await.map(drop)
}

/// Returns the message of an error with its causes.
fn told(error: impl std::error::Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

#[tokio::test]
async fn the_folder_of_the_file_is_made_whatever_its_name() {
    let folder = tempdir().unwrap();
    let cases = [
        ("new/deep/service.db", "new/deep/service.db"),
        ("with space/my service.db", "with space/my service.db"),
        ("percent%20space/service%3F.db", "percent space/service?.db"),
        ("Capital/Ü.db?cache=private", "Capital/Ü.db"),
        ("mode/service.db?mode=rwc", "mode/service.db"),
    ];
    for (written, meant) in cases {
        open(&url_in(&folder, written)).await.unwrap();
        assert!(folder.path().join(meant).is_file(), "{written}");
    }
    let absolute = format!("sqlite:{}/plain/service.db", folder.path().display());
    open(&absolute).await.unwrap();
    assert!(folder.path().join("plain/service.db").is_file());
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 6, "no other folder was made: {names:?}");
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_not_made_and_not_written() {
    let folder = tempdir().unwrap();
    let url = url_in(&folder, "service.db?mode=ro");
    let missing = told(open(&url).await.unwrap_err());
    assert!(
        missing.starts_with("the database of DATABASE_URL cannot be opened: "),
        "{missing}"
    );
    assert!(!folder.path().join("service.db").exists());

    let database = open(&url_in(&folder, "service.db")).await.unwrap();
    write(&database).await.unwrap();
    database.pool().close().await;
    let database = open(&url).await.unwrap();
    assert_eq!(database.check().await, Ok(()));
    let refused = told(write(&database).await.unwrap_err());
    assert!(refused.contains("readonly database"), "{refused}");
}

#[tokio::test]
async fn what_is_acknowledged_is_on_disk() {
    let folder = tempdir().unwrap();
    let database = open(&url_in(&folder, "service.db")).await.unwrap();
    let pragma =
        async |name: &'static str| sqlx::query(name).fetch_one(database.pool()).await.unwrap();
    let mode: String = pragma("PRAGMA journal_mode").await.get(0);
    assert_eq!(mode, "wal");
    let full: i64 = pragma("PRAGMA synchronous").await.get(0);
    assert_eq!(full, 2, "FULL");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_clear_error() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let refused = open(&url_in(&folder, "file/sub/service.db"))
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Folder { .. }));
    let told = told(refused);
    let path = folder.path().join("file/sub/service.db");
    let path = path.display();
    assert!(
        told.starts_with(&format!(
            "the folder of the database file {path} cannot be made; DATABASE_URL says where the file is: "
        )),
        "{told}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_made_or_read_is_a_clear_error() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("service.db")).unwrap();
    let told_of_a_folder = told(open(&url_in(&folder, "service.db")).await.unwrap_err());
    let path = folder.path().join("service.db");
    let path = path.display();
    assert!(
        told_of_a_folder.starts_with(&format!(
            "the database of DATABASE_URL cannot be opened: this user must be allowed to read and write the file {path} and its folder: "
        )),
        "{told_of_a_folder}"
    );
    std::fs::write(
        folder.path().join("text"),
        "This is no database.".repeat(100),
    )
    .unwrap();
    let told_of_text = told(open(&url_in(&folder, "text")).await.unwrap_err());
    assert!(
        told_of_text.contains("file is not a database"),
        "{told_of_text}"
    );
}

#[tokio::test]
async fn an_address_of_nothing_known_is_a_clear_error() {
    for url in [
        "mysql://u:hunter2@localhost/x",
        "data/service.db",
        "SQLITE:x.db",
        "postgresx://h/x",
        "postgres",
    ] {
        let refused = open(url).await.unwrap_err();
        assert_eq!(
            told(refused),
            "DATABASE_URL must start with sqlite: or postgres:",
            "{url}"
        );
    }
    for url in ["sqlite:", "sqlite://", "sqlite:///", "sqlite:?mode=rwc"] {
        assert_eq!(
            told(open(url).await.unwrap_err()),
            "DATABASE_URL must name a file, such as sqlite://data/service.db",
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_a_clear_error_without_the_password() {
    let port = {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        taken.local_addr().unwrap().port()
    };
    let url = format!("postgres://someone:hunter2@127.0.0.1:{port}/x");
    let config = DatabaseConfig::at(url);
    let refused = Database::open_within(&config, &SCHEMA, Duration::from_millis(20))
        .await
        .unwrap_err();
    let told = told(refused);
    assert!(
        told.starts_with("the database of DATABASE_URL cannot be opened: it must be running, and did not answer for 0 s: "),
        "{told}"
    );
    assert!(told.contains("refused"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn a_database_that_takes_connections_and_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://someone:hunter2@127.0.0.1:{port}/x");
    let config = DatabaseConfig::at(url);
    let opening = Database::open_within(&config, &SCHEMA, Duration::from_millis(20));
    let refused = tokio::time::timeout(Duration::from_secs(20), opening).await;
    let told = told(refused.expect("it gives up").unwrap_err());
    assert!(told.contains("did not answer for 0 s: "), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn a_store_that_is_closed_or_whose_table_is_gone_is_not_ready_and_says_no_more_than_that() {
    let lost = Err("the database does not answer".to_owned());
    let database = open("sqlite::memory:").await.unwrap();
    assert_eq!(database.file(), None);
    assert_eq!(database.check().await, Ok(()));
    sqlx::query("DROP TABLE notes")
        .execute(database.pool())
        .await
        .unwrap();
    assert_eq!(database.check().await, lost);
    database.pool().close().await;
    assert_eq!(database.check().await, lost);
}

#[tokio::test]
async fn a_store_whose_file_is_gone_is_not_ready_until_it_is_back() {
    let folder = tempdir().unwrap();
    let database = open(&url_in(&folder, "service.db")).await.unwrap();
    let file = database.file().unwrap();
    let elsewhere = folder.path().join("elsewhere.db");
    std::fs::rename(file, &elsewhere).unwrap();
    assert_eq!(
        database.check().await,
        Err("the file of the database is gone".to_owned())
    );
    std::fs::rename(&elsewhere, file).unwrap();
    assert_eq!(database.check().await, Ok(()));
}

#[tokio::test]
async fn two_processes_may_make_the_tables_of_one_file_at_the_same_time() {
    for round in 0..10 {
        let folder = tempdir().unwrap();
        let url = url_in(&folder, "service.db");
        let openings: Vec<_> = (0..4)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move {
                    let config = DatabaseConfig::at(&url);
                    Database::open(&config, &LONG_SCHEMA).await.map(drop)
                })
            })
            .collect();
        for opening in openings {
            if let Err(error) = opening.await.unwrap() {
                panic!("round {round}: {error}");
            }
        }
    }
}

#[test]
fn a_counted_key_is_the_only_difference_between_the_databases() {
    let sql = |kind| {
        let migrator = SCHEMA.migrator(kind);
        migrator.iter().next().unwrap().sql.as_str().to_owned()
    };
    assert_eq!(sql(DatabaseKind::Sqlite), SCHEMA.migrations[0].sql);
    assert_eq!(
        sql(DatabaseKind::Postgres),
        "CREATE TABLE notes (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text TEXT NOT NULL);"
    );
}

/// As on a full disk: SQLite rolls the transaction back, and sqlx does not know.
#[tokio::test]
async fn a_connection_whose_transaction_the_database_ended_is_not_used_again() {
    let folder = tempdir().unwrap();
    let config = DatabaseConfig {
        max_connections: 1,
        ..DatabaseConfig::at(url_in(&folder, "service.db"))
    };
    let database = Database::open(&config, &SCHEMA).await.unwrap();
    let begin = database.kind().begin_write();
    let mut ended = database.pool().begin_with(begin).await.unwrap();
    sqlx::query("ROLLBACK").execute(&mut *ended).await.unwrap();
    assert!(ended.commit().await.is_err());

    assert_eq!(database.check().await, Ok(()));
    let after = database.pool().begin_with(begin).await.unwrap();
    after.commit().await.unwrap();
}
