//! The rights of users and clients.

use sqlx::AnyConnection;

use super::roles::Role;
use super::{Store, Write};

/// The rights of a user or client at one point in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// The names of the roles; empty for clients.
    pub roles: Vec<String>,
    /// The slugs of the permissions, sorted, without duplicates.
    pub slugs: Vec<String>,
}

impl Rights {
    /// Returns whether one of the roles is `owner`.
    pub fn is_owner(&self) -> bool {
        self.roles.iter().any(|role| role == Role::OWNER)
    }
}

impl Write {
    /// Returns the rights of a user of the organization.
    pub async fn rights_of_user(&mut self, org: &str, user: &str) -> Result<Rights, sqlx::Error> {
        of_user(self.connection(), org, user).await
    }

    /// Returns the rights of a client of the organization.
    pub async fn rights_of_client(
        &mut self,
        org: &str,
        client: &str,
    ) -> Result<Rights, sqlx::Error> {
        of_client(self.connection(), org, client).await
    }
}

impl Store {
    /// Returns the rights of a user of the organization.
    pub async fn rights_of_user(&self, org: &str, user: &str) -> Result<Rights, sqlx::Error> {
        of_user(&mut *self.pool().acquire().await?, org, user).await
    }

    /// Returns the rights of a client of the organization.
    pub async fn rights_of_client(&self, org: &str, client: &str) -> Result<Rights, sqlx::Error> {
        of_client(&mut *self.pool().acquire().await?, org, client).await
    }
}

async fn of_user(
    connection: &mut AnyConnection,
    org: &str,
    user: &str,
) -> Result<Rights, sqlx::Error> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT r.name, p.slug FROM user_roles u \
         JOIN roles r ON r.org_id = u.org_id AND r.id = u.role_id \
         LEFT JOIN role_permissions l ON l.org_id = r.org_id AND l.role_id = r.id \
         LEFT JOIN permissions p ON p.org_id = l.org_id AND p.id = l.permission_id \
         WHERE u.org_id = $1 AND u.user_id = $2 ORDER BY u.role_id",
    )
    .bind(org)
    .bind(user)
    .fetch_all(connection)
    .await?;
    let mut rights = Rights::default();
    for (name, slug) in rows {
        if !rights.roles.contains(&name) {
            rights.roles.push(name);
        }
        rights.slugs.extend(slug);
    }
    rights.slugs.sort();
    rights.slugs.dedup();
    Ok(rights)
}

async fn of_client(
    connection: &mut AnyConnection,
    org: &str,
    client: &str,
) -> Result<Rights, sqlx::Error> {
    let mut slugs: Vec<String> = sqlx::query_scalar(
        "SELECT p.slug FROM client_permissions c JOIN permissions p ON p.org_id = c.org_id AND p.id = c.permission_id \
         WHERE c.org_id = $1 AND c.client_id = $2",
    )
    .bind(org)
    .bind(client)
    .fetch_all(connection)
    .await?;
    slugs.sort();
    Ok(Rights {
        roles: Vec::new(),
        slugs,
    })
}
