use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{AccessToken, ClientAuthentication, TokenClient, TokenClientConfig, kept_for};
use crate::discovery::DiscoveryConfig;
use crate::http::{HttpClient, HttpConfig};

#[test]
fn a_token_is_kept_until_shortly_before_its_end() {
    let seconds = Duration::from_secs;
    let rows = [
        ("no lifetime", None, seconds(30), Duration::ZERO),
        (
            "none left",
            Some(Duration::ZERO),
            seconds(30),
            Duration::ZERO,
        ),
        ("ten minutes", Some(seconds(600)), seconds(30), seconds(570)),
        (
            "twice as long as it is renewed before",
            Some(seconds(60)),
            seconds(30),
            seconds(30),
        ),
        (
            "shorter: half of it",
            Some(seconds(40)),
            seconds(30),
            seconds(20),
        ),
        (
            "as long as it is good",
            Some(seconds(40)),
            Duration::ZERO,
            seconds(40),
        ),
        (
            "never renewed late",
            Some(seconds(40)),
            Duration::MAX,
            seconds(20),
        ),
    ];
    for (sentence, lifetime, renew_before, expected) in rows {
        assert_eq!(kept_for(lifetime, renew_before), expected, "{sentence}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kept_token_is_handed_out_until_it_is_to_be_renewed() {
    let config = TokenClientConfig {
        discovery: DiscoveryConfig {
            url: "https://issuer.example/.well-known/openid-configuration"
                .parse()
                .unwrap(),
            issuers: Vec::new(),
            endpoint_hosts: Vec::new(),
        },
        client_id: "id".to_owned(),
        client_secret: "secret".into(),
        authentication: ClientAuthentication::Post,
        scope: None,
        audience: None,
        renew_before: TokenClientConfig::DEFAULT_RENEW_BEFORE,
    };
    let client = TokenClient::new(config, HttpClient::new(HttpConfig::default()).unwrap());
    assert!(client.still_good().is_none());
    let renew_at = Instant::now() + Duration::from_secs(570);
    let token = AccessToken {
        secret: "token".into(),
        scope: None,
        lifetime: Some(Duration::from_secs(600)),
        renew_at,
    };
    client.kept.store(Some(Arc::new(token)));
    sleep(Duration::from_secs(569)).await; // with the clock paused
    assert_eq!(client.token().await.unwrap().secret(), "token");
    sleep(Duration::from_secs(1)).await;
    assert!(client.still_good().is_none());
}
