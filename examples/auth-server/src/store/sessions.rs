//! Sessions and their refresh tokens.

use identity_core::clock::UnixTime;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::orgs::seconds;
use super::{Store, Write};

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
}

/// The outcome of redeeming a refresh token.
#[derive(Debug)]
pub enum Redeemed {
    /// The token was valid, and is now used.
    Good(Session),
    /// The token was used before, so another party has it too. Its session was ended.
    Reused(Session),
    /// The token is unknown, or its session has ended.
    Refused,
}

impl Write {
    /// Stores a session with the hash of its first refresh token.
    pub async fn create_session(
        &mut self,
        session: &Session,
        token_hash: &str,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO sessions (id, org_id, user_id, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&session.id)
        .bind(&session.org)
        .bind(&session.user)
        .bind(&session.scope)
        .bind(seconds(now))
        .bind(session.expires_at)
        .execute(self.connection())
        .await?;
        self.add_refresh_token(session, token_hash).await
    }

    /// Stores the hash of a further refresh token of a session.
    pub async fn add_refresh_token(
        &mut self,
        session: &Session,
        token_hash: &str,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query("INSERT INTO refresh_tokens (hash, session_id) VALUES ($1, $2)");
        self.execute(insert.bind(token_hash).bind(&session.id))
            .await
    }

    /// Redeems a refresh token. Of any number of concurrent attempts, on any replica, exactly one succeeds. A second
    /// use ends the session.
    pub async fn redeem(
        &mut self,
        token_hash: &str,
        now: UnixTime,
    ) -> Result<Redeemed, sqlx::Error> {
        let now = seconds(now);
        let update = sqlx::query(
            "UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2 AND used_at IS NULL",
        );
        let used = self.changed(update.bind(now).bind(token_hash)).await?;
        let found: Option<Session> = sqlx::query_as(
            "SELECT s.id, s.org_id, s.user_id, s.scope, s.expires_at FROM refresh_tokens t \
             JOIN sessions s ON s.id = t.session_id \
             WHERE t.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2",
        )
        .bind(token_hash)
        .bind(now)
        .fetch_optional(self.connection())
        .await?;
        let Some(session) = found else {
            return Ok(Redeemed::Refused);
        };
        if used == 1 {
            return Ok(Redeemed::Good(session));
        }
        let update =
            sqlx::query("UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL");
        self.execute(update.bind(now).bind(&session.id)).await?;
        Ok(Redeemed::Reused(session))
    }

    /// Ends the session of a refresh token. Returns the ids of its organization and user, or `None` if there is no such
    /// active session.
    pub async fn end_session_of(
        &mut self,
        token_hash: &str,
        now: UnixTime,
    ) -> Result<Option<(String, String)>, sqlx::Error> {
        sqlx::query_as(
            "UPDATE sessions SET revoked_at = $1 WHERE revoked_at IS NULL \
             AND id = (SELECT session_id FROM refresh_tokens WHERE hash = $2) RETURNING org_id, user_id",
        )
        .bind(seconds(now))
        .bind(token_hash)
        .fetch_optional(self.connection())
        .await
    }

    /// Ends a session of a user of the organization.
    pub async fn end_session(
        &mut self,
        org: &str,
        session: &str,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let update = sqlx::query(
            "UPDATE sessions SET revoked_at = $1 WHERE org_id = $2 AND id = $3 AND revoked_at IS NULL",
        );
        self.execute(update.bind(seconds(now)).bind(org).bind(session))
            .await
    }

    /// Ends all sessions of the same user except this one.
    pub async fn end_other_sessions(
        &mut self,
        kept: &Session,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let update = sqlx::query(
            "UPDATE sessions SET revoked_at = $1 WHERE org_id = $2 AND user_id = $3 AND id <> $4 AND revoked_at IS NULL",
        )
        .bind(seconds(now))
        .bind(&kept.org)
        .bind(&kept.user)
        .bind(&kept.id);
        self.execute(update).await
    }
}

impl Store {
    /// Returns a session of the organization. Returns `None` if it has ended or does not exist.
    pub async fn session(
        &self,
        org: &str,
        id: &str,
        now: UnixTime,
    ) -> Result<Option<Session>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, user_id, scope, expires_at FROM sessions \
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
        })
    }
}
