//! The status of an invoice.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// The status of an invoice. A draft may be opened or deleted; an open invoice may be paid or voided; `paid` and `void`
/// are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not issued yet; may be deleted.
    Draft,
    /// Issued and awaiting payment.
    Open,
    /// Paid.
    Paid,
    /// Issued by mistake.
    Void,
}

impl Status {
    /// All statuses.
    pub(crate) const ALL: [Self; 4] = [Self::Draft, Self::Open, Self::Paid, Self::Void];

    /// Returns the name of the status.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// Returns whether an invoice may change from this status to `next`.
    pub(crate) const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Open) | (Self::Open, Self::Paid | Self::Void)
        )
    }
}

/// The error for an unknown status name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be draft, open, paid or void")]
pub struct UnknownStatus;

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or(UnknownStatus)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn only_an_issued_invoice_ends_and_nothing_goes_back() {
        let allowed: Vec<_> = Status::ALL
            .into_iter()
            .flat_map(|from| Status::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from} {to}"))
            .collect();
        assert_eq!(allowed, ["draft open", "open paid", "open void"]);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for text in ["", "Open", "DRAFT", " paid", "uncollectible"] {
            assert!(text.parse::<Status>().is_err(), "{text:?}");
        }
    }
}
