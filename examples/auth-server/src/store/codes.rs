//! Authorization codes (RFC 6749, section 4.1.2): the database has their hashes.

use identity_core::clock::UnixTime;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::orgs::seconds;
use super::{Store, Write};

/// How long a code can be redeemed, in seconds.
pub const LIFETIME_SECONDS: u64 = 60;
/// How many codes of one user are kept, used ones included; one more deletes the oldest.
const MOST_OF_USER: i64 = 100;

/// What a code was issued for. It has no `Debug`.
pub struct Code {
    /// The id of the session that it opens.
    pub id: String,
    /// The organization of the user.
    pub org: String,
    /// The id of the user.
    pub user: String,
    /// The id of the browser session.
    pub browser: String,
    /// The client.
    pub client: String,
    /// The redirect URI, as the client sent it.
    pub redirect_uri: String,
    /// The code challenge (RFC 7636) by S256.
    pub code_challenge: String,
    /// The granted scope, separated by spaces; empty if no scope was requested, which means all rights.
    pub scope: String,
    /// The nonce of the authorization request, for the ID token.
    pub nonce: Option<String>,
    /// When the user gave the password, in seconds since 1970.
    pub auth_time: i64,
}

/// The outcome of redeeming a code.
pub enum RedeemedCode {
    /// It was valid, and is now used.
    Good(Box<Code>),
    /// It was used before, so another party has it too. With the organization, the user and the id of the session that it
    /// opened.
    Reused {
        /// The organization.
        org: String,
        /// The id of the user.
        user: String,
        /// The id of the session.
        session: String,
    },
    /// It is unknown or has expired.
    Refused,
}

impl Write {
    /// Stores a code under its hash.
    pub async fn create_code(
        &mut self,
        code: &Code,
        hash: &str,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO authorization_codes (id, hash, org_id, user_id, browser_id, client_id, redirect_uri, code_challenge, scope, nonce, auth_time, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&code.id)
        .bind(hash)
        .bind(&code.org)
        .bind(&code.user)
        .bind(&code.browser)
        .bind(&code.client)
        .bind(&code.redirect_uri)
        .bind(&code.code_challenge)
        .bind(&code.scope)
        .bind(code.nonce.as_deref())
        .bind(code.auth_time)
        .bind(seconds(now).saturating_add_unsigned(LIFETIME_SECONDS));
        self.execute(insert).await?;
        let oldest = sqlx::query(
            "DELETE FROM authorization_codes WHERE org_id = $1 AND user_id = $2 AND id <> $3 AND id <= \
             (SELECT id FROM authorization_codes WHERE org_id = $1 AND user_id = $2 AND id <> $3 \
             ORDER BY id DESC LIMIT 1 OFFSET $4)",
        )
        .bind(&code.org)
        .bind(&code.user)
        .bind(&code.id)
        .bind(MOST_OF_USER - 1);
        self.execute(oldest).await
    }

    /// Redeems the code with this hash. Of any number of concurrent attempts, on any replica, exactly one succeeds.
    pub async fn redeem_code(
        &mut self,
        hash: &str,
        now: UnixTime,
    ) -> Result<RedeemedCode, sqlx::Error> {
        let redeemed = sqlx::query_as(
            "UPDATE authorization_codes SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1 \
             RETURNING id, org_id, user_id, browser_id, client_id, redirect_uri, code_challenge, scope, nonce, auth_time",
        )
        .bind(seconds(now))
        .bind(hash)
        .fetch_optional(self.connection())
        .await?;
        if let Some(code) = redeemed {
            return Ok(RedeemedCode::Good(Box::new(code)));
        }
        let used: Option<(String, String, String)> = sqlx::query_as(
            "SELECT org_id, user_id, id FROM authorization_codes WHERE hash = $1 AND used_at IS NOT NULL",
        )
        .bind(hash)
        .fetch_optional(self.connection())
        .await?;
        Ok(match used {
            Some((org, user, session)) => RedeemedCode::Reused { org, user, session },
            None => RedeemedCode::Refused,
        })
    }
}

impl Store {
    /// Returns the organization of the code with this hash, used or not. Returns `None` if there is no such code.
    pub async fn org_of_code(&self, hash: &str) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT org_id FROM authorization_codes WHERE hash = $1")
            .bind(hash)
            .fetch_optional(self.pool())
            .await
    }
}

impl FromRow<'_, AnyRow> for Code {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            org: row.try_get("org_id")?,
            user: row.try_get("user_id")?,
            browser: row.try_get("browser_id")?,
            client: row.try_get("client_id")?,
            redirect_uri: row.try_get("redirect_uri")?,
            code_challenge: row.try_get("code_challenge")?,
            scope: row.try_get("scope")?,
            nonce: row.try_get("nonce")?,
            auth_time: row.try_get("auth_time")?,
        })
    }
}
