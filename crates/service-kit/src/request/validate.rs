//! Validation of bodies and queries that were parsed. The rules are those of `garde`.

use garde::Validate;
use identity_actix::{ApiError, InvalidField};

/// Validates a body or a query. Errors: 422, with every field that is not allowed.
pub fn validate<T: Validate<Context: Default>>(input: &T) -> Result<(), ApiError> {
    validate_with(input, &T::Context::default())
}

/// Validates a body or a query by rules that depend on a context. Errors: as [`validate`].
pub fn validate_with<T: Validate>(input: &T, context: &T::Context) -> Result<(), ApiError> {
    input.validate_with(context).map_err(|report| {
        let field = |(path, error): &(garde::Path, garde::Error)| InvalidField {
            // garde keeps the `r#` of a raw identifier such as `r#type`.
            field: path.to_string().replace("r#", ""),
            message: error.to_string(),
        };
        ApiError::invalid_input(report.iter().map(field).collect())
    })
}
