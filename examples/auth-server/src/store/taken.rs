//! Maps unique violations of the database to the taken field.

/// A unique value that is already taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The name of the index in the migrations.
    index: &'static str,
    /// The columns as SQLite names them.
    columns: &'static str,
    /// The member of the request's body.
    pub field: &'static str,
    /// The error message for the caller.
    pub message: &'static str,
}

const ALL: [Taken; 6] = [
    Taken {
        index: "users_username",
        columns: "users.username",
        field: "username",
        message: "The username is taken",
    },
    Taken {
        index: "users_email",
        columns: "users.email",
        field: "primary_email",
        message: "The primary_email is taken",
    },
    Taken {
        index: "orgs_domain",
        columns: "orgs.domain",
        field: "domain",
        message: "The domain is taken",
    },
    Taken {
        index: "roles_name",
        columns: "roles.org_id, roles.name",
        field: "name",
        message: "The name is taken by another role",
    },
    Taken {
        index: "permissions_slug",
        columns: "permissions.org_id, permissions.slug",
        field: "slug",
        message: "The slug is taken: there is a permission with this service, resource and action",
    },
    Taken {
        index: "clients_name",
        columns: "clients.org_id, clients.name",
        field: "name",
        message: "The name is taken by another client",
    },
];

/// Returns the taken value. Returns `None` if the error is not a unique violation.
pub fn taken(error: &sqlx::Error) -> Option<Taken> {
    let error = error.as_database_error()?;
    if !error.is_unique_violation() {
        return None;
    }
    // PostgreSQL returns the index as the constraint; SQLite names it, or its columns, in the message.
    let (constraint, message) = (error.constraint().unwrap_or_default(), error.message());
    ALL.into_iter().find(|taken| {
        constraint == taken.index
            || message.contains(&format!("'{}'", taken.index))
            || message.ends_with(taken.columns)
    })
}
