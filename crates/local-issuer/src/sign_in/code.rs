//! An authorization code: single-use, short-lived, and bound to client, redirect URI and code challenge.

use super::grant::Grant;
use super::pkce::Challenge;
use crate::sessions::Session;

/// How long a code can be redeemed, in seconds.
const LIFETIME: i64 = 60;

/// A code, as it is remembered.
#[derive(Clone, Debug)]
pub(super) struct Code {
    grant: Grant,
    redirect_uri: String,
    challenge: Option<Challenge>,
    expires_at: i64,
    used: Use,
}

#[derive(Clone, Debug)]
enum Use {
    Never,
    /// Once, for the session with this id.
    Once(String),
    /// It can no longer be used.
    Spoiled,
}

/// An attempt to redeem a code.
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    /// The client that sent it, authenticated.
    pub(super) client_id: &'a str,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) verifier: Option<&'a str>,
    /// The lifetime of the session that it opens, in seconds.
    pub(super) session_lifetime: i64,
}

/// A code, or a device code, that was redeemed, and the session that is to be opened.
pub(crate) struct Redeemed {
    pub(crate) grant: Grant,
    pub(crate) session: Session,
    /// The code, so that a second use meanwhile is noticed.
    pub(super) code: Option<String>,
}

/// Why a code cannot be redeemed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodeError {
    /// It was never issued, is too old to be remembered, or was dropped.
    #[error("unknown code")]
    Unknown,
    #[error("this code has expired")]
    Expired,
    /// The session of its first use has ended.
    #[error("this code was used before")]
    Reused,
    /// It was issued to another client, which can still redeem it.
    #[error("this code was issued to another client")]
    OtherClient,
    #[error("redirect_uri is not the one of the authorization request")]
    RedirectUri,
    #[error("code_verifier is missing")]
    NoVerifier,
    #[error("code_verifier does not fit the code_challenge of the authorization request")]
    Verifier,
    #[error("the random generator failed")]
    Random,
}

impl Code {
    pub(super) fn new(
        grant: Grant,
        redirect_uri: &str,
        challenge: Option<Challenge>,
        now: i64,
    ) -> Self {
        Self {
            grant,
            redirect_uri: redirect_uri.to_owned(),
            challenge,
            expires_at: now.saturating_add(LIFETIME),
            used: Use::Never,
        }
    }

    /// Whether it came of this session of a browser.
    pub(super) fn is_of(&self, sid: &str) -> bool {
        self.grant.sid == sid
    }

    /// Whether it can no longer be used.
    pub(super) fn is_spoiled(&self) -> bool {
        matches!(self.used, Use::Spoiled)
    }
}

impl Redemption<'_> {
    /// With an error comes the session that it ends.
    pub(super) fn judge(
        &self,
        code: &mut Code,
        now: i64,
    ) -> Result<Redeemed, (CodeError, Option<String>)> {
        if code.grant.client_id != self.client_id {
            return Err((CodeError::OtherClient, None));
        }
        match std::mem::replace(&mut code.used, Use::Spoiled) {
            Use::Never => {}
            Use::Once(session_id) => return Err((CodeError::Reused, Some(session_id))),
            Use::Spoiled => return Err((CodeError::Reused, None)),
        }
        self.check(code, now).map_err(|error| (error, None))?;
        let session = code.grant.session(now, self.session_lifetime);
        let session = session.map_err(|_| (CodeError::Random, None))?;
        code.used = Use::Once(session.id.clone());
        Ok(Redeemed {
            grant: code.grant.clone(),
            session,
            code: Some(self.code.to_owned()),
        })
    }

    fn check(&self, code: &Code, now: i64) -> Result<(), CodeError> {
        if now >= code.expires_at {
            return Err(CodeError::Expired);
        }
        if self.redirect_uri != Some(code.redirect_uri.as_str()) {
            return Err(CodeError::RedirectUri);
        }
        match (&code.challenge, self.verifier) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(CodeError::NoVerifier),
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
            // A verifier without a challenge shows that somebody took the challenge away.
            _ => Err(CodeError::Verifier),
        }
    }
}
