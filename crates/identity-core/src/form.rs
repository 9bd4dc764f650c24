//! Form encoding (RFC 6749, appendix B).

use url::form_urlencoded::{Serializer, byte_serialize};

/// Returns the text with all but letters, digits and `*-._` encoded.
pub(crate) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Returns the body of a form.
pub(crate) fn body(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}
