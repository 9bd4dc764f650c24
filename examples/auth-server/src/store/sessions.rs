//! Sessions and their refresh tokens. A session that has ended has no row; one that an instance of an earlier release ended
//! is marked as revoked.

use std::time::Duration;

use identity_core::clock::UnixTime;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::orgs::seconds;
use super::{Store, Write};
use crate::refresh_token::RefreshToken;

/// A session: a sign-in and all tokens refreshed from it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Assigned by the server.
    pub id: String,
    /// The organization of the user.
    pub org: String,
    /// The id of the user.
    pub user: String,
    /// The scope granted at sign-in, separated by spaces; empty if no scope was requested, which means all rights.
    pub scope: String,
    /// The end of the session, in seconds since 1970.
    pub expires_at: i64,
    /// The client that it belongs to.
    pub client: String,
    /// The id of the browser session that it came of, if it came of one.
    pub browser: Option<String>,
}

/// The outcome of redeeming a refresh token. It has no `Debug`.
pub enum Redeemed {
    /// The token was valid, and is now used; or it was used within the grace. With the next token.
    Good(Session, RefreshToken),
    /// The token was used before, so another party has it too. Its session was ended.
    Reused(Session),
    /// The token is unknown, or its session has ended.
    Refused,
}

impl Write {
    /// Stores a session with its first refresh token. If its user has more than `most` sessions then, the oldest end.
    pub async fn create_session(
        &mut self,
        session: &Session,
        token: &RefreshToken,
        most: u32,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO sessions (id, org_id, user_id, scope, created_at, expires_at, family_hash, token_hash, client_id, browser_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&session.id)
        .bind(&session.org)
        .bind(&session.user)
        .bind(&session.scope)
        .bind(seconds(now))
        .bind(session.expires_at)
        .bind(token.family_hash())
        .bind(token.own_hash())
        .bind(&session.client)
        .bind(session.browser.as_deref());
        self.execute(insert).await?;
        // Ids sort by time; the new one stays, whatever the clocks of replicas say.
        let oldest = sqlx::query(
            "DELETE FROM sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3 AND id <= \
             (SELECT id FROM sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3 \
             ORDER BY id DESC LIMIT 1 OFFSET $4)",
        )
        .bind(&session.org)
        .bind(&session.user)
        .bind(&session.id)
        .bind(i64::from(most.saturating_sub(1)));
        self.execute(oldest).await
    }

    /// Redeems a refresh token for the next one, which is made with `salt`. Of any number of concurrent attempts, on any
    /// replica, exactly one succeeds. A second use ends the session, unless the first was less than `grace` ago and the
    /// token that it gave is not used yet: that token is given again.
    pub async fn redeem(
        &mut self,
        token: &RefreshToken,
        salt: &str,
        grace: Duration,
        now: UnixTime,
    ) -> Result<Redeemed, sqlx::Error> {
        let next = token.next(salt);
        let redeemed = sqlx::query_as(
            "UPDATE sessions SET token_hash = $1, previous_hash = $5, refreshed_at = $6, salt = $7 \
             WHERE family_hash = $2 AND token_hash = $3 AND revoked_at IS NULL AND expires_at > $4 \
             RETURNING id, org_id, user_id, scope, expires_at, client_id, browser_id",
        )
        .bind(next.own_hash())
        .bind(token.family_hash())
        .bind(token.own_hash())
        .bind(seconds(now));
        // Not stored for nothing.
        let has_grace = !grace.is_zero();
        let redeemed = redeemed
            .bind(has_grace.then(|| token.own_hash()))
            .bind(has_grace.then(|| seconds(now)))
            .bind(has_grace.then_some(salt))
            .fetch_optional(self.connection())
            .await?;
        if let Some(session) = redeemed {
            return Ok(Redeemed::Good(session, next));
        }
        if has_grace && let Some((session, next)) = self.repeated(token, grace, now).await? {
            return Ok(Redeemed::Good(session, next));
        }
        Ok(match self.end_session_of(token, now).await? {
            Some(session) => Redeemed::Reused(session),
            None => Redeemed::Refused,
        })
    }

    /// Returns the session and the latest token, if this token is the one before it and was used less than `grace` ago.
    async fn repeated(
        &mut self,
        token: &RefreshToken,
        grace: Duration,
        now: UnixTime,
    ) -> Result<Option<(Session, RefreshToken)>, sqlx::Error> {
        let used = sqlx::query(
            "SELECT id, org_id, user_id, scope, expires_at, client_id, browser_id, salt FROM sessions \
             WHERE family_hash = $1 AND previous_hash = $2 AND refreshed_at > $3 \
             AND revoked_at IS NULL AND expires_at > $4",
        )
        .bind(token.family_hash())
        .bind(token.own_hash())
        .bind(seconds(now).saturating_sub_unsigned(grace.as_secs()))
        .bind(seconds(now))
        .fetch_optional(self.connection())
        .await?;
        let Some(used) = used else { return Ok(None) };
        let salt: String = used.try_get("salt")?;
        Ok(Some((Session::from_row(&used)?, token.next(&salt))))
    }

    /// Ends the session of a refresh token, used or not. Returns the session, or `None` if there is no such active
    /// session.
    pub async fn end_session_of(
        &mut self,
        token: &RefreshToken,
        now: UnixTime,
    ) -> Result<Option<Session>, sqlx::Error> {
        sqlx::query_as(
            "DELETE FROM sessions WHERE revoked_at IS NULL AND expires_at > $1 \
             AND (family_hash = $2 OR id = (SELECT session_id FROM refresh_tokens WHERE hash = $2 AND used_at IS NOT NULL)) \
             RETURNING id, org_id, user_id, scope, expires_at, client_id, browser_id",
        )
        .bind(seconds(now))
        .bind(token.family_hash())
        .fetch_optional(self.connection())
        .await
    }

    /// Ends a session of a user of the organization.
    pub async fn end_session(&mut self, org: &str, session: &str) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM sessions WHERE org_id = $1 AND id = $2");
        self.execute(delete.bind(org).bind(session)).await
    }

    /// Ends all sessions of the same user except this one.
    pub async fn end_other_sessions(&mut self, kept: &Session) -> Result<(), sqlx::Error> {
        let delete =
            sqlx::query("DELETE FROM sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3")
                .bind(&kept.org)
                .bind(&kept.user)
                .bind(&kept.id);
        self.execute(delete).await
    }
}

impl Store {
    /// Returns the organization and the client of the session of a refresh token, used or not. Returns `None` if there is no
    /// such session.
    pub async fn owner_of(
        &self,
        token: &RefreshToken,
    ) -> Result<Option<(String, String)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT org_id, client_id FROM sessions WHERE family_hash = $1 UNION ALL \
             SELECT s.org_id, s.client_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1 LIMIT 1",
        )
        .bind(token.family_hash())
        .fetch_optional(self.pool())
        .await
    }

    /// Returns the session whose latest refresh token this is. Returns `None` for any other token, a used one among them, and
    /// changes nothing.
    pub async fn session_of(
        &self,
        token: &RefreshToken,
        now: UnixTime,
    ) -> Result<Option<Session>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, user_id, scope, expires_at, client_id, browser_id FROM sessions \
             WHERE family_hash = $1 AND token_hash = $2 AND revoked_at IS NULL AND expires_at > $3",
        )
        .bind(token.family_hash())
        .bind(token.own_hash())
        .bind(seconds(now))
        .fetch_optional(self.pool())
        .await
    }

    /// Returns a session of the organization. Returns `None` if it has ended or does not exist.
    pub async fn session(
        &self,
        org: &str,
        id: &str,
        now: UnixTime,
    ) -> Result<Option<Session>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, user_id, scope, expires_at, client_id, browser_id FROM sessions \
             WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > $3",
        )
        .bind(org)
        .bind(id)
        .bind(seconds(now))
        .fetch_optional(self.pool())
        .await
    }
}

impl FromRow<'_, AnyRow> for Session {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            org: row.try_get("org_id")?,
            user: row.try_get("user_id")?,
            scope: row.try_get("scope")?,
            expires_at: row.try_get("expires_at")?,
            client: row.try_get("client_id")?,
            browser: row.try_get("browser_id")?,
        })
    }
}
