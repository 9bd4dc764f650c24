//! What may stand in queries and bodies. Each field that is not allowed is named, all of them at once.

use identity_actix::{ApiError, InvalidField};
use identity_core::UnixTime;
use serde::Deserialize;
use serde_json::Value;
use service_kit::store::is_id;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::currency::is_currency;
use crate::invoices::{NewInvoice, Page, Status};

/// An invoice to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvoiceBody {
    /// 1 to 64 letters, digits or any of `-_./`; the organization has no other invoice of this number.
    #[schema(value_type = String, required = true, example = "INV-2026-0001")]
    number: Option<Value>,
    /// Who is to pay. Not blank, no control characters, at most 200 characters.
    #[schema(value_type = String, required = true, example = "Analytical Engines Ltd")]
    customer: Option<Value>,
    /// What for. No control characters, at most 1,000 characters; empty if it is not given.
    #[schema(value_type = String, required = false, example = "Consulting in October")]
    description: Option<Value>,
    /// In the currency's smallest unit, such as cents: a whole number from 1 to 1,000,000,000,000.
    #[schema(value_type = i64, required = true, minimum = 1, maximum = 1_000_000_000_000_i64, example = 12345)]
    amount: Option<Value>,
    /// The code of ISO 4217, in capitals.
    #[schema(value_type = String, required = true, example = "EUR")]
    currency: Option<Value>,
}

/// What becomes of an invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    #[schema(value_type = Status, required = true)]
    status: Option<Value>,
}

/// Which invoices to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// How many at most: 1 to 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The id of the invoice to start behind.
    after: Option<String>,
    /// Only those with this status.
    #[param(value_type = Option<Status>)]
    status: Option<String>,
}

impl NewInvoiceBody {
    /// The invoice, made at this time. Errors: 422.
    pub(super) fn read(self, now: UnixTime) -> Result<NewInvoice, ApiError> {
        let mut faults = Faults::default();
        let number = faults.required("number", self.number, number);
        let customer = faults.required("customer", self.customer, customer);
        let description = self.description.unwrap_or_else(|| Value::from(""));
        let description = faults.required("description", Some(description), description_text);
        let amount = faults.required("amount", self.amount, amount);
        let currency = faults.required("currency", self.currency, currency);
        // Whole seconds are kept; a clock far outside of the calendar reads as 1970.
        let created_at = OffsetDateTime::from_unix_timestamp(now.seconds() as i64)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        match (number, customer, description, amount, currency) {
            (Some(number), Some(customer), Some(description), Some(amount), Some(currency)) => {
                Ok(NewInvoice {
                    number,
                    customer,
                    description,
                    amount,
                    currency,
                    created_at,
                })
            }
            _ => Err(faults.into()),
        }
    }
}

impl ChangeBody {
    /// The status to come. Errors: 422.
    pub(super) fn read(self) -> Result<Status, ApiError> {
        let mut faults = Faults::default();
        let status = faults.required("status", self.status, |value| {
            text(value)?
                .parse::<Status>()
                .map_err(|error| error.to_string())
        });
        status.ok_or_else(|| faults.into())
    }
}

impl ListQuery {
    const DEFAULT_LIMIT: u32 = 50;
    const MAX_LIMIT: u32 = 100;

    /// The page that is asked for. Errors: 422.
    pub(super) fn read(self) -> Result<Page, ApiError> {
        let mut faults = Faults::default();
        let limit = faults.optional("limit", self.limit, |text| match text.parse() {
            Ok(limit) if (1..=Self::MAX_LIMIT).contains(&limit) => Ok(limit),
            _ => Err(format!(
                "must be a whole number from 1 to {}",
                Self::MAX_LIMIT
            )),
        });
        let after = faults.optional("after", self.after, |text| match is_id(text) {
            true => Ok(text.to_owned()),
            false => Err("must be the id of an invoice".to_owned()),
        });
        let status = faults.optional("status", self.status, |text| {
            text.parse::<Status>().map_err(|error| error.to_string())
        });
        if !faults.0.is_empty() {
            return Err(faults.into());
        }
        Ok(Page {
            limit: limit.unwrap_or(Self::DEFAULT_LIMIT),
            after,
            status,
        })
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<InvalidField>);

impl Faults {
    /// A field that has to be there: `null` is as good as nothing.
    fn required<T>(
        &mut self,
        name: &str,
        value: Option<Value>,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let outcome = value.map_or_else(|| Err("is missing".to_owned()), |value| read(&value));
        self.noted(name, outcome)
    }

    fn optional<T>(
        &mut self,
        name: &str,
        value: Option<String>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let outcome = read(&value?);
        self.noted(name, outcome)
    }

    fn noted<T>(&mut self, name: &str, outcome: Result<T, String>) -> Option<T> {
        outcome
            .map_err(|message| {
                self.0.push(InvalidField {
                    field: name.to_owned(),
                    message,
                });
            })
            .ok()
    }
}

impl From<Faults> for ApiError {
    fn from(faults: Faults) -> Self {
        Self::invalid_input(faults.0)
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a text".to_owned())
}

fn number(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 64 letters, digits or any of -_./".to_owned())
    }
}

fn customer(value: &Value) -> Result<String, String> {
    let text = readable(value, 200)?;
    if text.trim().is_empty() {
        return Err("must not be blank".to_owned());
    }
    Ok(text.trim().to_owned())
}

fn description_text(value: &Value) -> Result<String, String> {
    readable(value, 1000).map(str::to_owned)
}

fn readable(value: &Value, max_chars: usize) -> Result<&str, String> {
    let text = text(value)?;
    if text.chars().count() > max_chars {
        Err(format!("must not be longer than {max_chars} characters"))
    } else if text.contains(char::is_control) {
        // PostgreSQL could not store a NUL.
        Err("must not hold control characters".to_owned())
    } else {
        Ok(text)
    }
}

fn amount(value: &Value) -> Result<i64, String> {
    match value.as_i64() {
        Some(amount @ 1..=1_000_000_000_000) => Ok(amount),
        _ => Err(
            "must be a whole number from 1 to 1000000000000, in the currency's smallest unit"
                .to_owned(),
        ),
    }
}

fn currency(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    if is_currency(text) {
        Ok(text.to_owned())
    } else {
        Err("must be a currency of ISO 4217 in capitals, such as EUR".to_owned())
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
