//! Validation of queries and bodies. An error lists all invalid fields at once, so a member may hold any JSON value at
//! first.

use garde::{Error, Validate};
use identity_actix::ApiError;
use identity_core::clock::UnixTime;
use serde::Deserialize;
use serde_json::Value;
use service_kit::store::{Listed, Page, read_id, read_limit};
use service_kit::validate;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::currency::is_currency;
use crate::invoices::{Invoice, NewInvoice, Status};

/// The invoice to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvoiceBody {
    /// 1 to 64 letters, digits or any of `-_./`; unique within the organization.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_./-]+$", example = "INV-2026-0001")]
    #[garde(custom(rule(self::number)))]
    number: Option<Value>,
    /// The customer who is billed. Not blank, no control characters, at most 200 characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 200, example = "Analytical Engines Ltd")]
    #[garde(custom(rule(self::customer)))]
    customer: Option<Value>,
    /// What is billed. No control characters, at most 1,000 characters; empty if missing.
    #[schema(value_type = String, required = false, max_length = 1000, example = "Consulting in October")]
    #[garde(custom(rule(self::description)))]
    description: Option<Value>,
    /// The amount in the currency's smallest unit, such as cents: a whole number from 1 to 1,000,000,000,000.
    #[schema(value_type = i64, required = true, minimum = 1, maximum = 1_000_000_000_000_i64, example = 12345)]
    #[garde(custom(rule(self::amount)))]
    amount: Option<Value>,
    /// The ISO 4217 currency code, in upper case.
    #[schema(value_type = String, required = true, min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$", example = "EUR")]
    #[garde(custom(rule(self::currency)))]
    currency: Option<Value>,
}

/// The change to an invoice.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    #[schema(value_type = Status, required = true)]
    #[garde(custom(rule(self::status)))]
    status: Option<Value>,
}

/// The page of invoices to list.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct InvoiceQuery {
    #[garde(custom(optional(read_limit::<Invoice>)))]
    limit: Option<String>,
    #[garde(custom(optional(read_id::<Invoice>)))]
    after: Option<String>,
    #[garde(custom(optional(self::status_name)))]
    status: Option<String>,
}

impl NewInvoiceBody {
    /// Returns the invoice, created at this time. Fails with 422 if a field is invalid.
    pub(super) fn read(self, now: UnixTime) -> Result<NewInvoice, ApiError> {
        validate(&self)?;
        Ok(NewInvoice {
            number: checked(number(&self.number))?,
            customer: checked(customer(&self.customer))?,
            description: checked(description(&self.description))?,
            amount: checked(amount(&self.amount))?,
            currency: checked(currency(&self.currency))?,
            // The time is stored in whole seconds; a clock far outside the calendar is read as 1970.
            created_at: OffsetDateTime::from_unix_timestamp(now.seconds() as i64)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        })
    }
}

impl ChangeBody {
    /// Returns the new status. Fails with 422 if it is invalid.
    pub(super) fn read(self) -> Result<Status, ApiError> {
        validate(&self)?;
        checked(status(&self.status))
    }
}

impl InvoiceQuery {
    /// Returns the requested page, and the status that the invoices must have. Fails with 422 if a parameter is invalid.
    pub(super) fn read(self) -> Result<(Page, Option<Status>), ApiError> {
        validate(&self)?;
        let limit = self.limit.as_deref().map(read_limit::<Invoice>).transpose();
        let status = self.status.as_deref().map(status_name).transpose();
        let page = Page {
            limit: checked(limit)?.unwrap_or(Invoice::DEFAULT),
            after: self.after,
        };
        Ok((page, checked(status)?))
    }
}

/// Turns a parser of a member into a validation rule.
fn rule<T>(read: fn(&Member) -> Result<T, Error>) -> impl Fn(&Member, &()) -> garde::Result {
    move |member, ()| read(member).map(drop)
}

/// Turns a parser of a parameter into a validation rule that accepts a missing parameter.
fn optional<T>(
    read: fn(&str) -> Result<T, Error>,
) -> impl Fn(&Option<String>, &()) -> garde::Result {
    move |parameter, ()| {
        parameter
            .as_deref()
            .map_or(Ok(()), |text| read(text).map(drop))
    }
}

/// Unwraps a value that was validated already; an error is an internal one (500).
fn checked<T>(value: Result<T, Error>) -> Result<T, ApiError> {
    value.map_err(|error| ApiError::internal(&error))
}

/// A member of a body; `None` if it is missing or `null`.
type Member = Option<Value>;

fn number(member: &Member) -> Result<String, Error> {
    let text = text(member)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err(Error::new("must be 1 to 64 letters, digits or any of -_./"))
    }
}

fn customer(member: &Member) -> Result<String, Error> {
    let text = readable(text(member)?, 200)?.trim();
    if text.is_empty() {
        return Err(Error::new("must not be blank"));
    }
    Ok(text.to_owned())
}

fn description(member: &Member) -> Result<String, Error> {
    match member {
        None => Ok(String::new()),
        some => readable(text(some)?, 1000).map(str::to_owned),
    }
}

fn amount(member: &Member) -> Result<i64, Error> {
    match present(member)?.as_i64() {
        Some(amount @ 1..=1_000_000_000_000) => Ok(amount),
        _ => Err(Error::new(
            "must be a whole number from 1 to 1000000000000, in the currency's smallest unit",
        )),
    }
}

fn currency(member: &Member) -> Result<String, Error> {
    let text = text(member)?;
    if is_currency(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::new(
            "must be a currency of ISO 4217 in capitals, such as EUR",
        ))
    }
}

fn status(member: &Member) -> Result<Status, Error> {
    status_name(text(member)?)
}

fn status_name(text: &str) -> Result<Status, Error> {
    text.parse::<Status>().map_err(Error::new)
}

fn present(member: &Member) -> Result<&Value, Error> {
    member.as_ref().ok_or_else(|| Error::new("is missing"))
}

fn text(member: &Member) -> Result<&str, Error> {
    let text = present(member)?.as_str();
    text.ok_or_else(|| Error::new("must be a text"))
}

fn readable(text: &str, max_chars: usize) -> Result<&str, Error> {
    if text.chars().count() > max_chars {
        Err(Error::new(format!(
            "must not be longer than {max_chars} characters"
        )))
    } else if text.contains(char::is_control) {
        // PostgreSQL cannot store NUL.
        Err(Error::new("must not hold control characters"))
    } else {
        Ok(text)
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
