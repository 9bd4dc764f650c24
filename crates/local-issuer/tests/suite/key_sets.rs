use local_issuer::{ProviderKind, Rotation, Signer, TokenKind};
use serde_json::{Value, json};

use crate::support::{get, get_json, minted, names, start, try_verify, verified};

fn kids(jwks: &Value) -> Vec<String> {
    jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|jwk| jwk["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn descopes_key_set_has_descopes_shape_at_each_address() {
    let issuer = start().await;
    let descope = issuer.descope();
    let response = get(&descope.jwks_url()).await;
    assert_eq!(response.headers()["cache-control"], "no-store, no-cache");
    let set: Value = response.json().await.unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let key = keys[0].as_object().unwrap();
    assert_eq!(names(key), "alg e kid kty n use");
    assert_eq!(
        (&key["alg"], &key["e"], &key["kty"], &key["use"]),
        (
            &json!("RS256"),
            &json!("AQAB"),
            &json!("RSA"),
            &json!("sig")
        )
    );
    assert_eq!(key["n"].as_str().unwrap().len(), 342, "2048 bits");
    let kid = key["kid"].as_str().unwrap();
    assert!(
        kid.starts_with("SK")
            && kid.len() == 29
            && kid.chars().all(|letter| letter.is_ascii_alphanumeric()),
        "{kid}"
    );

    let (base, project) = (descope.base_url(), descope.project_id());
    assert_eq!(get_json(&format!("{base}/v2/keys/{project}")).await, set);
    assert_eq!(
        get_json(&format!("{base}/v1/keys/{project}")).await,
        set["keys"],
        "the first version is the list alone"
    );
    assert_eq!(descope.jwks_requests(), 3);
}

#[tokio::test]
async fn auth0s_key_set_has_the_current_key_and_the_next() {
    let issuer = start().await;
    let set = get_json(&issuer.auth0().jwks_url()).await;
    let ids = issuer.auth0().key_ids();
    assert_eq!(kids(&set), [ids.current, ids.next.unwrap()]);
    for key in set["keys"].as_array().unwrap() {
        assert_eq!(names(key.as_object().unwrap()), "kty use n e kid alg");
        assert_eq!(key["kid"].as_str().unwrap().len(), 21);
    }
}

#[tokio::test]
async fn descope_rotates_to_a_new_key_and_keeps_twelve_previous_ones() {
    let issuer = start().await;
    let descope = issuer.descope();
    let first = minted(descope, "viewer");
    let before = descope.key_ids();
    let after = descope.rotate(Rotation::default()).unwrap();
    assert_ne!(after.current, before.current);
    assert_eq!((after.next, after.previous), (None, vec![before.current]));
    verified(&first, &descope.jwks_url()).await;

    for _ in 0..12 {
        descope.rotate(Rotation::default()).unwrap();
    }
    let set = get_json(&descope.jwks_url()).await;
    assert_eq!(kids(&set).len(), 13);
    assert!(
        try_verify(&first, &set).unwrap_err().starts_with("no key"),
        "more than twelve rotations away"
    );
}

#[tokio::test]
async fn auth0_rotates_to_the_key_that_was_published_ahead() {
    let issuer = start().await;
    let before = issuer.auth0().key_ids();
    let after = issuer.auth0().rotate(Rotation::default()).unwrap();
    assert_eq!(Some(&after.current), before.next.as_ref());
    assert_eq!(after.previous, [before.current]);
    assert_ne!(after.next, before.next);
    assert_eq!(kids(&get_json(&issuer.auth0().jwks_url()).await).len(), 3);
}

#[tokio::test]
async fn a_revoked_key_leaves_the_key_set_at_once() {
    let issuer = start().await;
    for kind in [ProviderKind::Descope, ProviderKind::Auth0] {
        let provider = issuer.provider(kind);
        let old = minted(provider, "viewer");
        let ids = provider.rotate(Rotation::default().and_revoke()).unwrap();
        assert_eq!(ids.previous, Vec::<String>::new());
        let set = get_json(&provider.jwks_url()).await;
        assert!(
            try_verify(&old, &set).unwrap_err().starts_with("no key"),
            "{:?}",
            kind
        );
        let new = minted(provider, "viewer");
        try_verify(&new, &set).unwrap();
    }
}

#[tokio::test]
async fn descope_can_publish_a_key_ahead_and_auth0_can_sign_with_one_nobody_has_seen() {
    let issuer = start().await;
    let before = issuer.descope().key_ids();
    let ahead = issuer.descope().rotate(Rotation::publish_ahead()).unwrap();
    assert_eq!(ahead.current, before.current);
    let next = ahead.next.unwrap();
    let early = issuer
        .descope()
        .mint("viewer", TokenKind::Access)
        .unwrap()
        .signed_by(Signer::Next)
        .token()
        .unwrap();
    verified(&early, &issuer.descope().jwks_url()).await;
    assert_eq!(
        issuer
            .descope()
            .rotate(Rotation::default())
            .unwrap()
            .current,
        next
    );

    let before = issuer.auth0().key_ids();
    let after = issuer.auth0().rotate(Rotation::unannounced()).unwrap();
    assert_ne!(Some(&after.current), before.next.as_ref());
    assert_eq!(after.next, before.next);
}

#[tokio::test]
async fn keys_that_were_published_besides_can_be_withdrawn() {
    let issuer = start().await;
    let provider = issuer.auth0();
    assert!(!provider.withdraw("no-such-key").unwrap());
    assert!(
        !provider.withdraw(&provider.key_ids().current).unwrap(),
        "the current key stays"
    );
    provider
        .publish_foreign(json!({ "kty": "oct", "kid": "shared", "k": "c2VjcmV0" }))
        .unwrap();
    assert_eq!(kids(&get_json(&provider.jwks_url()).await)[2], "shared");
    assert!(provider.withdraw("shared").unwrap());
    assert_eq!(kids(&get_json(&provider.jwks_url()).await).len(), 2);
}
