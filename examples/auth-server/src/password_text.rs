//! The form in which passwords are hashed and compared: what looks the same is the same, whichever keyboard wrote it.

use unicode_normalization::UnicodeNormalization;

/// The maximum length of a password, in bytes. A longer one is refused without comparing it.
pub const MAX_PASSWORD_BYTES: usize = 256;

/// Returns the password in the profile `OpaqueString` (RFC 8265, section 4.2): each space is U+0020, in normalization
/// form C. Refuses no character.
pub fn prepared(password: &str) -> String {
    let is_space = |character: char| character.is_whitespace() && !character.is_control();
    let spaces = password.chars().map(|character| match character {
        // White space, but no spaces (general category Zs).
        '\u{2028}' | '\u{2029}' => character,
        character if is_space(character) => ' ',
        character => character,
    });
    spaces.nfc().collect()
}

/// Returns whether a user can have this password. Hashes of earlier releases are of passwords that were not prepared.
pub fn is_possible(password: &str) -> bool {
    password.len() <= MAX_PASSWORD_BYTES || prepared(password).len() <= MAX_PASSWORD_BYTES
}

#[cfg(test)]
mod tests {
    use super::{is_possible, prepared};

    #[test]
    fn what_looks_the_same_is_the_same_and_nothing_else() {
        assert_eq!(prepared("u\u{308}ber Stra\u{df}e"), "\u{fc}ber Stra\u{df}e");
        assert_eq!(prepared("\u{212b}"), "\u{c5}");
        assert_eq!(prepared("a\u{a0}b\u{3000}c\u{2009}d e"), "a b c d e");
        for kept in [
            "test1234@",
            " A a ",
            "\u{ff21}",
            "\u{fb01}",
            "a\tb\u{2028}\n\u{85}",
        ] {
            assert_eq!(prepared(kept), kept);
        }
    }

    #[test]
    fn a_length_is_that_of_the_prepared_password() {
        assert!(is_possible(&"u\u{308}".repeat(128)));
        assert!(!is_possible(&"u\u{308}".repeat(129)));
        // Gets longer.
        assert!(is_possible(&"\u{958}".repeat(85)));
        assert!(!is_possible(&"a".repeat(257)));
    }
}
