//! Tests of introspection with identity-core's client, as a service of this workspace asks.

use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};
use identity_core::providers::Oidc;
use identity_core::{Authenticator, VerifyError};

use crate::clients::client;
use crate::introspection::Introspector;
use crate::support::{Person, TestDatabase, TestServer, on_both_databases, settings};

on_both_databases! { the_client_of_identity_core_is_understood }

/// It introspects opaque tokens alone, which are refresh tokens here: it must refuse them, active or not.
async fn the_client_of_identity_core_is_understood(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.issuer = None;
    let server = TestServer::with(settings);
    let api = &server.api;
    let document = api.get_public("/.well-known/openid-configuration").await;
    let issuer = document.expect(200).text("issuer");
    let owner = Person::owner(api).await;
    let (other, other_secret) = client(api, &owner, &[]).await;
    let asker = Introspector::of(api, &owner).await;
    let outcome = async |id: &str, secret: &str, token: &str| {
        let discovered = IntrospectionEndpoint::Discovered;
        let provider = Oidc::issuer(&issuer, &issuer).unwrap();
        let authenticator = Authenticator::builder(provider)
            .introspection(IntrospectionConfig::new(discovered, id, secret))
            .build()
            .unwrap();
        authenticator.authenticate(token).await.unwrap_err()
    };
    for (id, secret, status) in [
        (&asker.id, "wrong", "401"),
        (&other, other_secret.as_str(), "403"),
    ] {
        let error = outcome(id, secret, "unknown").await;
        assert_eq!(error.code(), "introspection_unavailable");
        assert!(error.to_string().contains(status), "{error}");
    }
    for (token, code) in [
        ("unknown", "inactive_token"),
        (&*owner.refresh_token, "refresh_token"),
    ] {
        let error = outcome(&asker.id, &asker.secret, token).await;
        assert!(matches!(error, VerifyError::Token(_)), "{error}");
        assert_eq!(error.code(), code);
    }
}
