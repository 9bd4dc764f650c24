//! Machine clients: services that act on their own behalf, not for a user.

use identity_core::clock::UnixTime;
use serde::Serialize;
use utoipa::ToSchema;

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

    /// Returns all clients of the organization in creation order.
    pub async fn clients(&self, org: &str) -> Result<Vec<Client>, sqlx::Error> {
        let rows: Vec<(String, String, String, Option<String>)> = sqlx::query_as(
            "SELECT c.id, c.org_id, c.name, p.slug FROM clients c \
             LEFT JOIN client_permissions l ON l.org_id = c.org_id AND l.client_id = c.id \
             LEFT JOIN permissions p ON p.org_id = l.org_id AND p.id = l.permission_id \
             WHERE c.org_id = $1 ORDER BY c.id, p.slug",
        )
        .bind(org)
        .fetch_all(self.pool())
        .await?;
        let mut clients: Vec<Client> = Vec::new();
        for (id, org, name, slug) in rows {
            match clients.last_mut() {
                Some(last) if last.id == id => last.permissions.extend(slug),
                _ => clients.push(Client {
                    id,
                    org,
                    name,
                    permissions: slug.into_iter().collect(),
                }),
            }
        }
        Ok(clients)
    }
}
