//! A person signs in on any device, with a code (RFC 8628).

use std::time::Duration;

use anyhow::{Result, anyhow};
use identity_core::client::{DeviceAuthorization, TokenClientError, TokenResponse};
use identity_core::discovery::DiscoveryError;
use identity_core::http::FetchError;
use tokio::time::{sleep, timeout};

use super::Exchange;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How long to wait at most while the network is away.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// Prints the code and where to enter it, and asks for the tokens until the person has decided. Errors: the issuer has no
/// such flow or refuses, the person does, or the code expires.
pub(super) async fn sign_in(exchange: &Exchange<'_>) -> Result<TokenResponse> {
    let Exchange {
        discovery,
        client,
        http,
        request,
        ..
    } = exchange;
    let endpoint = discovery.device_authorization_endpoint();
    let endpoint = endpoint.map_err(|error| match error {
        DiscoveryError::MissingMember { member, .. } => {
            let issuer = discovery.issuer();
            anyhow!("{issuer} has no {member}, so there is no code for a device: --flow code")
        }
        error => error.into(),
    })?;
    let fields = request.fields(&[]);
    let started = client
        .device_authorization(http, &endpoint, &fields)
        .await?;
    let code = &started.user_code;
    match &started.verification_uri_complete {
        Some(complete) => exchange.ask(complete, &format!("and compare the code: {code}")),
        None => exchange.ask(
            &started.verification_uri,
            &format!("and enter the code: {code}"),
        ),
    }
    let limit = started.lifetime().min(request.time_limit());
    let tokens = timeout(limit, poll(exchange, &started)).await;
    tokens.map_err(|_| {
        let seconds = limit.as_secs();
        anyhow!("the code was not confirmed within {seconds} s: start again")
    })?
}

async fn poll(exchange: &Exchange<'_>, started: &DeviceAuthorization) -> Result<TokenResponse> {
    let url = exchange.discovery.token_endpoint()?;
    let fields = [
        ("grant_type", GRANT),
        ("device_code", started.device_code()),
    ];
    let mut interval = started.interval();
    loop {
        sleep(interval).await;
        match exchange.client.tokens(&exchange.http, &url, &fields).await {
            Ok(tokens) => return Ok(tokens),
            Err(error) => interval = next_interval(interval, error)?,
        }
    }
}

/// Returns how long to wait before the next request (RFC 8628, section 3.5). Errors: no further request may be sent.
fn next_interval(interval: Duration, error: TokenClientError) -> Result<Duration> {
    match error {
        TokenClientError::Refused(refused) => match &*refused.code {
            "authorization_pending" => Ok(interval),
            "slow_down" => Ok(interval + Duration::from_secs(5)),
            "expired_token" => Err(anyhow!(
                "the code expired before it was confirmed: start again"
            )),
            "access_denied" => Err(anyhow!(super::refusal(&refused.code, &refused.description))),
            _ => Err(TokenClientError::Refused(refused).into()),
        },
        // The person may be signing in while the network is away.
        TokenClientError::Fetch(FetchError::Timeout { .. } | FetchError::Transport { .. }) => {
            Ok(interval.max((interval * 2).min(LONGEST_INTERVAL)))
        }
        error => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use identity_core::client::{OAuthError, TokenClientError};
    use identity_core::http::FetchError;

    use super::next_interval;

    #[test]
    fn a_device_asks_again_while_nothing_is_decided_and_more_slowly_when_told_to() {
        let refused = |code: &str| {
            TokenClientError::Refused(OAuthError {
                status: 400,
                code: code.to_owned(),
                description: String::new(),
            })
        };
        let interval = Duration::from_secs(5);
        let url = "https://issuer.example/token".to_owned();
        for (error, words) in [
            (refused("expired_token"), "start again"),
            (refused("access_denied"), "sign in again"),
            (refused("invalid_grant"), "invalid_grant"),
            (FetchError::Insecure(url.clone()).into(), "https"),
        ] {
            let error = next_interval(interval, error).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let timeout = interval;
        let reason = String::new();
        for (error, seconds) in [
            (refused("authorization_pending"), 5),
            (refused("slow_down"), 10),
            (
                FetchError::Timeout {
                    url: url.clone(),
                    timeout,
                }
                .into(),
                10,
            ),
            (FetchError::Transport { url, reason }.into(), 10),
        ] {
            let next = next_interval(interval, error).unwrap();
            assert_eq!(next, Duration::from_secs(seconds));
        }
    }
}
