//! Ids of rows.

use uuid::Uuid;

/// The form that [`is_id`] accepts, for OpenAPI documents.
pub const ID_PATTERN: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/// Returns whether a text can be an id that a store created: a UUID in lower case with hyphens. Ids are compared as
/// texts, so no other form is accepted.
pub fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn an_id_has_one_form() {
        for text in [
            "",
            "1",
            "019A2F6E-0000-7000-8000-000000000000",
            "019a2f6e000070008000000000000000",
            "{019a2f6e-0000-7000-8000-000000000000}",
        ] {
            assert!(!is_id(text), "{text:?}");
        }
        assert!(is_id("019a2f6e-0000-7000-8000-000000000000"));
    }
}
