//! An invoice, as the store keeps it.

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use super::Status;

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invoice {
    /// Given by the store; later invoices have greater ids.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub id: String,
    /// Given by the organization, which has each number once.
    #[schema(example = "INV-2026-0001")]
    pub number: String,
    /// Who is to pay.
    #[schema(example = "Analytical Engines Ltd")]
    pub customer: String,
    /// What for.
    #[schema(example = "Consulting in October")]
    pub description: String,
    /// In the currency's smallest unit: 12345 are 123.45 EUR, or 12345 JPY.
    #[schema(example = 12345)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// How far it is.
    pub status: Status,
    /// When it was made: RFC 3339, in UTC.
    #[schema(example = "2026-11-21T08:30:00Z")]
    pub created_at: String,
}

impl Invoice {
    /// Reads all columns. Errors: one of them has what this program never wrote.
    pub(super) fn of_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let status: String = row.try_get("status")?;
        Ok(Self {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            customer: row.try_get("customer")?,
            description: row.try_get("description")?,
            amount: row.try_get("amount")?,
            currency: row.try_get("currency")?,
            status: status
                .parse()
                .map_err(|error| unreadable("status", error))?,
            created_at: date(row.try_get("created_at")?)?,
        })
    }
}

pub(super) fn date(seconds: i64) -> Result<String, sqlx::Error> {
    let date = OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|error| unreadable("created_at", error))?;
    date.format(&Rfc3339)
        .map_err(|error| unreadable("created_at", error))
}

fn unreadable(column: &str, source: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(source),
    }
}
