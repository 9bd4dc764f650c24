//! Permissions and their assignment to roles.

use identity_core::clock::UnixTime;
use serde::Serialize;
use service_kit::store::{Listed, Page, Rows};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use utoipa::ToSchema;

use super::orgs::seconds;
use super::{Store, Write};

/// A permission of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Permission {
    /// Assigned by the database; unique across all organizations.
    #[schema(example = 10)]
    pub id: i64,
    /// The service that requires it.
    #[schema(example = "example_service")]
    pub service: String,
    /// The resource.
    #[schema(example = "billing")]
    pub resource: String,
    /// The allowed action.
    #[schema(example = "read")]
    pub action: String,
    /// `{service}.{resource}.{action}`, as in the scopes of tokens.
    #[schema(example = "example_service.billing.read")]
    pub slug: String,
    /// A description.
    #[schema(example = "Example service read")]
    pub description: String,
}

/// The permission to create.
#[derive(Debug, Clone, Copy)]
pub struct NewPermission<'n> {
    /// The service that requires it.
    pub service: &'n str,
    /// The resource.
    pub resource: &'n str,
    /// The allowed action.
    pub action: &'n str,
    /// A description.
    pub description: &'n str,
}

impl NewPermission<'_> {
    /// Returns `{service}.{resource}.{action}`.
    pub fn slug(&self) -> String {
        format!("{}.{}.{}", self.service, self.resource, self.action)
    }
}

/// The assignment of a permission to a role.
#[derive(Debug, Clone, Copy)]
pub struct Attachment {
    /// The role.
    pub role: i64,
    /// The permission.
    pub permission: i64,
}

impl Write {
    /// Stores a permission. Returns its id.
    pub async fn create_permission(
        &mut self,
        org: &str,
        new: NewPermission<'_>,
        now: UnixTime,
    ) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(
            "INSERT INTO permissions (org_id, service, resource, action, slug, description, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(org)
        .bind(new.service)
        .bind(new.resource)
        .bind(new.action)
        .bind(new.slug())
        .bind(new.description)
        .bind(seconds(now))
        .fetch_one(self.connection())
        .await
    }

    /// Returns the number of permissions of the organization.
    pub async fn count_permissions(&mut self, org: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM permissions WHERE org_id = $1")
            .bind(org)
            .fetch_one(self.connection())
            .await
    }

    /// Returns the permission of the organization with this slug.
    pub async fn permission_of_slug(
        &mut self,
        org: &str,
        slug: &str,
    ) -> Result<Option<Permission>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, service, resource, action, slug, description FROM permissions WHERE org_id = $1 AND slug = $2",
        )
        .bind(org)
        .bind(slug)
        .fetch_optional(self.connection())
        .await
    }

    /// Returns the permission of the organization with this id.
    pub async fn permission(
        &mut self,
        org: &str,
        id: i64,
    ) -> Result<Option<Permission>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, service, resource, action, slug, description FROM permissions WHERE org_id = $1 AND id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_optional(self.connection())
        .await
    }

    /// Deletes a permission of the organization, and removes it from all roles and clients.
    pub async fn delete_permission(&mut self, org: &str, id: i64) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM permissions WHERE org_id = $1 AND id = $2");
        self.execute(delete.bind(org).bind(id)).await
    }

    /// Attaches a permission to a role. Both must belong to the organization.
    pub async fn attach(&mut self, org: &str, link: Attachment) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO role_permissions (org_id, role_id, permission_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        self.execute(insert.bind(org).bind(link.role).bind(link.permission))
            .await
    }

    /// Detaches a permission from a role.
    pub async fn detach(&mut self, org: &str, link: Attachment) -> Result<(), sqlx::Error> {
        let delete = sqlx::query(
            "DELETE FROM role_permissions WHERE org_id = $1 AND role_id = $2 AND permission_id = $3",
        );
        self.execute(delete.bind(org).bind(link.role).bind(link.permission))
            .await
    }
}

impl Store {
    /// Returns a page of the organization's permissions in creation order.
    pub async fn permissions(
        &self,
        org: &str,
        page: &Page<i64>,
    ) -> Result<Rows<Permission, i64>, sqlx::Error> {
        let permissions = sqlx::query_as(
            "SELECT id, service, resource, action, slug, description FROM permissions \
             WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(org)
        .bind(page.after.unwrap_or_default())
        .bind(page.select())
        .fetch_all(self.pool())
        .await?;
        Ok(page.rows(permissions, |permission: &Permission| permission.id))
    }
}

impl Listed for Permission {
    type Id = i64;
    const ROW: &'static str = "a permission";
    // All that an organization can have, as before there were pages.
    const DEFAULT: u32 = Self::MAX;
}

impl FromRow<'_, AnyRow> for Permission {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            service: row.try_get("service")?,
            resource: row.try_get("resource")?,
            action: row.try_get("action")?,
            slug: row.try_get("slug")?,
            description: row.try_get("description")?,
        })
    }
}
