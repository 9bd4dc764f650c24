//! Tests of an encryption key that is not the one of the stored keys.

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
        assert!(told.contains("KEY_ENCRYPTION_KEY is not the one"), "{told}");
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
