//! Tests of an encryption key that is not the one of the stored keys, or is missing.

use std::fs;

use auth_server::{EncryptionKey, server};

use crate::keys::{ALGORITHMS, key_ids};
use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};

on_both_databases! {
    a_rotation_with_another_encryption_key_is_refused_and_changes_nothing
    a_current_key_that_cannot_be_opened_is_not_ready
}

async fn a_rotation_with_another_encryption_key_is_refused_and_changes_nothing(
    database: TestDatabase,
) {
    let mut settings = settings(&database);
    let server = TestServer::with(settings.clone());
    let owner = Person::owner(&server.api).await;
    let stored = "SELECT id || state || private_key FROM signing_keys ORDER BY id";
    let (before, published) = (database.texts(stored).await, key_ids(&server.api).await);
    let other = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
    settings.tokens.encryption_key = Some(other.parse::<EncryptionKey>().unwrap());
    for algorithm in ALGORITHMS {
        settings.tokens.algorithm = algorithm;
        let refused = server::rotate_keys(&settings).await.unwrap_err();
        let told = format!("{refused:#}");
        assert!(
            told.contains("is not the one that it was encrypted with"),
            "{told}"
        );
    }
    assert_eq!(database.texts(stored).await, before);
    assert_eq!(key_ids(&server.api).await, published);
    let login = server.api.login(&owner.username, PASSWORD, "").await;
    login.expect(200);
}

async fn a_current_key_that_cannot_be_opened_is_not_ready(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    api.get_public("/health/ready").await.expect(200);
    let change = async |text: &str| {
        let set = format!("UPDATE signing_keys SET private_key = {text} WHERE state = 'current'");
        database.run(&set).await;
        database
            .run("UPDATE key_set SET version = version + 1")
            .await;
    };
    change("'AAAA' || private_key").await;
    let lost = api.get_public("/health/ready").await.expect(503);
    let reason = "signing keys: the current signing key cannot be used";
    assert_eq!(lost.body["reason"], reason);
    change("substr(private_key, 5)").await;
    api.get_public("/health/ready").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_key_file_is_named_and_no_other_takes_its_place() {
    let database = TestDatabase::sqlite();
    let settings = settings(&database);
    let server = TestServer::with(settings.clone());
    let owner = Person::owner(&server.api).await;
    drop(server);
    let database_file = database.file().unwrap();
    let file = database_file.with_file_name("auth-server-encryption.key");
    let held = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let told = TestServer::try_with(settings.clone()).err().unwrap();
    assert!(told.contains(file.to_str().unwrap()), "{told}");
    assert!(told.contains("restore the file"), "{told}");
    assert!(!file.exists(), "another key would hide what is missing");
    fs::write(&file, held).unwrap();
    let server = TestServer::with(settings);
    let login = server.api.login(&owner.username, PASSWORD, "").await;
    login.expect(200);
}
