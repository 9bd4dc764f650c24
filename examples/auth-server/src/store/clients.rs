//! Machine clients: services that act on their own behalf, not for a user.

use identity_core::clock::UnixTime;
use serde::Serialize;
use service_kit::store::{Listed, Page, Rows};
use utoipa::ToSchema;

use super::lists::{MOST_OF_PAGE, page_of};
use super::orgs::seconds;
use super::{Store, Write};

/// A machine client of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Client {
    /// Assigned by the server. Ids sort by creation order.
    #[serde(rename = "client_id")]
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub id: String,
    /// The organization.
    #[serde(skip)]
    pub org: String,
    /// Stored as given. Unique within the organization, ignoring case.
    #[schema(example = "nightly-report")]
    pub name: String,
    /// The slugs of its permissions.
    #[schema(example = json!(["example_service.billing.read"]))]
    pub permissions: Vec<String>,
}

/// The stored credentials of a client: its organization and the hash of its secret.
pub struct ClientSecret {
    /// The organization.
    pub org: String,
    /// SHA-256 of the secret.
    pub hash: String,
}

impl Write {
    /// Stores a client without permissions.
    pub async fn create_client(
        &mut self,
        client: &Client,
        secret_hash: &str,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO clients (id, org_id, name, secret_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&client.id)
        .bind(&client.org)
        .bind(&client.name)
        .bind(secret_hash)
        .bind(seconds(now));
        self.execute(insert).await
    }

    /// Returns the number of clients of the organization.
    pub async fn count_clients(&mut self, org: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM clients WHERE org_id = $1")
            .bind(org)
            .fetch_one(self.connection())
            .await
    }

    /// Adds a permission to a client. Both must belong to the organization.
    pub async fn permit(
        &mut self,
        org: &str,
        client: &str,
        permission: i64,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO client_permissions (org_id, client_id, permission_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        self.execute(insert.bind(org).bind(client).bind(permission))
            .await
    }

    /// Returns the name of a client of the organization.
    pub async fn client_name(
        &mut self,
        org: &str,
        id: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT name FROM clients WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(id)
            .fetch_optional(self.connection())
            .await
    }

    /// Deletes a client of the organization. Returns `false` if there is none with this id.
    pub async fn delete_client(&mut self, org: &str, id: &str) -> Result<bool, sqlx::Error> {
        let delete = sqlx::query("DELETE FROM clients WHERE org_id = $1 AND id = $2");
        Ok(self.changed(delete.bind(org).bind(id)).await? > 0)
    }
}

impl Store {
    /// Returns the stored credentials of the client with this id, in any organization.
    pub async fn client_secret(&self, id: &str) -> Result<Option<ClientSecret>, sqlx::Error> {
        let found = sqlx::query_as("SELECT org_id, secret_hash FROM clients WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(|(org, hash)| ClientSecret { org, hash }))
    }

    /// Returns whether the organization has a client with this id.
    pub async fn has_client(&self, org: &str, id: &str) -> Result<bool, sqlx::Error> {
        let row = sqlx::query("SELECT id FROM clients WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.is_some())
    }

    /// Returns a page of the organization's clients in creation order.
    pub async fn clients(&self, org: &str, page: &Page) -> Result<Rows<Client>, sqlx::Error> {
        let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT c.id, c.name, p.slug FROM clients c \
             LEFT JOIN client_permissions l ON l.org_id = c.org_id AND l.client_id = c.id \
             LEFT JOIN permissions p ON p.org_id = l.org_id AND p.id = l.permission_id \
             WHERE c.org_id = $1 AND c.id > $2 AND c.id <= (SELECT MAX(id) FROM \
             (SELECT id FROM clients WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) \
             ORDER BY c.id LIMIT $4",
        )
        .bind(org)
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.select())
        .bind(MOST_OF_PAGE + 1)
        .fetch_all(self.pool())
        .await?;
        let joined = rows.into_iter().map(|(id, name, slug)| ((id, name), slug));
        let Rows { rows, next } = page_of(page, joined.collect(), |(id, _)| id.clone());
        let client = |((id, name), mut permissions): ((String, String), Vec<String>)| {
            permissions.sort();
            Client {
                id,
                org: org.to_owned(),
                name,
                permissions,
            }
        };
        Ok(Rows {
            rows: rows.into_iter().map(client).collect(),
            next,
        })
    }
}

impl Listed for Client {
    type Id = String;
    const ROW: &'static str = "a client";
    // All that an organization can have, as before there were pages.
    const DEFAULT: u32 = Self::MAX;
}
