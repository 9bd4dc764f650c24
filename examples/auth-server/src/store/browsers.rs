//! Browser sessions: which user signed in with a browser, and when.

use identity_core::clock::UnixTime;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::orgs::seconds;
use super::users::User;
use super::{Store, Write};

/// How long a browser stays signed in, in seconds: a day.
pub const LIFETIME_SECONDS: u64 = 24 * 60 * 60;

/// A browser session with its user.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// Assigned by the server; not what the cookie has.
    pub id: String,
    /// The user.
    pub user: User,
    /// When the user gave the password, in seconds since 1970.
    pub auth_time: i64,
}

impl Write {
    /// Stores a browser session under the hash of its cookie. If its user has more than `most` then, the oldest end.
    pub async fn create_browser_session(
        &mut self,
        session: &BrowserSession,
        hash: &str,
        most: u32,
    ) -> Result<(), sqlx::Error> {
        let (org, user) = (&session.user.org, &session.user.id);
        let insert = sqlx::query(
            "INSERT INTO browser_sessions (id, hash, org_id, user_id, auth_time, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&session.id)
        .bind(hash)
        .bind(org)
        .bind(user)
        .bind(session.auth_time)
        .bind(session.auth_time.saturating_add_unsigned(LIFETIME_SECONDS));
        self.execute(insert).await?;
        let oldest = sqlx::query(
            "DELETE FROM browser_sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3 AND id <= \
             (SELECT id FROM browser_sessions WHERE org_id = $1 AND user_id = $2 AND id <> $3 \
             ORDER BY id DESC LIMIT 1 OFFSET $4)",
        )
        .bind(org)
        .bind(user)
        .bind(&session.id)
        .bind(i64::from(most.saturating_sub(1)));
        self.execute(oldest).await
    }

    /// Gives a browser session a new cookie, after its user gave the password again. Returns `false` if it has ended.
    pub async fn renew_browser_session(
        &mut self,
        session: &BrowserSession,
        hash: &str,
    ) -> Result<bool, sqlx::Error> {
        let update = sqlx::query(
            "UPDATE browser_sessions SET hash = $1, auth_time = $2, expires_at = $3 WHERE id = $4",
        )
        .bind(hash)
        .bind(session.auth_time)
        .bind(session.auth_time.saturating_add_unsigned(LIFETIME_SECONDS))
        .bind(&session.id);
        Ok(self.changed(update).await? > 0)
    }

    /// Returns whether a browser session is still there, and locks it until the end of the transaction.
    pub async fn confirm_browser_session(
        &mut self,
        id: &str,
        now: UnixTime,
    ) -> Result<bool, sqlx::Error> {
        let update = sqlx::query(
            "UPDATE browser_sessions SET auth_time = auth_time WHERE id = $1 AND expires_at > $2",
        );
        Ok(self.changed(update.bind(id).bind(seconds(now))).await? > 0)
    }

    /// Ends a browser session, its codes, and the sessions of clients that came of it.
    pub async fn end_browser_session(&mut self, id: &str) -> Result<(), sqlx::Error> {
        let session = sqlx::query("DELETE FROM browser_sessions WHERE id = $1");
        self.execute(session.bind(id)).await?;
        let codes = sqlx::query("DELETE FROM authorization_codes WHERE browser_id = $1");
        self.execute(codes.bind(id)).await?;
        let sessions = sqlx::query("DELETE FROM sessions WHERE browser_id = $1");
        self.execute(sessions.bind(id)).await
    }

    /// Ends all browser sessions of a user, and their codes: the password was changed.
    pub async fn end_browser_sessions_of(
        &mut self,
        org: &str,
        user: &str,
    ) -> Result<(), sqlx::Error> {
        let sessions =
            sqlx::query("DELETE FROM browser_sessions WHERE org_id = $1 AND user_id = $2");
        self.execute(sessions.bind(org).bind(user)).await?;
        let codes =
            sqlx::query("DELETE FROM authorization_codes WHERE org_id = $1 AND user_id = $2");
        self.execute(codes.bind(org).bind(user)).await
    }
}

impl Store {
    /// Returns the browser session whose cookie has this hash. Returns `None` if it has ended or does not exist.
    pub async fn browser_session(
        &self,
        hash: &str,
        now: UnixTime,
    ) -> Result<Option<BrowserSession>, sqlx::Error> {
        sqlx::query_as(
            "SELECT b.id AS browser_id, b.auth_time, u.id, u.org_id, u.username, u.email FROM browser_sessions b \
             JOIN users u ON u.org_id = b.org_id AND u.id = b.user_id WHERE b.hash = $1 AND b.expires_at > $2",
        )
        .bind(hash)
        .bind(seconds(now))
        .fetch_optional(self.pool())
        .await
    }
}

impl FromRow<'_, AnyRow> for BrowserSession {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("browser_id")?,
            user: User::from_row(row)?,
            auth_time: row.try_get("auth_time")?,
        })
    }
}
