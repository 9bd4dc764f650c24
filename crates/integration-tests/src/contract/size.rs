//! Tokens that are too large to be read.

use anyhow::{Context, Result, ensure};

use crate::case::{Case, Needs};
use crate::refusal::{Refusal, token};
use crate::target::Target;

const LIMIT: usize = 16 * 1024;
const TOO_LARGE: Refusal = token("token_too_large", "The token is larger than 16384 bytes");

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "token::of_16_kib_is_200",
            "Tokens of up to 16 KiB are read.",
            Needs::AnyToken,
            async |target| target.accepts(&around_the_limit(target)?.0).await,
        ),
        Case::new(
            "token::just_over_16_kib_is_401",
            "A good token that is larger than 16 KiB is refused unread.",
            Needs::AnyToken,
            async |target| {
                target
                    .refuses(&around_the_limit(target)?.1, TOO_LARGE)
                    .await
            },
        ),
        Case::new(
            "token::of_1_mib_is_refused_or_the_connection_closed",
            "A request head over the server's own limit is 401 or 431, or the connection ends; and the service goes on.",
            Needs::Service,
            async |target| {
                let token = "a".repeat(1 << 20);
                let path = target.kind().routes().private;
                let request = format!(
                    "GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
                );
                if let Some(response) = target.send_bytes(request.as_bytes()).await? {
                    ensure!([401, 431].contains(&response.status), "{response:?}");
                }
                let response = target.get("/health").await?;
                ensure!(response.status == 200, "{response:?}");
                Ok(())
            },
        ),
    ]
}

/// The largest good token that is not over the limit, and the next one.
fn around_the_limit(target: &Target) -> Result<(String, String)> {
    let padded = |padding: usize| -> Result<String> {
        Ok(target
            .good()?
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
