//! What values may be: each check says what is wrong with one, and all of them are told at once.

use identity_actix::{ApiError, InvalidField};

/// What is wrong with a value.
pub type Fault = &'static str;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub struct Checks(Vec<InvalidField>);

impl Checks {
    /// Notes the fault of a field, if it has one.
    pub fn field(mut self, name: &str, outcome: Result<(), Fault>) -> Self {
        if let Err(fault) = outcome {
            self.0.push(InvalidField {
                field: name.to_owned(),
                message: fault.to_owned(),
            });
        }
        self
    }

    /// Errors: 422 with all faults.
    pub fn done(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::invalid_input(self.0))
        }
    }
}

/// What a user signs in with.
pub fn username(text: &str) -> Result<(), Fault> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    if (3..=64).contains(&text.len()) && text.bytes().all(plain) {
        Ok(())
    } else {
        Err("must be 3 to 64 letters, digits and . _ @ + -")
    }
}

/// A new password. Its strength is not measured.
pub fn password(text: &str, username: &str) -> Result<(), Fault> {
    if text.chars().count() < 8 {
        Err("must have at least 8 characters")
    } else if text.len() > MAX_PASSWORD_BYTES {
        Err("must have at most 256 bytes")
    } else if text.eq_ignore_ascii_case(username) {
        Err("must not be the username")
    } else {
        Ok(())
    }
}

/// No password is longer: a longer one is not even compared.
pub const MAX_PASSWORD_BYTES: usize = 256;

/// An e-mail address of the plain kind (RFC 5321, section 4.1.2, without quotes).
pub fn email(text: &str) -> Result<(), Fault> {
    let fault = "must be an e-mail address, such as ada@example.com";
    let (local, host) = text.rsplit_once('@').ok_or(fault)?;
    let atom = |part: &str| {
        let known =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        !part.is_empty() && part.bytes().all(known)
    };
    if text.len() > 254 || local.len() > 64 || !local.split('.').all(atom) {
        return Err(fault);
    }
    domain(host).map_err(|_| fault)
}

/// A domain name of at least two labels (RFC 1123, section 2.1).
pub fn domain(text: &str) -> Result<(), Fault> {
    let label = |label: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.contains('.') && text.split('.').all(label) {
        Ok(())
    } else {
        Err("must be a domain, such as example.com")
    }
}

/// A name that people read.
pub fn name(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err("must not be blank");
    }
    description(text)
}

/// A sentence, or nothing.
pub fn description(text: &str) -> Result<(), Fault> {
    if text.chars().count() > 200 {
        Err("must have at most 200 characters")
    } else if text.contains(char::is_control) {
        // PostgreSQL could not store a NUL.
        Err("must not hold control characters")
    } else {
        Ok(())
    }
}

/// One of the three parts of a slug.
pub fn slug_part(text: &str) -> Result<(), Fault> {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
        Ok(())
    } else {
        Err("must be 1 to 64 lower-case letters, digits, _ and -")
    }
}

/// Whether a text can be a slug.
pub fn is_slug(text: &str) -> bool {
    let mut parts = 0;
    text.split('.').all(|part| {
        parts += 1;
        slug_part(part).is_ok()
    }) && parts == 3
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
