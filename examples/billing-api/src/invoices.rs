//! The store of invoices: SQLite or PostgreSQL, one SQL text for both. Every statement names the organization.

mod invoice;
mod status;

use service_kit::store::{Database, DatabaseConfig, Migration, OpenError, Schema, is_id};
use time::OffsetDateTime;
use uuid::Uuid;

pub use invoice::Invoice;
pub use status::Status;

use crate::organization::Organization;

const SCHEMA: Schema = Schema {
    migrations: &[Migration {
        version: 1,
        description: "invoices",
        sql: include_str!("../migrations/0001_invoices.sql"),
    }],
    probe: "SELECT id FROM invoices LIMIT 1",
};

/// What a new invoice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvoice {
    /// As in [`Invoice`].
    pub number: String,
    /// As in [`Invoice`].
    pub customer: String,
    /// As in [`Invoice`].
    pub description: String,
    /// As in [`Invoice`].
    pub amount: i64,
    /// As in [`Invoice`].
    pub currency: String,
    /// Now.
    pub created_at: OffsetDateTime,
}

/// Which part of an organization's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many at most.
    pub limit: u32,
    /// The id to start behind.
    pub after: Option<String>,
    /// Only those with this status.
    pub status: Option<Status>,
}

/// The invoices in a database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Invoices {
    database: Database,
}

/// Why an invoice cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The organization has another invoice of this number.
    #[error("the number is taken")]
    NumberTaken,
    /// The database failed.
    #[error("the invoice cannot be stored")]
    Store(#[from] sqlx::Error),
}

/// Why an invoice cannot be changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The organization has no such invoice.
    #[error("there is no such invoice")]
    NotFound,
    /// An invoice that is this far does not allow it.
    #[error("the invoice is {0}")]
    NotAllowed(Status),
    /// The database failed.
    #[error("the invoice cannot be changed")]
    Store(#[from] sqlx::Error),
}

impl Invoices {
    /// Opens the database and brings its tables up to date.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, OpenError> {
        let database = Database::open(config, &SCHEMA).await?;
        Ok(Self { database })
    }

    /// Returns the database that the invoices are in, for the health check.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Stores a draft. Errors: the number is taken; the database fails.
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

    /// Returns invoices of the organization, in the order in which they were made.
    pub async fn list(
        &self,
        organization: &Organization,
        page: Page,
    ) -> Result<Vec<Invoice>, sqlx::Error> {
        let select = sqlx::query(
            "SELECT * FROM invoices WHERE org_id = $1 AND id > $2 AND ($3 = '' OR status = $3) ORDER BY id LIMIT $4",
        );
        let rows = select
            .bind(organization.id())
            .bind(page.after.unwrap_or_default())
            .bind(page.status.map_or("", Status::as_str))
            .bind(i64::from(page.limit))
            .fetch_all(self.database.pool())
            .await?;
        rows.iter().map(Invoice::of_row).collect()
    }

    /// Returns an invoice; `None` if the organization has none of this id.
    pub async fn get(
        &self,
        organization: &Organization,
        id: &str,
    ) -> Result<Option<Invoice>, sqlx::Error> {
        if !is_id(id) {
            return Ok(None);
        }
        let select = sqlx::query("SELECT * FROM invoices WHERE org_id = $1 AND id = $2");
        let row = select
            .bind(organization.id())
            .bind(id)
            .fetch_optional(self.database.pool())
            .await?;
        row.as_ref().map(Invoice::of_row).transpose()
    }

    /// Moves an invoice on; to where it is already, it is no change and no error.
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
            // Another request changed it in between. This ends: no status is ever reached twice.
        }
    }

    /// Deletes a draft. What was issued stays, and can be voided.
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
