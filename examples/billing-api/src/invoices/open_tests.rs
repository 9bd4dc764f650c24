//! What of `DATABASE_URL` can be opened, and what is said of the rest.

use std::time::Duration;

use sqlx::Row;

use super::{Invoices, OpenError};
use crate::invoices::tests::url_in;
use tempfile::tempdir;

/// What a message says, with its causes.
fn told(error: impl std::error::Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

#[tokio::test]
async fn the_folder_of_the_file_is_made_whatever_its_name() {
    let folder = tempdir().unwrap();
    let cases = [
        ("new/deep/invoices.db", "new/deep/invoices.db"),
        ("with space/my invoices.db", "with space/my invoices.db"),
        ("percent%20space/users%3F.db", "percent space/users?.db"),
        ("Capital/Ü.db?cache=private", "Capital/Ü.db"),
        ("mode/invoices.db?mode=rwc", "mode/invoices.db"),
    ];
    for (written, meant) in cases {
        Invoices::open(&url_in(&folder, written)).await.unwrap();
        assert!(folder.path().join(meant).is_file(), "{written}");
    }
    let absolute = format!("sqlite:{}/plain/invoices.db", folder.path().display());
    Invoices::open(&absolute).await.unwrap();
    assert!(folder.path().join("plain/invoices.db").is_file());
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 6, "no other folder was made: {names:?}");
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_not_made() {
    let folder = tempdir().unwrap();
    let url = url_in(&folder, "invoices.db?mode=ro");
    let missing = told(Invoices::open(&url).await.unwrap_err());
    assert!(
        missing.starts_with("the database of DATABASE_URL cannot be opened: "),
        "{missing}"
    );
    assert!(!folder.path().join("invoices.db").exists());
}

#[tokio::test]
async fn what_is_acknowledged_is_on_disk() {
    let folder = tempdir().unwrap();
    let invoices = Invoices::open(&url_in(&folder, "invoices.db"))
        .await
        .unwrap();
    let pragma =
        async |name: &'static str| sqlx::query(name).fetch_one(&invoices.pool).await.unwrap();
    let mode: String = pragma("PRAGMA journal_mode").await.get(0);
    assert_eq!(mode, "wal");
    let full: i64 = pragma("PRAGMA synchronous").await.get(0);
    assert_eq!(full, 2, "FULL");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_clear_error() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let refused = Invoices::open(&url_in(&folder, "file/sub/invoices.db"))
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Folder { .. }));
    let told = told(refused);
    let path = folder.path().join("file/sub/invoices.db");
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
    std::fs::create_dir(folder.path().join("invoices.db")).unwrap();
    let told_of_a_folder = told(
        Invoices::open(&url_in(&folder, "invoices.db"))
            .await
            .unwrap_err(),
    );
    assert!(
        told_of_a_folder.starts_with("the database of DATABASE_URL cannot be opened: "),
        "{told_of_a_folder}"
    );
    std::fs::write(
        folder.path().join("text"),
        "This is no database.".repeat(100),
    )
    .unwrap();
    let told_of_text = told(Invoices::open(&url_in(&folder, "text")).await.unwrap_err());
    assert!(
        told_of_text.contains("file is not a database"),
        "{told_of_text}"
    );
}

#[tokio::test]
async fn an_address_of_nothing_known_is_a_clear_error() {
    for url in [
        "mysql://u:hunter2@localhost/x",
        "data/invoices.db",
        "SQLITE:x.db",
        "postgresx://h/x",
        "postgres",
    ] {
        let refused = Invoices::open(url).await.unwrap_err();
        assert_eq!(
            told(refused),
            "DATABASE_URL must start with sqlite: or postgres:",
            "{url}"
        );
    }
    for url in ["sqlite:", "sqlite://", "sqlite:///", "sqlite:?mode=rwc"] {
        assert_eq!(
            told(Invoices::open(url).await.unwrap_err()),
            "DATABASE_URL must name a file, such as sqlite://data/billing-api.db",
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
    let refused = Invoices::open_within(&url, Duration::from_millis(20))
        .await
        .unwrap_err();
    let told = told(refused);
    assert!(
        told.starts_with("the database of DATABASE_URL cannot be opened: "),
        "{told}"
    );
    assert!(told.contains("refused"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}
