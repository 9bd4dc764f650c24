//! Tokens that are too large to be read.

use anyhow::{Context, Result, ensure};
use local_issuer::ProviderHandle;

use super::forgery::good;
use super::problems::invalid_token;
use crate::case::{Case, Needs};
use crate::raw;

const LIMIT: usize = 16 * 1024;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "token::of_16_kib_is_200",
            "Tokens of up to 16 KiB are read.",
            Needs::AnyToken,
            async |target| {
                let (largest, _) = around_the_limit(target.provider()?)?;
                let answer = target.send(&target.any_caller().bearer(&largest)).await?;
                ensure!(answer.status == 200, "{} bytes: {answer:?}", largest.len());
                Ok(())
            },
        ),
        Case::new(
            "token::just_over_16_kib_is_401",
            "A good token that is larger than 16 KiB is refused unread.",
            Needs::AnyToken,
            async |target| {
                let (_, smallest) = around_the_limit(target.provider()?)?;
                let detail = format!("The token is larger than {LIMIT} bytes");
                let expected = invalid_token(target.kind(), "token_too_large", &detail);
                target
                    .check(&target.any_caller().bearer(&smallest), &expected)
                    .await?;
                Ok(())
            },
        ),
        Case::new(
            "token::of_1_mib_is_refused_or_the_connection_closed",
            "A request head over the server's own limit is 401 or 431, or the connection ends; and the service lives on.",
            Needs::Service,
            async |target| {
                let token = "a".repeat(1 << 20);
                let path = target.kind().routes().private;
                let request = format!(
                    "GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
                );
                if let Some(answer) = raw::send(target.base_url(), request.as_bytes()).await? {
                    ensure!([401, 431].contains(&answer.status), "{answer:?}");
                }
                let answer = target.get("/health").await?;
                ensure!(answer.status == 200, "{answer:?}");
                Ok(())
            },
        ),
    ]
}

/// The largest good token that is not over the limit, and the next one.
fn around_the_limit(provider: &ProviderHandle) -> Result<(String, String)> {
    let padded = |padding: usize| -> Result<String> {
        Ok(good(provider)?
            .claim("padding", "x".repeat(padding))
            .token()?)
    };
    let room = LIMIT.saturating_sub(padded(0)?.len());
    // Three bytes of a payload are four of a token.
    let about = room / 4 * 3;
    let mut last = None;
    for padding in about.saturating_sub(8)..about.saturating_add(8) {
        let token = padded(padding)?;
        if token.len() > LIMIT {
            return Ok((last.context("no token at the limit")?, token));
        }
        last = Some(token);
    }
    anyhow::bail!("no token over the limit")
}
