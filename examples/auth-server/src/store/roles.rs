//! Roles and their assignment to users.

use identity_core::clock::UnixTime;
use serde::Serialize;
use serde_json::{Value, json};
use service_kit::store::{Listed, Page, Rows};
use utoipa::ToSchema;

use super::lists::{MOST_OF_PAGE, page_of};
use super::orgs::seconds;
use super::{Store, Write};

/// A role of an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Role {
    /// Assigned by the database; unique across all organizations.
    #[schema(example = 1)]
    pub id: i64,
    /// Stored as given. Unique within the organization, ignoring case.
    #[schema(example = "owner")]
    pub name: String,
    /// A description.
    #[schema(example = "May do everything in the organization")]
    pub description: String,
    /// The slugs of its permissions.
    #[schema(example = json!(["example_service.billing.read"]))]
    pub permissions: Vec<String>,
}

/// The ids and names of the roles of a user, in creation order.
pub type Roles = Vec<(i64, String)>;

/// The role to create.
#[derive(Debug, Clone, Copy)]
pub struct NewRole<'n> {
    /// The name.
    pub name: &'n str,
    /// A description.
    pub description: &'n str,
}

impl Role {
    /// The role with all rights in the organization. At least one user always has it.
    pub const OWNER: &'static str = "owner";
    /// The role that manages users.
    pub const ADMIN: &'static str = "admin";
    /// The role of every other user.
    pub const USER: &'static str = "user";

    /// What an owner has besides permissions, and is named with those that a caller lacks. No slug has a colon.
    pub const OWNERSHIP: &'static str = "role:owner";

    /// Returns what a caller must have to give the role or to take it away.
    pub fn rights(&self) -> Vec<String> {
        Self::with_ownership(self.permissions.clone(), self.name == Self::OWNER)
    }

    /// Adds [`OWNERSHIP`](Self::OWNERSHIP) to the permissions of an owner.
    pub fn with_ownership(mut slugs: Vec<String>, is_owner: bool) -> Vec<String> {
        if is_owner {
            slugs.push(Self::OWNERSHIP.to_owned());
        }
        slugs
    }

    /// Returns the id and the name, for the audit log.
    pub fn named(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    /// Returns the id, the name and the permissions, for the audit log.
    pub fn with_permissions(&self) -> Value {
        json!({"id": self.id, "name": self.name, "permissions": self.permissions})
    }

    /// Returns whether this is one of the roles that every organization has.
    pub fn is_built_in(&self) -> bool {
        [Self::OWNER, Self::ADMIN, Self::USER].contains(&self.name.as_str())
    }
}

impl Write {
    /// Stores a role. Returns its id.
    pub async fn create_role(
        &mut self,
        org: &str,
        role: NewRole<'_>,
        now: UnixTime,
    ) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(
            "INSERT INTO roles (org_id, name, description, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(org)
        .bind(role.name)
        .bind(role.description)
        .bind(seconds(now))
        .fetch_one(self.connection())
        .await
    }

    /// Returns a role of the organization.
    pub async fn role(&mut self, org: &str, id: i64) -> Result<Option<Role>, sqlx::Error> {
        let found =
            sqlx::query_as("SELECT name, description FROM roles WHERE org_id = $1 AND id = $2")
                .bind(org)
                .bind(id)
                .fetch_optional(self.connection())
                .await?;
        let Some((name, description)) = found else {
            return Ok(None);
        };
        let mut permissions: Vec<String> = sqlx::query_scalar(
            "SELECT p.slug FROM role_permissions r JOIN permissions p ON p.org_id = r.org_id AND p.id = r.permission_id \
             WHERE r.org_id = $1 AND r.role_id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_all(self.connection())
        .await?;
        permissions.sort();
        Ok(Some(Role {
            id,
            name,
            description,
            permissions,
        }))
    }

    /// Returns the id of the role with this name, ignoring case.
    pub async fn role_named(&mut self, org: &str, name: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT id FROM roles WHERE org_id = $1 AND lower(name) = lower($2)")
            .bind(org)
            .bind(name)
            .fetch_one(self.connection())
            .await
    }

    /// Returns the number of roles of the organization.
    pub async fn count_roles(&mut self, org: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM roles WHERE org_id = $1")
            .bind(org)
            .fetch_one(self.connection())
            .await
    }

    /// Deletes a role of the organization, and removes it from its users.
    pub async fn delete_role(&mut self, org: &str, id: i64) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM roles WHERE org_id = $1 AND id = $2");
        self.execute(delete.bind(org).bind(id)).await
    }

    /// Assigns a role to a user. Both must belong to the organization.
    pub async fn assign_role(
        &mut self,
        org: &str,
        user: &str,
        role: i64,
    ) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO user_roles (org_id, user_id, role_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        self.execute(insert.bind(org).bind(user).bind(role)).await
    }

    /// Removes a role from a user.
    pub async fn unassign_role(
        &mut self,
        org: &str,
        user: &str,
        role: i64,
    ) -> Result<(), sqlx::Error> {
        let delete = sqlx::query(
            "DELETE FROM user_roles WHERE org_id = $1 AND user_id = $2 AND role_id = $3",
        );
        self.execute(delete.bind(org).bind(user).bind(role)).await
    }

    /// Returns whether the organization has an owner other than this user.
    pub async fn has_other_owner(&mut self, org: &str, user: &str) -> Result<bool, sqlx::Error> {
        // SQLite joins in this order: first the role, then as few of its users as it takes.
        let other = sqlx::query(
            "SELECT u.user_id FROM roles r CROSS JOIN user_roles u \
             WHERE r.org_id = $1 AND lower(r.name) = lower($2) \
             AND u.org_id = r.org_id AND u.role_id = r.id AND u.user_id <> $3 LIMIT 1",
        )
        .bind(org)
        .bind(Role::OWNER)
        .bind(user)
        .fetch_optional(self.connection())
        .await?;
        Ok(other.is_some())
    }
}

impl Store {
    /// Returns a page of the organization's roles in creation order.
    pub async fn roles(&self, org: &str, page: &Page<i64>) -> Result<Rows<Role, i64>, sqlx::Error> {
        let rows: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(
            "SELECT r.id, r.name, r.description, p.slug FROM roles r \
             LEFT JOIN role_permissions l ON l.org_id = r.org_id AND l.role_id = r.id \
             LEFT JOIN permissions p ON p.org_id = l.org_id AND p.id = l.permission_id \
             WHERE r.org_id = $1 AND r.id > $2 AND r.id <= (SELECT MAX(id) FROM \
             (SELECT id FROM roles WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) \
             ORDER BY r.id LIMIT $4",
        )
        .bind(org)
        .bind(page.after.unwrap_or_default())
        .bind(page.select())
        .bind(MOST_OF_PAGE + 1)
        .fetch_all(self.pool())
        .await?;
        let joined = rows
            .into_iter()
            .map(|(id, name, description, slug)| ((id, name, description), slug));
        let Rows { rows, next } = page_of(page, joined.collect(), |(id, ..)| *id);
        let role =
            |((id, name, description), mut permissions): ((i64, String, String), Vec<String>)| {
                permissions.sort();
                Role {
                    id,
                    name,
                    description,
                    permissions,
                }
            };
        Ok(Rows {
            rows: rows.into_iter().map(role).collect(),
            next,
        })
    }

    /// Returns the ids and names of the roles of a user of the organization.
    pub async fn roles_of(&self, org: &str, user: &str) -> Result<Roles, sqlx::Error> {
        sqlx::query_as(
            "SELECT r.id, r.name FROM user_roles u JOIN roles r ON r.org_id = u.org_id AND r.id = u.role_id \
             WHERE u.org_id = $1 AND u.user_id = $2 ORDER BY u.role_id",
        )
        .bind(org)
        .bind(user)
        .fetch_all(self.pool())
        .await
    }
}

impl Listed for Role {
    type Id = i64;
    const ROW: &'static str = "a role";
    // All that an organization can have, as before there were pages.
    const DEFAULT: u32 = Self::MAX;
}
