//! The invoice store, on SQLite or PostgreSQL with the same SQL for both. Every statement filters by organization.

mod invoice;
mod status;

use service_kit::store::{
    Database, DatabaseConfig, Migration, OpenError, Page, Rows, Schema, is_id,
};
use time::OffsetDateTime;
use uuid::Uuid;

pub use invoice::Invoice;
pub use status::Status;

use crate::organization::Organization;

const SCHEMA: Schema = Schema {
    migrations: &[
        Migration {
            version: 1,
            description: "invoices",
            sql: include_str!("../migrations/0001_invoices.sql"),
        },
        Migration {
            version: 2,
            description: "invoices by status",
            sql: include_str!("../migrations/0002_invoices_by_status.sql"),
        },
    ],
    probe: "SELECT id FROM invoices LIMIT 1",
};

/// The content of a new invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvoice {
    /// See [`Invoice`].
    pub number: String,
    /// See [`Invoice`].
    pub customer: String,
    /// See [`Invoice`].
    pub description: String,
    /// See [`Invoice`].
    pub amount: i64,
    /// See [`Invoice`].
    pub currency: String,
    /// The creation time.
    pub created_at: OffsetDateTime,
}

/// The invoice store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Invoices {
    database: Database,
}

/// The reason an invoice cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The organization already has an invoice with this number.
    #[error("the number is taken")]
    NumberTaken,
    /// The database failed.
    #[error("the invoice cannot be stored")]
    Store(#[from] sqlx::Error),
}

/// The reason an invoice cannot be changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The organization has no such invoice.
    #[error("there is no such invoice")]
    NotFound,
    /// An invoice with this status does not allow the change.
    #[error("the invoice is {0}")]
    NotAllowed(Status),
    /// The database failed.
    #[error("the invoice cannot be changed")]
    Store(#[from] sqlx::Error),
}

impl Invoices {
    /// Opens the database and runs pending migrations.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, OpenError> {
        let database = Database::open(config, &SCHEMA).await?;
        Ok(Self { database })
    }

    /// Returns the underlying database, for the health check.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Stores a draft.
    ///
    /// # Errors
    ///
    /// If the number is taken or the database fails.
    pub async fn create(
        &self,
        organization: &Organization,
        new: NewInvoice,
    ) -> Result<Invoice, CreateError> {
        let invoice = Invoice {
            id: Uuid::now_v7().to_string(),
            number: new.number,
            customer: new.customer,
            description: new.description,
            amount: new.amount,
            currency: new.currency,
            status: Status::Draft,
            created_at: invoice::date(new.created_at.unix_timestamp())?,
        };
        let insert = sqlx::query(
            "INSERT INTO invoices (id, org_id, number, customer, description, amount, currency, status, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        );
        let inserted = insert
            .bind(&invoice.id)
            .bind(organization.id())
            .bind(&invoice.number)
            .bind(&invoice.customer)
            .bind(&invoice.description)
            .bind(invoice.amount)
            .bind(&invoice.currency)
            .bind(invoice.status.as_str())
            .bind(new.created_at.unix_timestamp())
            .execute(self.database.pool())
            .await;
        match inserted {
            Ok(_) => Ok(invoice),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(CreateError::NumberTaken)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns a page of the organization's invoices, in creation order; only those with this status, if set.
    pub async fn list(
        &self,
        organization: &Organization,
        status: Option<Status>,
        page: &Page,
    ) -> Result<Rows<Invoice>, sqlx::Error> {
        let (org, after) = (organization.id(), page.after.as_deref().unwrap_or_default());
        let select = match status {
            None => sqlx::query_as(
                "SELECT * FROM invoices WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            )
            .bind(org),
            Some(status) => sqlx::query_as(
                "SELECT * FROM invoices WHERE org_id = $1 AND status = $2 AND id > $3 ORDER BY id LIMIT $4",
            )
            .bind(org)
            .bind(status.as_str()),
        };
        let select = select.bind(after).bind(page.select());
        let invoices = select.fetch_all(self.database.pool()).await?;
        Ok(page.rows(invoices, |invoice: &Invoice| invoice.id.clone()))
    }

    /// Returns an invoice. Returns `None` if the organization has none with this id.
    pub async fn get(
        &self,
        organization: &Organization,
        id: &str,
    ) -> Result<Option<Invoice>, sqlx::Error> {
        if !is_id(id) {
            return Ok(None);
        }
        sqlx::query_as("SELECT * FROM invoices WHERE org_id = $1 AND id = $2")
            .bind(organization.id())
            .bind(id)
            .fetch_optional(self.database.pool())
            .await
    }

    /// Changes the status of an invoice. If it already has the status, nothing changes and there is no error.
    pub async fn change(
        &self,
        organization: &Organization,
        id: &str,
        next: Status,
    ) -> Result<Invoice, ChangeError> {
        loop {
            let found = self.get(organization, id).await?;
            let invoice = found.ok_or(ChangeError::NotFound)?;
            let now = invoice.status;
            if now == next {
                return Ok(invoice);
            }
            if !now.may_become(next) {
                return Err(ChangeError::NotAllowed(now));
            }
            let update = sqlx::query(
                "UPDATE invoices SET status = $1 WHERE org_id = $2 AND id = $3 AND status = $4",
            );
            let updated = update
                .bind(next.as_str())
                .bind(organization.id())
                .bind(id)
                .bind(now.as_str())
                .execute(self.database.pool())
                .await?;
            if updated.rows_affected() > 0 {
                return Ok(Invoice {
                    status: next,
                    ..invoice
                });
            }
            // Another request changed it in the meantime. The loop ends, because no status is ever reached twice.
        }
    }

    /// Deletes a draft. An issued invoice cannot be deleted, only voided.
    pub async fn delete(&self, organization: &Organization, id: &str) -> Result<(), ChangeError> {
        let delete =
            sqlx::query("DELETE FROM invoices WHERE org_id = $1 AND id = $2 AND status = $3");
        if is_id(id) {
            let deleted = delete
                .bind(organization.id())
                .bind(id)
                .bind(Status::Draft.as_str())
                .execute(self.database.pool())
                .await?;
            if deleted.rows_affected() > 0 {
                return Ok(());
            }
        }
        match self.get(organization, id).await? {
            Some(invoice) => Err(ChangeError::NotAllowed(invoice.status)),
            None => Err(ChangeError::NotFound),
        }
    }
}

#[cfg(test)]
#[path = "invoices_tests.rs"]
mod tests;
