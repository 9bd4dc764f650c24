//! The rules of values in bodies and queries, for `#[garde(custom(..))]`: each says what a value must be.

use garde::{Error, Result};
use service_kit::store;

/// The longest password, in bytes: a longer one is not even compared.
pub const MAX_PASSWORD_BYTES: usize = 256;

/// A username.
pub fn username(text: &str, (): &()) -> Result {
    must(
        is_username(text),
        "must be 3 to 64 letters, digits and . _ @ + -",
    )
}

/// Returns whether a text can be a username.
pub fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    (3..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// The new password of this user. Its strength is not measured.
pub fn password_of(username: &str) -> impl Fn(&str, &()) -> Result {
    move |text, ()| {
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

/// An e-mail address of the plain kind (RFC 5321, section 4.1.2, without quotes), at a domain: garde's own rule accepts
/// more.
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

/// A domain name of at least two labels (RFC 1123, section 2.1).
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

/// A name that people read.
pub fn name(text: &str, (): &()) -> Result {
    must(!text.trim().is_empty(), "must not be blank")?;
    description(text, &())
}

/// A sentence, or nothing.
pub fn description(text: &str, (): &()) -> Result {
    must(
        text.chars().count() <= 200,
        "must have at most 200 characters",
    )?;
    // PostgreSQL could not store a NUL.
    must(
        !text.contains(char::is_control),
        "must not hold control characters",
    )
}

/// One of the three parts of a slug.
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

/// Returns whether a text can be a slug.
pub fn is_slug(text: &str) -> bool {
    text.split('.').count() == 3 && text.split('.').all(is_slug_part)
}

/// How many entries a list has at most.
pub fn limit(limit: &u32, (): &()) -> Result {
    must((1..=1000).contains(limit), "must be from 1 to 1000")
}

/// The id that a page starts at, if it is given: `message` says what it must be.
pub fn id(message: &'static str) -> impl Fn(&Option<String>, &()) -> Result {
    move |id, ()| must(id.as_deref().is_none_or(store::is_id), message)
}

/// Returns an error with this message unless a rule holds.
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
