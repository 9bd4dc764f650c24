//! Issues and redeems codes.

use super::browser;
use super::code::{Code, CodeError, Redeemed, Redemption};
use super::grant::Grant;
use super::pkce::Challenge;
use crate::keys::KeyError;
use crate::provider::Provider;

/// How long a code is remembered, so that a second use is noticed, in seconds.
const REMEMBERED: i64 = 10 * 60;

pub(super) fn issue(
    provider: &Provider,
    grant: Grant,
    redirect_uri: &str,
    challenge: Option<Challenge>,
) -> Result<String, KeyError> {
    let now = provider.clock.now();
    let codes = &provider.sign_ins.codes;
    let code = Code::new(grant, redirect_uri, challenge, now);
    codes.put(code, now.saturating_add(REMEMBERED))
}

impl Redemption<'_> {
    /// Uses the code. After an attempt with the wrong verifier or redirect URI it cannot be used any more.
    pub(super) fn redeem(&self, provider: &Provider) -> Result<Redeemed, CodeError> {
        let now = provider.clock.now();
        let codes = &provider.sign_ins.codes;
        let redeemed = codes.change(self.code, now, |code| self.judge(code, now));
        redeemed
            .unwrap_or(Err((CodeError::Unknown, None)))
            .map_err(|(error, ended)| {
                if let Some(session_id) = ended {
                    tracing::warn!("a code was used twice; the session of its first use has ended");
                    provider.sessions.end(&session_id);
                }
                error
            })
    }
}

impl Redeemed {
    /// Opens the session, unless the code was used again meanwhile.
    pub(crate) fn open(
        self,
        provider: &Provider,
        refresh_token: Option<&str>,
    ) -> Result<(), CodeError> {
        let id = self.session.id.clone();
        provider.sessions.open(self.session, refresh_token);
        browser::add_session(provider, &self.grant.sid, &id);
        let codes = &provider.sign_ins.codes;
        let now = provider.clock.now();
        let code = self.code.unwrap_or_default();
        let spoiled = codes.change(&code, now, |code| code.is_spoiled());
        if spoiled == Some(true) {
            provider.sessions.end(&id);
            return Err(CodeError::Reused);
        }
        Ok(())
    }
}
