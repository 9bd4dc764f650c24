//! Form encoding (RFC 6749, appendix B).

use url::form_urlencoded::{Serializer, byte_serialize};

/// Returns the text with all but letters, digits and `*-._` encoded, for the user name or password of HTTP Basic.
///
/// A space is `%20`, not `+`: both are right, but some servers decode percent-encoding only (Authlib's, for one).
pub(crate) fn encoded(text: &str) -> String {
    // A plus sign of the text is `%2B` by now.
    byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Returns the body of a form.
pub(crate) fn body(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_space_and_a_plus_sign_differ_for_those_who_decode_percent_encoding_only() {
        for (text, expected) in [
            ("a secret", "a%20secret"),
            ("a+b", "a%2Bb"),
            ("%20", "%2520"),
            ("ü:&=", "%C3%BC%3A%26%3D"),
            ("*-._aZ9", "*-._aZ9"),
        ] {
            assert_eq!(encoded(text), expected);
        }
    }
}
