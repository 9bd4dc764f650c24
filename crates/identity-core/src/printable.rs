//! Text of clients in the lines of a log.

use std::borrow::Cow;

/// Returns the text with every character escaped that does not print, such as `\n`, `\u{1b}` or `\u{202e}`: line breaks
/// and line separators, control characters, marks of text direction, and characters without width. So no text can begin
/// a line of a log, or change how one looks.
///
/// A text without such a character is returned as it is. Backslashes are not escaped: `\n` may be two characters of the
/// text.
///
/// ```
/// use identity_core::printable;
///
/// assert_eq!(printable("user-1"), "user-1");
/// assert_eq!(printable("user-1\nlevel=ERROR"), r"user-1\nlevel=ERROR");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(prints) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for one in text.chars() {
        match prints(one) {
            true => shown.push(one),
            false => shown.extend(one.escape_debug()),
        }
    }
    Cow::Owned(shown)
}

fn prints(one: char) -> bool {
    match one {
        ' '..='~' => true,
        other => other.escape_debug().len() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_prints_stays_as_it_is() {
        for text in [
            "",
            "auth0|5f",
            "C:\\n \"x\" 'y'",
            "Jos\u{e9}",
            "\u{6771}\u{4eac}",
        ] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn nothing_begins_a_line_or_changes_how_one_looks() {
        for (text, shown) in [
            ("a\nb", r"a\nb"),
            ("a\r\n\tb", r"a\r\n\tb"),
            ("\u{1b}[2K\u{7}\u{8}\u{0}", r"\u{1b}[2K\u{7}\u{8}\0"),
            ("\u{7f}\u{85}\u{9b}31m", r"\u{7f}\u{85}\u{9b}31m"),
            ("\u{2028}\u{2029}", r"\u{2028}\u{2029}"),
            (
                "\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}",
                r"\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}",
            ),
            ("\u{e0041}\u{e000}", r"\u{e0041}\u{e000}"),
        ] {
            assert_eq!(printable(text), shown, "{text:?}");
        }
    }
}
