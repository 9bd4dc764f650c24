//! Words of a POSIX shell.

/// Returns the text as one word, in quotes if it needs them.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@".contains(letter);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// Returns whether the name of a persona is the same inside of a word in double quotes, and in a URL.
pub(crate) fn is_plain_name(name: &str) -> bool {
    name.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}
