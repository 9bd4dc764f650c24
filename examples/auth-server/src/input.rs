//! Validation rules for bodies and queries, for `#[garde(custom(..))]`. Each error message says what the value must be.

use std::collections::HashSet;
use std::hash::Hash;

use garde::{Error, Result};

use crate::password_text::{MAX_PASSWORD_BYTES, prepared};

/// Checks a username.
pub fn username(text: &str, (): &()) -> Result {
    must(
        is_username(text),
        "must be 3 to 64 letters, digits and . _ @ + -",
    )
}

/// Returns whether `text` is a valid username.
pub fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    (3..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Checks a new password of this user. Does not estimate its strength.
pub fn password_of(username: &str) -> impl Fn(&str, &()) -> Result {
    move |text, ()| {
        let text = prepared(text);
        must(text.chars().count() >= 8, "must have at least 8 characters")?;
        must(
            text.len() <= MAX_PASSWORD_BYTES,
            "must have at most 256 bytes",
        )?;
        must(
            !text.eq_ignore_ascii_case(username),
            "must not be the username",
        )
    }
}

/// Checks an e-mail address without quotes (RFC 5321, section 4.1.2) at a domain. Stricter than garde's own rule.
pub fn email(text: &str, (): &()) -> Result {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    let atom = |part: &str| !part.is_empty() && part.bytes().all(known);
    let is_email = |(local, host): (&str, &str)| {
        text.len() <= 254 && local.len() <= 64 && local.split('.').all(atom) && is_domain(host)
    };
    must(
        text.rsplit_once('@').is_some_and(is_email),
        "must be an e-mail address, such as ada@example.com",
    )
}

/// Checks that nothing is in the list twice.
pub fn distinct<T: Eq + Hash>(list: &[T], (): &()) -> Result {
    let mut seen = HashSet::new();
    must(
        list.iter().all(|one| seen.insert(one)),
        "must have each once",
    )
}

/// Checks a domain name of at least two labels (RFC 1123, section 2.1).
pub fn domain(text: &str, (): &()) -> Result {
    must(is_domain(text), "must be a domain, such as example.com")
}

fn is_domain(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Checks a display name.
pub fn name(text: &str, (): &()) -> Result {
    must(!text.trim().is_empty(), "must not be blank")?;
    description(text, &())
}

/// Checks a description, which may be empty.
pub fn description(text: &str, (): &()) -> Result {
    must(
        text.chars().count() <= 200,
        "must have at most 200 characters",
    )?;
    // PostgreSQL cannot store NUL.
    must(
        !text.contains(char::is_control),
        "must not hold control characters",
    )
}

/// Checks one of the three parts of a slug.
pub fn slug_part(text: &str, (): &()) -> Result {
    must(
        is_slug_part(text),
        "must be 1 to 64 lower-case letters, digits, _ and -",
    )
}

fn is_slug_part(text: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Returns whether `text` is a valid slug.
pub fn is_slug(text: &str) -> bool {
    text.split('.').count() == 3 && text.split('.').all(is_slug_part)
}

/// Returns an error with this message unless `holds`.
pub fn must(holds: bool, message: &str) -> Result {
    if holds {
        Ok(())
    } else {
        Err(Error::new(message))
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
