//! Bodies and queries that parse, but hold values that are not allowed: their rules are `garde`'s.

use garde::Validate;
use identity_actix::{ApiError, InvalidField};

/// Checks the rules of a body or a query. Errors: 422 that names every field that is not allowed, by name.
pub fn validate<T: Validate<Context: Default>>(input: &T) -> Result<(), ApiError> {
    validate_with(input, &T::Context::default())
}

/// Checks the rules of a body or a query that depend on something else. Errors: as [`validate`].
pub fn validate_with<T: Validate>(input: &T, context: &T::Context) -> Result<(), ApiError> {
    input.validate_with(context).map_err(|report| {
        let field = |(path, error): &(garde::Path, garde::Error)| InvalidField {
            // garde gives the name of a member such as `r#type` as it is in Rust.
            field: path.to_string().replace("r#", ""),
            message: error.to_string(),
        };
        ApiError::invalid_input(report.iter().map(field).collect())
    })
}
