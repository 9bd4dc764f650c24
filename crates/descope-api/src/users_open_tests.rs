//! What of `DATABASE_URL` can be opened, and what is said of the rest.

use std::time::Duration;

use sqlx::Row;

use super::tests::{Folder, all, told};
use super::{OpenError, Users};

#[tokio::test]
async fn the_folder_of_the_file_is_made_whatever_its_name() {
    let folder = Folder::new();
    let cases = [
        ("new/deep/users.db", "new/deep/users.db"),
        ("with space/my users.db", "with space/my users.db"),
        ("percent%20space/users%3F.db", "percent space/users?.db"),
        ("Capital/Ü.db?cache=private", "Capital/Ü.db"),
        ("mode/users.db?mode=rwc", "mode/users.db"),
    ];
    for (written, meant) in cases {
        Users::open(&folder.url(written)).await.unwrap();
        assert!(folder.0.join(meant).is_file(), "{written}");
    }
    let absolute = format!("sqlite:{}/plain/users.db", folder.0.display());
    Users::open(&absolute).await.unwrap();
    assert!(folder.0.join("plain/users.db").is_file());
    let names: Vec<_> = std::fs::read_dir(&folder.0).unwrap().collect();
    assert_eq!(names.len(), 6, "no other folder was made: {names:?}");
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_not_made_and_not_written() {
    let folder = Folder::new();
    let url = folder.url("users.db?mode=ro");
    let missing = told(Users::open(&url).await.unwrap_err());
    assert!(
        missing.starts_with("the database of DATABASE_URL cannot be opened: "),
        "{missing}"
    );
    assert!(!folder.0.join("users.db").exists());

    let users = Users::open(&folder.url("users.db")).await.unwrap();
    let ada = users.create("Ada", "ada@example.com").await.unwrap();
    users.pool.close().await;
    let users = Users::open(&url).await.unwrap();
    assert_eq!(all(&users).await, [ada]);
    let refused = told(users.create("Bob", "bob@example.com").await.unwrap_err());
    assert!(refused.contains("readonly database"), "{refused}");
}

#[tokio::test]
async fn what_is_acknowledged_is_on_disk() {
    let folder = Folder::new();
    let users = Users::open(&folder.url("users.db")).await.unwrap();
    let pragma = async |name: &'static str| sqlx::query(name).fetch_one(&users.pool).await.unwrap();
    let mode: String = pragma("PRAGMA journal_mode").await.get(0);
    assert_eq!(mode, "wal");
    let full: i64 = pragma("PRAGMA synchronous").await.get(0);
    assert_eq!(full, 2, "FULL");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_clear_error() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("file"), "").unwrap();
    let refused = Users::open(&folder.url("file/sub/users.db"))
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Folder { .. }));
    let told = told(refused);
    let path = folder.0.join("file/sub/users.db");
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
    let folder = Folder::new();
    std::fs::create_dir(folder.0.join("users.db")).unwrap();
    let told_of_a_folder = told(Users::open(&folder.url("users.db")).await.unwrap_err());
    let path = folder.0.join("users.db");
    let path = path.display();
    assert!(
        told_of_a_folder.starts_with(&format!(
            "the database of DATABASE_URL cannot be opened: this user must be allowed to read and write the file {path} and its folder: "
        )),
        "{told_of_a_folder}"
    );
    std::fs::write(folder.0.join("text"), "This is no database.".repeat(100)).unwrap();
    let told_of_text = told(Users::open(&folder.url("text")).await.unwrap_err());
    assert!(
        told_of_text.contains("file is not a database"),
        "{told_of_text}"
    );
}

#[tokio::test]
async fn an_address_of_nothing_known_is_a_clear_error() {
    for url in [
        "mysql://u:hunter2@localhost/x",
        "data/users.db",
        "SQLITE:x.db",
        "postgresx://h/x",
        "postgres",
    ] {
        let refused = Users::open(url).await.unwrap_err();
        assert_eq!(
            told(refused),
            "DATABASE_URL must start with sqlite: or postgres:",
            "{url}"
        );
    }
    for url in ["sqlite:", "sqlite://", "sqlite:///", "sqlite:?mode=rwc"] {
        assert_eq!(
            told(Users::open(url).await.unwrap_err()),
            "DATABASE_URL must name a file, such as sqlite://data/descope-api.db",
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
    let refused = Users::open_within(&url, Duration::from_millis(20))
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
    let opening = Users::open_within(&url, Duration::from_millis(20));
    let refused = tokio::time::timeout(Duration::from_secs(20), opening).await;
    let told = told(refused.expect("it gives up").unwrap_err());
    assert!(told.contains("did not answer for 0 s: "), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}
