//! Tests of the signing keys: algorithms, rotation, encryption.

use std::time::Duration;

use auth_server::{EncryptionKey, Rotation, SigningAlgorithm, server};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use identity_core::verification::Algorithms;
use serde_json::Value;

use crate::sessions::clock;
use crate::support::{
    Api, ISSUER, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings,
};

on_both_databases! {
    every_algorithm_signs_tokens_that_are_verified_here_and_elsewhere
    keys_rotate_by_command_and_on_schedule
    a_rotation_at_the_same_moment_is_one_rotation
    a_running_server_rotates_when_it_is_due
    what_is_stored_is_no_plain_key
    keys_that_cannot_be_decrypted_stop_the_start
}

pub const ALGORITHMS: [SigningAlgorithm; 3] = [
    SigningAlgorithm::Rs256,
    SigningAlgorithm::Es256,
    SigningAlgorithm::EdDsa,
];

pub async fn key_ids(api: &Api) -> Vec<String> {
    let jwks = api.get_public("/.well-known/jwks.json").await.expect(200);
    let keys = jwks.body["keys"].as_array().unwrap().clone();
    for key in &keys {
        for private in ["d", "p", "q", "k"] {
            assert!(key.get(private).is_none());
        }
    }
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

pub fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn every_algorithm_signs_tokens_that_are_verified_here_and_elsewhere(database: TestDatabase) {
    let mut before: Option<Person> = None;
    for algorithm in ALGORITHMS {
        let mut settings = settings(&database);
        settings.tokens.algorithm = algorithm;
        let server = TestServer::with(settings);
        let api = &server.api;
        let owner = Person::owner(api).await;
        let header = header(&owner.token);
        assert_eq!(header["typ"], "at+jwt");
        let name = header["alg"].as_str().unwrap();
        let algorithms: Algorithms = name.parse().unwrap();
        let jwks = api.get_public("/.well-known/jwks.json").await.body;
        let keys = identity_core::testing::StaticKeys::from_jwks(&jwks);
        let rules = identity_core::verification::VerificationRules {
            algorithms,
            types: vec!["at+jwt".into()],
            ..identity_core::verification::VerificationRules::new(
                vec![ISSUER.to_owned()],
                identity_core::verification::AudienceRule::Required(vec![ISSUER.to_owned()]),
            )
        };
        let clock = std::sync::Arc::new(identity_core::clock::SystemClock);
        let verifier =
            identity_core::verification::Verifier::new(rules, std::sync::Arc::new(keys), clock);
        let verified = verifier.verify(&owner.token).await.unwrap();
        assert_eq!(verified.subject(), owner.id);
        if let Some(before) = before {
            let still = api.get("/user/me", &before.token).await;
            still.expect(200);
        }
        before = Some(owner);
    }
}

async fn keys_rotate_by_command_and_on_schedule(database: TestDatabase) {
    let (clock, now) = clock();
    let mut settings = settings(&database);
    settings.clock = clock.clone();
    let server = TestServer::with(settings.clone());
    let api = &server.api;
    let owner = Person::owner(api).await;
    let kid = |token: &str| header(token)["kid"].as_str().unwrap().to_owned();
    let first = key_ids(api).await;
    assert_eq!(first.len(), 2, "current and next");
    assert!(first.contains(&kid(&owner.token)));
    let next = first.iter().find(|id| **id != kid(&owner.token)).unwrap();

    assert_eq!(
        server::rotate_keys(&settings).await.unwrap(),
        Rotation::Done
    );
    let second = key_ids(api).await;
    assert_eq!(second.len(), 3, "previous, current and next");
    assert!(first.iter().all(|id| second.contains(id)));
    api.get("/user/me", &owner.token).await.expect(200);
    let tokens = api.login(&owner.username, PASSWORD, "").await.expect(200);
    assert_eq!(&kid(&tokens.text("access_token")), next, "published ahead");

    // A second rotation in a row: the keys of valid tokens still stay published.
    server::rotate_keys(&settings).await.unwrap();
    assert_eq!(key_ids(api).await.len(), 4);
    api.get("/user/me", &owner.token).await.expect(200);

    // When the tokens have expired, the next rotation deletes their keys: here the scheduled one of a new replica.
    clock.set(now + 31.0 * 86_400.0);
    let another = TestServer::with(settings.clone());
    let gone = async || !key_ids(&another.api).await.contains(&first[0]);
    while !gone().await {
        tokio::task::yield_now().await;
    }
    assert_eq!(key_ids(api).await.len(), 3);
    let fresh = api.login(&owner.username, PASSWORD, "").await.expect(200);
    assert!(!second.contains(&kid(&fresh.text("access_token"))));
}

async fn a_rotation_at_the_same_moment_is_one_rotation(database: TestDatabase) {
    let settings = settings(&database);
    let server = TestServer::with(settings.clone());
    let before = key_ids(&server.api).await.len();
    let rotations = (0..4).map(|_| {
        let settings = settings.clone();
        std::thread::spawn(move || {
            let rotated = actix_web::rt::System::new().block_on(server::rotate_keys(&settings));
            rotated.unwrap()
        })
    });
    let rotations: Vec<_> = rotations.collect();
    let done = rotations
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .filter(|rotation| *rotation == Rotation::Done)
        .count();
    assert!(done >= 1);
    assert_eq!(key_ids(&server.api).await.len(), before + done);
    let current = database
        .texts("SELECT id FROM signing_keys WHERE state = 'current'")
        .await;
    assert_eq!(current.len(), 1);
}

async fn a_running_server_rotates_when_it_is_due(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.tokens.key_rotation = Duration::from_secs(1);
    // The sign-ins below must not end the session of the first one.
    settings.tokens.max_sessions = 1_000_000;
    let replicas = [(); 2].map(|()| TestServer::with(settings.clone()));
    let apis = [&replicas[0].api, &replicas[1].api];
    let owner = Person::owner(apis[0]).await;
    let first = header(&owner.token)["kid"].clone();
    // Sign in on both by turns, until both sign with the key after the next one.
    let mut signed_with = vec![first];
    while signed_with.len() < 3 {
        for api in apis {
            let tokens = api.login(&owner.username, PASSWORD, "").await.expect(200);
            let kid = header(&tokens.text("access_token"))["kid"].clone();
            if !signed_with.contains(&kid) {
                signed_with.push(kid);
            }
        }
    }
    for api in apis {
        api.get("/user/me", &owner.token).await.expect(200);
    }
    let states = database
        .texts("SELECT state FROM signing_keys WHERE state <> 'previous' ORDER BY state")
        .await;
    assert_eq!(states, ["current", "next"], "however many replicas rotate");
}

async fn what_is_stored_is_no_plain_key(database: TestDatabase) {
    for algorithm in ALGORITHMS {
        let mut settings = settings(&database);
        settings.tokens.algorithm = algorithm;
        drop(TestServer::with(settings));
    }
    let stored = database
        .texts("SELECT private_key FROM signing_keys ORDER BY created_at, id")
        .await;
    assert!(stored.len() >= 4, "{}", stored.len());
    // The bytes that identify a private key of each algorithm: its identifier in DER.
    let identifiers: [&[u8]; 3] = [
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
        b"\x2a\x86\x48\xce\x3d\x02\x01",
        b"\x06\x03\x2b\x65\x70",
    ];
    let is_in = |part: &[u8], whole: &[u8]| whole.windows(part.len()).any(|window| window == part);
    for key in stored {
        let bytes = STANDARD.decode(&key).unwrap();
        assert!(bytes.len() > 60);
        for identifier in identifiers {
            assert!(!is_in(identifier, &bytes), "{key}");
        }
    }
    let published = database.texts("SELECT public_jwk FROM signing_keys").await;
    for jwk in published {
        let jwk: Value = serde_json::from_str(&jwk).unwrap();
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(jwk.get(private).is_none(), "{private} in {jwk}");
        }
    }
    if let Some(file) = database.file() {
        let folder = file.parent().unwrap();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            for identifier in &identifiers[..2] {
                assert!(!is_in(identifier, &bytes), "{}", path.display());
            }
            assert!(!is_in(b"PRIVATE KEY", &bytes), "{}", path.display());
        }
    }
}

async fn keys_that_cannot_be_decrypted_stop_the_start(database: TestDatabase) {
    let mut settings = settings(&database);
    let server = TestServer::with(settings.clone());
    Person::owner(&server.api).await;
    drop(server);
    let other = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
    settings.tokens.encryption_key = Some(other.parse::<EncryptionKey>().unwrap());
    let told = TestServer::try_with(settings.clone()).err().unwrap();
    assert!(
        told.contains("is not the one that it was encrypted with"),
        "{told}"
    );
    settings.tokens.encryption_key = None;
    if database.is_postgres() {
        let told = TestServer::try_with(settings).err().unwrap();
        assert!(told.contains("KEY_ENCRYPTION_KEY is not set"), "{told}");
    } else {
        let server = TestServer::with(settings);
        Person::owner(&server.api).await;
    }
}
