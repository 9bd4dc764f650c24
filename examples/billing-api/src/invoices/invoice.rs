//! An invoice as stored.

use serde::Serialize;
use service_kit::store::Listed;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use super::Status;

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invoice {
    /// Assigned by the store. Ids sort by creation order.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub id: String,
    /// Chosen by the organization; unique within it.
    #[schema(example = "INV-2026-0001")]
    pub number: String,
    /// The customer who is billed.
    #[schema(example = "Analytical Engines Ltd")]
    pub customer: String,
    /// What is billed.
    #[schema(example = "Consulting in October")]
    pub description: String,
    /// The amount in the currency's smallest unit: 12345 is 123.45 EUR or 12345 JPY.
    #[schema(example = 12345)]
    pub amount: i64,
    /// The ISO 4217 currency code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The status.
    pub status: Status,
    /// The creation time (RFC 3339, UTC).
    #[schema(example = "2026-11-21T08:30:00Z")]
    pub created_at: String,
}

impl Listed for Invoice {
    type Id = String;
    const ROW: &'static str = "an invoice";
    const DEFAULT: u32 = 50;
    const MAX: u32 = 100;
}

/// Reads an invoice from a row with all columns. Fails if one holds a value that this program never writes.
impl FromRow<'_, AnyRow> for Invoice {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
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
